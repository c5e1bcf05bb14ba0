"""Cells gathered into as few rectangles as is easily done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sheetgen.audit.book import Area, Place
from sheetgen.page.ranges import runs


def areas_of(places: Iterable[Place]) -> tuple[Area, ...]:
    """Return rectangles that hold exactly these cells: runs down the columns, equal ones side by side together."""
    columns: dict[tuple[str, int], list[int]] = defaultdict(list)
    for place in sorted(set(places)):
        columns[place.sheet, place.column].append(place.row)
    found: dict[tuple[str, int, int], list[int]] = defaultdict(list)  # the columns of each run of rows
    for (sheet, column), rows in sorted(columns.items()):
        for top, bottom in runs(rows):
            found[sheet, top, bottom].append(column)
    return tuple(
        Area(sheet, top, left, bottom, right)
        for (sheet, top, bottom), columns_of in found.items()
        for left, right in runs(columns_of)
    )
