"""Single ordinary changes of a workbook, drawn at random: what a slip, a repair or another program may do to a cell.

Each returns the reason for which a verification may rightly pass it, or None where it must be found.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from counterfeit.cell import Cell
from counterfeit.rows import a_number
from counterfeit.workbook import STYLES, WORKBOOK, AbsentError, Workbook

from sheetgen.sheet_names import CHECKS, EXPLORER, GRADIENT_CHECK, SOURCE

Change = Callable[[Workbook, random.Random], str | None]

_FORMULA = re.compile(r"<f[^>]*/>|<f[^>]*>.*?</f>", re.DOTALL)
_TEXT = re.compile(r"(<t(?: [^>]*)?>)([^<]*[A-Za-z]{2}[^<]*)(</t>)")


def _in_a_formula(pattern: str, change: Callable[[re.Match[str], random.Random], str]) -> Change:
    """Change one place in the text of any formula."""
    found = re.compile(pattern)

    def changed(book: Workbook, rng: random.Random) -> None:
        cell = book.pick_anywhere(rng, lambda cell: bool(cell.formula and found.search(cell.formula)))
        formula = cell.formula or ""
        place = rng.choice(list(found.finditer(formula)))
        new = formula[: place.start()] + change(place, rng) + formula[place.end() :]
        book.replace(cell, cell.xml.replace(f">{formula}</f>", f">{new}</f>", 1))

    return changed


def _other_row(found: re.Match[str], rng: random.Random) -> str:
    return f"{found[1]}{int(found[2]) + rng.choice((1, 2, 7))}"


def _other_column(found: re.Match[str], rng: random.Random) -> str:
    last = chr((ord(found[1][-1]) - ord("A") + rng.choice((1, 2, 25))) % 26 + ord("A"))
    return found[1][:-1] + last + found[2]


def _other_operator(found: re.Match[str], rng: random.Random) -> str:
    return rng.choice([operator for operator in "+-*/" if operator != found[0]])


def _other_number(found: re.Match[str], rng: random.Random) -> str:
    return str(int(found[0]) + rng.choice((1, 3)))


def _other_function(found: re.Match[str], rng: random.Random) -> str:
    return {"MAX": "MIN", "MIN": "MAX", "SUM": "MAX", "EXP": "ABS", "ABS": "EXP", "INDEX": "MATCH"}[found[0]]


def by_a_little(book: Workbook, rng: random.Random) -> str | None:
    """Change a cached number by 1e-3 to 1e-9 of itself."""
    cell = book.pick_anywhere(rng, a_number)
    value = float(cell.value or "0")
    changed = value + (value or 1.0) * rng.choice((-1, 1)) * 10.0 ** -rng.uniform(3, 9)
    book.replace(cell, cell.xml.replace(f"<v>{cell.value}</v>", f"<v>{changed!r}</v>"))
    # A central difference divides the rounding of the loss by 2ε; Checks and Explorer scale by sums of a few numbers.
    bound = {GRADIENT_CHECK: 1e-9, CHECKS: 1e-9, EXPLORER: 1e-13}.get(_sheet_of(book, cell), 1e-14)
    bound = max(bound, _shown_rounding(book, cell))
    return "within the rounding of its operands" if abs(changed - value) <= 1e-12 * abs(value) + bound else None


_RELATIVE_DEVIATION = re.compile(
    r"MAX\(0,ABS\(\$[A-Z]+\$[0-9]+-\$[A-Z]+\$[0-9]+\)-\$([A-Z]+\$[0-9]+)\)"
    r"/MAX\(ABS\(\$([A-Z]+\$[0-9]+)\),ABS\(\$([A-Z]+\$[0-9]+)\),1E-300\)"
)


def _shown_rounding(book: Workbook, cell: Cell) -> float:
    """Return the rounding that the sheet itself allows a gradient beside its central difference, in a ratio of them."""
    found = _RELATIVE_DEVIATION.fullmatch(cell.formula or "")
    if not found:
        return 0.0
    values = {other.address: other.value for other in book.cells(cell.part)}
    rounding, *sides = (abs(float(values[address.replace("$", "")] or "0")) for address in found.groups())
    return rounding / max(sides)


def _sheet_of(book: Workbook, cell: Cell) -> str:
    return next(name for name, part in book.sheets.items() if part == cell.part)


def other_text(book: Workbook, rng: random.Random) -> str | None:
    """Change a letter of a label."""
    parts = [part for name, part in book.sheets.items() if name != SOURCE]
    cell = book.pick(rng, lambda cell: bool(cell.kind == "inlineStr" and _TEXT.search(cell.xml)), parts)
    book.replace(cell, _TEXT.sub(lambda found: found[1] + _misspelt(found[2], rng) + found[3], cell.xml, count=1))
    return None


def _misspelt(text: str, rng: random.Random) -> str:
    at = rng.choice([found.start() for found in re.finditer("(?<![&A-Za-z])[A-Za-z]+|[a-z](?=[a-z])(?![a-z]*;)", text)])
    return text[:at] + ("x" if text[at] != "x" else "y") + text[at + 1 :]


def other_cached_text(book: Workbook, rng: random.Random) -> str | None:
    """Change the text that a formula shows."""
    cell = book.pick_anywhere(rng, lambda cell: bool(cell.kind == "str" and cell.formula and cell.value))
    book.replace(cell, cell.xml.replace(f"<v>{cell.value}</v>", f"<v>{cell.value}!</v>"))
    return None


def other_constant(book: Workbook, rng: random.Random) -> str | None:
    """Change a number that is typed: an input, a number as built, a sample, a constant of the checks."""
    cell = book.pick_anywhere(rng, lambda cell: cell.is_number and cell.formula is None)
    value = float(cell.value or "0")
    changed = value + (value or 1.0) * 10.0 ** -rng.uniform(1, 9)
    book.replace(cell, cell.xml.replace(f"<v>{cell.value}</v>", f"<v>{changed!r}</v>"))
    return None


def frozen(book: Workbook, rng: random.Random) -> str | None:
    """Put its value in place of a formula."""
    cell = book.pick_anywhere(rng, a_number)
    book.replace(cell, _FORMULA.sub("", cell.xml))
    return None


def formula_typed(book: Workbook, rng: random.Random) -> str | None:
    """Put a formula in place of a typed number."""
    cell = book.pick_anywhere(rng, lambda cell: cell.is_number and cell.formula is None)
    book.replace(cell, cell.xml.replace("<v>", f"<f>{float(cell.value or '0')!r}+1</f><v>", 1))
    return None


def without_a_cell(book: Workbook, rng: random.Random) -> str | None:
    """Delete a cell that holds something."""
    book.replace(book.pick_anywhere(rng, _holds_something), "")
    return None


def _holds_something(cell: Cell) -> bool:
    return cell.formula is not None or bool(cell.value) or "<t" in cell.xml


def without_a_row(book: Workbook, rng: random.Random) -> str | None:
    """Delete a row that holds something."""
    part = rng.choice([part for name, part in book.sheets.items() if name != SOURCE])
    rows = [row for row in re.findall(r'<row r="[0-9]+".*?</row>', book.text(part), re.DOTALL) if "<v>" in row]
    if not rows:
        raise AbsentError("rows")
    book.put(part, book.text(part).replace(rng.choice(rows), "", 1))
    return None


def swapped(book: Workbook, rng: random.Random) -> str | None:
    """Swap the contents of two cells of a sheet."""
    first = book.pick_anywhere(rng, a_number)
    second = book.pick(rng, lambda cell: a_number(cell) and _content(cell) != _content(first), [first.part])
    xml = book.text(first.part)
    for cell, other in ((first, second), (second, first)):
        xml = xml.replace(cell.xml, cell.xml.replace(_content(cell), _content(other)), 1)
    book.put(first.part, xml)
    return None


def _content(cell: Cell) -> str:
    return cell.xml[cell.xml.index(">") + 1 :]


def renamed(book: Workbook, rng: random.Random) -> str | None:
    """Rename a sheet in the list of sheets only."""
    name = rng.choice(list(book.sheets))
    book.change(WORKBOOK, f'name="{re.escape(name)}"', f'name="{name} 2"')
    return None


def _number_formats(book: Workbook) -> list[str]:
    """Return the number format of every style, by its code where it has one."""
    text = book.text(STYLES)
    codes = dict(re.findall('<numFmt numFmtId="([0-9]+)" formatCode="([^"]*)"', text))
    styles = re.search("<cellXfs[^>]*>(.*?)</cellXfs>", text, re.DOTALL)
    numbers = re.findall('<xf [^>]*?numFmtId="([0-9]+)"', styles[1]) if styles else []
    return [codes.get(number, number) for number in numbers]


_PLAIN = re.compile(r"0|1|2|3|4|9|10|11|General|[#,]*0(?:\.0+)?(?:E\+00)?%?|(0\.0+E\+00);-\1;0")
"""The formats, by their code or the number of a built-in one, that show a number as it is."""


def other_style(book: Workbook, rng: random.Random) -> str | None:
    """Give a number's cell the style of another."""
    formats = _number_formats(book)
    cell = book.pick_anywhere(rng, lambda cell: cell.is_number and ' s="' in cell.xml)
    old = int(re.findall(' s="([0-9]+)"', cell.xml)[0])
    new = rng.choice([index for index in range(len(formats)) if index != old])
    book.replace(cell, cell.xml.replace(f' s="{old}"', f' s="{new}"', 1))
    alike = formats[new] == formats[old] or _PLAIN.fullmatch(formats[new])
    return "its number shows, rounded at most" if alike else None


def without_a_cached_value(book: Workbook, rng: random.Random) -> str | None:
    cell = book.pick_anywhere(rng, a_number)
    book.replace(cell, re.sub("<v>[^<]*</v>", "", cell.xml))
    return "a value that is not there is told in a note"


def _all_cells(book: Workbook) -> list[str]:
    return [cell.xml for part in book.sheets.values() for cell in book.cells(part)]


def _looks(name: str, pattern: str, change: Callable[[re.Match[str]], str]) -> Change:
    """Change how any of the parts of a name looks, and no number in it."""

    def changed(book: Workbook, rng: random.Random) -> str | None:
        parts = [part for part, _ in book.entries if re.search(name, part) and re.search(pattern, book.text(part))]
        if not parts:
            raise AbsentError(pattern)
        before = _all_cells(book)
        book.change(rng.choice(parts), pattern, change)
        return "no number and no text of a cell has changed" if _all_cells(book) == before else None

    return changed


_SHEETS = r"^xl/worksheets/sheet[0-9]+\.xml$"
_ADDRESS = r"(?<![A-Z$:!'.])(\$?[A-Z]{1,2}\$?)([0-9]+)\b(?![(:!'])"

ONLY_SHOWN = "the style of another cell"
"""The change that keeps every number and may show it otherwise: a line ``not proven: …`` tells it well enough."""

CHANGES: dict[str, Change] = {
    "another row in a formula": _in_a_formula(_ADDRESS, _other_row),
    "another column in a formula": _in_a_formula(r"(?<![A-Z$:!'.])([A-Z]{1,2})(\$?[0-9]+)\b(?![(:!'])", _other_column),
    "another operator": _in_a_formula(r"(?<=[A-Z0-9)])[-+*/](?=[A-Z0-9(])", _other_operator),
    "another number in a formula": _in_a_formula(r"(?<![A-Z0-9$.:])[0-9]+(?![0-9.:!])", _other_number),
    "another function": _in_a_formula(r"\b(?:MAX|MIN|SUM|EXP|ABS|INDEX)(?=\()", _other_function),
    "a cached number a little different": by_a_little,
    "a letter of a label": other_text,
    "the text that a formula shows": other_cached_text,
    "another number typed": other_constant,
    "a value in place of a formula": frozen,
    "a formula in place of a number": formula_typed,
    "a cell deleted": without_a_cell,
    "a row deleted": without_a_row,
    "two cells swapped": swapped,
    "a sheet renamed": renamed,
    ONLY_SHOWN: other_style,
    "a cached value deleted": without_a_cached_value,
    "a column's width": _looks(_SHEETS, '<col width="[0-9.]+"', lambda found: '<col width="33"'),
    "a row's height": _looks(_SHEETS, ' ht="[0-9.]+"', lambda found: ' ht="44"'),
    "a sheet's zoom": _looks(_SHEETS, 'zoomScale="[0-9]+"', lambda found: 'zoomScale="85"'),
    "a tab's colour": _looks(_SHEETS, '<tabColor rgb="[^"]*"', lambda found: '<tabColor rgb="FF123456"'),
    "the document's author": _looks(
        r"^docProps/core\.xml$", "(<[^>]*creator>)[^<]*", lambda found: found[1] + "A. N. Other"
    ),
}
"""The changes by their names; those that say what may pass are checked for that by the workbook itself."""


def change(book: Workbook, seed: int) -> tuple[str, Workbook, str | None]:
    """Make one change to a workbook, drawn by a seed; return its name, the workbook, and why it may pass."""
    genuine = list(book.entries)
    name = list(CHANGES)[seed % len(CHANGES)]
    reason = CHANGES[name](book, random.Random(seed))
    assert book.entries != genuine, name
    return name, book, reason
