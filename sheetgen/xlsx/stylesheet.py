"""Two style sheets become one: the second's formats are added behind the first's, whose numbers stay.

Cells refer to formats by number, formats to fonts, fills, borders and number formats by number, and
conditional formats to differential formats by number; all numbers of the second sheet are mapped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sheetgen.xlsx import schema
from sheetgen.xlsx.elements import Element
from sheetgen.xlsx.markup import Markup

_FIRST_CUSTOM_FORMAT = 164
_LAST_CUSTOM_FORMAT = 2**16 - 1
"""The largest number that a format gets behind the others; where one is larger than programs read, there is no more."""


@dataclass(frozen=True)
class MergedNumbers:
    """Where the second sheet's cell formats and differential formats stand in the merged one."""

    formats: Mapping[int, int]
    differential: Mapping[int, int]

    def conditional(self, sheet: bytes) -> bytes:
        """Return a sheet part whose conditional formats use the merged numbers."""
        return re.sub(rb'dxfId="(\d+)"', lambda match: b'dxfId="%d"' % self.differential[int(match[1])], sheet)


def merge(first: Markup, second: Markup) -> MergedNumbers:
    """Add the formats of the second style sheet, one that openpyxl wrote, to the first; return their numbers in it.

    What the first has already is used again, so that merging twice adds nothing more.
    """
    numbers: dict[str, Mapping[int, int]] = {"numFmtId": _add_number_formats(first, second)}
    for attribute, name in schema.NUMBERED.items():
        numbers[attribute] = _add(first, name, _written(second, name))
    for name in ("cellStyleXfs", "cellStyles"):  # every cell format is based on a named style
        own = [] if _items(first, name) else _written(second, name)
        _add(first, name, [_renumber(item, numbers) for item in own])
    formats = _add(first, "cellXfs", [_renumber(item, numbers) for item in _written(second, "cellXfs")])
    return MergedNumbers(formats, _add(first, "dxfs", _written(second, "dxfs")))


def _add_number_formats(first: Markup, second: Markup) -> Mapping[int, int]:
    """Add the second sheet's own number formats, by their codes; return their numbers."""
    known = {item.get("formatCode"): int(item.get("numFmtId", "0")) for item in reversed(_items(first, "numFmts"))}
    free = _free_numbers(set(known.values()))
    numbers, new = {}, []
    for item in _items(second, "numFmts"):
        code, number = item.get("formatCode"), item.get("numFmtId")
        if code not in known:
            known[code] = next(free)
            new.append(second.source(item).replace(f'numFmtId="{number}"', f'numFmtId="{known[code]}"'))
        numbers[int(number)] = known[code]
    _append(first, "numFmts", new)
    return numbers


def _free_numbers(taken: set[int]) -> Iterator[int]:
    """Yield the numbers behind the last that is taken, or else those that are free between."""
    last = max([_FIRST_CUSTOM_FORMAT - 1, *taken])
    yield from range(last + 1, _LAST_CUSTOM_FORMAT + 1)
    yield from (number for number in range(_FIRST_CUSTOM_FORMAT, last) if number not in taken)


def _renumber(item: str, numbers: Mapping[str, Mapping[int, int]]) -> str:
    """Return a cell format with its references renumbered; its named style becomes the workbook's first."""

    def renumbered(match: re.Match[str]) -> str:
        number = int(match[2])
        return f'{match[1]}="{numbers[match[1]].get(number, number)}"'

    item = re.sub(r'\b(fontId|fillId|borderId|numFmtId)="(\d+)"', renumbered, item)
    return re.sub(r'\bxfId="\d+"', 'xfId="0"', item)


def _add(sheet: Markup, name: str, items: list[str]) -> Mapping[int, int]:
    """Add elements to a list, those that it lacks; return where each stands."""
    there = _items(sheet, name)
    known = {item.meaning: index for index, item in reversed(list(enumerate(there)))}
    new: list[str] = []
    numbers: dict[int, int] = {}
    for index, item in enumerate(items):
        meaning = Markup(item.encode()).root.meaning
        if meaning not in known:
            known[meaning] = len(there) + len(new)
            new.append(item)
        numbers[index] = known[meaning]
    _append(sheet, name, new)
    return numbers


def _items(sheet: Markup, name: str) -> list[Element]:
    """Return the elements of a list."""
    element = sheet.root.child(name)
    return element.children if element else []


def _written(sheet: Markup, name: str) -> list[str]:
    """Return the elements of a list, each as it is written."""
    return [sheet.source(item) for item in _items(sheet, name)]


def _append(sheet: Markup, name: str, items: list[str]) -> None:
    """Add elements at the end of a list, which is made, where the schema has it, if it is missing; count it anew."""
    element = sheet.root.child(name)
    if element is None:
        if items:
            sheet.insert(f'<{name} count="{len(items)}">{"".join(items)}</{name}>', schema.STYLES)
        return
    if items:
        sheet.append(element, "".join(items))
    count = str(len(element.children) + len(items))
    if element.get("count", count) != count:
        sheet.set(element, "count", count)
