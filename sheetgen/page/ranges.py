"""Cells put together into ranges, so that what holds for many cells is written for few ranges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string


def runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last of each run of successive numbers."""
    for _, run in groupby(enumerate(sorted(numbers)), key=lambda pair: pair[1] - pair[0]):
        members = [number for _, number in run]
        yield members[0], members[-1]


def ranges(cells: Iterable[str]) -> list[str]:
    """Return cells as ranges, from left to right and from the top down: neighbours in a column, and columns alike."""
    columns: dict[int, set[int]] = {}
    for cell in cells:
        letters, row = coordinate_from_string(cell)
        columns.setdefault(column_index_from_string(letters), set()).add(row)
    pieces = sorted((top, bottom, column) for column, rows in columns.items() for top, bottom in runs(rows))
    found = [
        (top, left, bottom, right)
        for (top, bottom), alike in groupby(pieces, key=lambda piece: piece[:2])
        for left, right in runs({column for _, _, column in alike})
    ]
    return [_range(*area) for area in sorted(found)]


def _range(top: int, left: int, bottom: int, right: int) -> str:
    first, last = f"{get_column_letter(left)}{top}", f"{get_column_letter(right)}{bottom}"
    return first if first == last else f"{first}:{last}"
