"""Numbers that are none, or others than they seem: other types of a cell, other spellings of a number."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from counterfeit.cell import Cell
from counterfeit.rows import Kind
from counterfeit.workbook import MAIN, TYPES, WORKBOOK, AbsentError, Workbook


def _retyped(cell: Cell, kind: str) -> str:
    return cell.xml.replace("<c ", f'<c t="{kind}" ', 1)


def typed(kind: str, *, constant: bool = False) -> Kind:
    """Give a number another type."""

    def change(book: Workbook, rng: random.Random) -> None:
        cell = book.pick_anywhere(rng, lambda cell: cell.is_number and (cell.formula is None) == constant)
        book.replace(cell, _retyped(cell, kind))

    return change


def truth(*, constant: bool) -> Kind:
    """Give 1 or 0 as a truth value."""

    def change(book: Workbook, rng: random.Random) -> None:
        whole = ("1.0", "0.0", "1", "0")
        cell = book.pick_anywhere(rng, lambda c: c.is_number and c.value in whole and (c.formula is None) == constant)
        value = str(int(float(cell.value or "0")))
        book.replace(cell, re.sub(r"<v>[^<]*</v>", f"<v>{value}</v>", _retyped(cell, "b")))

    return change


def written(spelling: Callable[[str], str], pattern: str = ".") -> Kind:
    """Spell a number otherwise: any, of a formula or not, that a pattern finds something in."""

    def change(book: Workbook, rng: random.Random) -> None:
        cell = book.pick_anywhere(rng, lambda cell: cell.is_number and bool(re.search(pattern, cell.value or "")))
        value = cell.value or ""
        book.replace(cell, cell.xml.replace(f"<v>{value}</v>", f"<v>{spelling(value)}</v>", 1))

    return change


def inline(book: Workbook, rng: random.Random) -> None:
    """Give a formula's number as a text of its own."""
    cell = book.pick_anywhere(rng, lambda cell: cell.is_number and cell.formula is not None)
    text = f"<is><t>{cell.value}</t></is>"
    book.replace(cell, re.sub(r"<v>[^<]*</v>", lambda _: text, _retyped(cell, "inlineStr")))


def shared(book: Workbook, rng: random.Random) -> None:
    """Give a formula's number as a shared string."""
    cell = book.pick_anywhere(rng, lambda cell: cell.is_number and cell.formula is not None)
    book.replace(cell, re.sub(r"<v>[^<]*</v>", "<v>0</v>", _retyped(cell, "s")))
    if book.has("xl/sharedStrings.xml"):
        raise AbsentError("a workbook without shared strings")
    strings = f'<sst xmlns="{MAIN}" count="1" uniqueCount="1"><si><t>{cell.value}</t></si></sst>'
    book.add_part(WORKBOOK, "sharedStrings", "xl/sharedStrings.xml", f"{TYPES}.sharedStrings+xml", strings)


def empty(book: Workbook, rng: random.Random) -> None:
    """Leave a constant empty."""
    cell = book.pick_anywhere(rng, lambda cell: cell.is_number and cell.formula is None)
    book.replace(cell, re.sub(r"<v>[^<]*</v>", "<v/>", cell.xml))


def _arabic(number: str) -> str:
    return re.sub("[0-9]", lambda digit: chr(0x660 + int(digit[0])), number)


def _full_width(number: str) -> str:
    return re.sub("[0-9]", lambda digit: chr(0xFF10 + int(digit[0])), number)


KINDS: dict[str, Kind] = {
    "a truth value for a formula's number": truth(constant=False),
    "a truth value for a constant": truth(constant=True),
    "a text for a formula's number": typed("str"),
    "a text for a constant": typed("str", constant=True),
    "a text of its own for a formula's number": inline,
    "a shared string for a formula's number": shared,
    "an error for a formula's number": typed("e"),
    "a date for a formula's number": typed("d"),
    "a date for a constant": typed("d", constant=True),
    "an unknown type of cell": typed("x"),
    "a type of cell in capitals": typed("N"),
    "Arabic digits": written(_arabic),
    "full-width digits": written(_full_width),
    "an underscore among digits": written(
        lambda number: re.sub("([0-9])([0-9])", r"\1_\2", number, count=1), "[0-9]{2}"
    ),
    "infinity": written(lambda number: "inf"),
    "not a number": written(lambda number: "nan"),
    "a hexadecimal number": written(lambda number: f"0x{int(float(number)):x}", r"^[0-9]+(\.0)?$"),
    "spaces around a number": written(lambda number: f" {number} "),
    "a line break before a number": written(lambda number: f"\n{number}"),
    "a no-break space before a number": written(lambda number: f"\u00a0{number}"),
    "a decimal comma": written(lambda number: number.replace(".", ","), r"\."),
    "an empty constant": empty,
}
