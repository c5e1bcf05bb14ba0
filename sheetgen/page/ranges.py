"""Cells put together into ranges, so that what holds for many cells is written for few ranges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from sheetgen.page.cell_names import column_letter, row_and_column


def runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last of each run of successive numbers."""
    for _, run in groupby(enumerate(sorted(numbers)), key=lambda pair: pair[1] - pair[0]):
        members = [number for _, number in run]
        yield members[0], members[-1]


def ranges(cells: Iterable[str]) -> list[str]:
    """Return cells as ranges, from left to right and from the top down: neighbours in a column, and columns alike."""
    columns: dict[int, set[int]] = {}
    for cell in cells:
        row, column = row_and_column(cell)
        columns.setdefault(column, set()).add(row)
    pieces = sorted((top, bottom, column) for column, rows in columns.items() for top, bottom in runs(rows))
    found = [
        (top, left, bottom, right)
        for (top, bottom), alike in groupby(pieces, key=lambda piece: piece[:2])
        for left, right in runs({column for _, _, column in alike})
    ]
    return [_range(*area) for area in sorted(found)]


def _range(top: int, left: int, bottom: int, right: int) -> str:
    first, last = f"{column_letter(left)}{top}", f"{column_letter(right)}{bottom}"
    return first if first == last else f"{first}:{last}"
