"""Two style sheets become one: the second's formats are added behind the first's, whose numbers stay.

Cells refer to formats by number, formats to fonts, fills, borders and number formats by number, and
conditional formats to differential formats by number; all numbers of the second sheet are shifted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sheetgen.errors import WorkbookError

_FIRST_CUSTOM_FORMAT = 164
_LISTS = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles")
"""The lists of a style sheet that matter here, in the order of the schema."""


@dataclass(frozen=True)
class Shifts:
    """By how much the second sheet's numbers of cell formats and of differential formats are shifted."""

    formats: int
    differential: int

    def conditional(self, sheet: bytes) -> bytes:
        """Return a sheet part whose conditional formats use the shifted numbers."""
        return re.sub(rb'dxfId="(\d+)"', lambda match: b'dxfId="%d"' % (int(match[1]) + self.differential), sheet)


def merge(ours: bytes, theirs: bytes) -> tuple[str, Shifts]:
    """Return one style sheet for both, and the shifts of the second's numbers.

    Raises WorkbookError for a style sheet that lacks the lists every one has.
    """
    first, second = ours.decode("utf-8-sig"), theirs.decode("utf-8-sig")
    counts = {name: len(_items(first, name)) for name in _LISTS}
    if not counts["fonts"] or not counts["cellXfs"]:
        raise WorkbookError("the workbook's style sheet is incomplete; save it with Excel or LibreOffice")
    codes = _number_formats(first, second)
    text = first
    for name in ("fonts", "fills", "borders"):
        text = _append(text, name, _items(second, name))
    text = _append(text, "numFmts", [codes[number][1] for number in codes])
    numbers = {number: new for number, (new, _) in codes.items()}
    text = _append(text, "cellXfs", [_shift(item, counts, numbers) for item in _items(second, "cellXfs")])
    text = _append(text, "dxfs", _items(second, "dxfs"))
    return text, Shifts(counts["cellXfs"], counts["dxfs"])


def _number_formats(first: str, second: str) -> dict[int, tuple[int, str]]:
    """Map the second sheet's own number formats to (a free number, the element that declares it)."""
    taken = [int(number) for number in re.findall(r'<numFmt\b[^>]*numFmtId="(\d+)"', first)]
    free = max([_FIRST_CUSTOM_FORMAT - 1, *taken]) + 1
    found = {}
    for offset, item in enumerate(_items(second, "numFmts")):
        number = re.search(r'numFmtId="(\d+)"', item)
        assert number is not None
        found[int(number[1])] = (free + offset, item.replace(number[0], f'numFmtId="{free + offset}"'))
    return found


def _shift(item: str, counts: dict[str, int], numbers: dict[int, int]) -> str:
    """Return a cell format with its references shifted; its named style becomes the workbook's first."""
    for attribute, name in (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders")):
        item = re.sub(
            rf'\b{attribute}="(\d+)"',
            lambda match, a=attribute, n=name: f'{a}="{int(match[1]) + counts[n]}"',  # type: ignore[misc]
            item,
        )
    item = re.sub(r'\bxfId="\d+"', 'xfId="0"', item)
    return re.sub(r'\bnumFmtId="(\d+)"', lambda match: f'numFmtId="{numbers.get(int(match[1]), int(match[1]))}"', item)


def _list(text: str, name: str) -> re.Match[str] | None:
    return re.search(rf"<{name}\b([^>]*?)(?:/>|>(.*?)</{name}>)", text, re.DOTALL)


def _items(text: str, name: str) -> list[str]:
    """Return the elements of a list, each as it is written."""
    found = _list(text, name)
    if found is None or not found[2]:
        return []
    items, depth, start = [], 0, 0
    for tag in re.finditer(r"<(/?)([\w:]+)[^>]*?(/?)>", found[2]):
        if depth == 0 and not tag[1]:
            start = tag.start()
        depth += (not tag[1] and not tag[3]) - bool(tag[1])
        if depth == 0:
            items.append(found[2][start : tag.end()])
    return items


def _append(text: str, name: str, items: list[str]) -> str:
    """Add elements at the end of a list, which is made where it was missing."""
    if not items:
        return text
    added = "".join(items)
    found = _list(text, name)
    if found is None:
        return _insert(text, name, f'<{name} count="{len(items)}">{added}</{name}>')
    count = len(_items(text, name)) + len(items)
    attributes = re.sub(r'\bcount="\d+"', f'count="{count}"', found[1])
    whole = f"<{name}{attributes}>{found[2] or ''}{added}</{name}>"
    return text[: found.start()] + whole + text[found.end() :]


def _insert(text: str, name: str, element: str) -> str:
    """Put a new list where the schema has it: before the first of the lists that follow it."""
    for later in _LISTS[_LISTS.index(name) + 1 :]:
        if found := _list(text, later):
            return text[: found.start()] + element + text[found.start() :]
    return text.replace("</styleSheet>", f"{element}</styleSheet>")
