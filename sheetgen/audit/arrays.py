"""Arrays of what cells hold, computed element by element, each only where it is asked for.

An array of one row stands for as many as are needed, likewise one of one column, likewise a single item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sheetgen.audit.book import Area
from sheetgen.audit.operands import Item
from sheetgen.audit.syntax import NotUnderstood

LARGEST = 100_000
"""The cells up to which a range of one formula is understood."""


class Grid:
    """Rows and columns of items. ``area`` is given where it is a range of cells, as it is written."""

    __slots__ = ("_kept", "_make", "area", "columns", "rows")

    def __init__(self, rows: int, columns: int, make: Callable[[int, int], Item], area: Area | None = None) -> None:
        self.rows, self.columns, self.area = rows, columns, area
        self._make = make
        self._kept: dict[tuple[int, int], Item] = {}

    def at(self, row: int, column: int) -> Item:
        """Return an element, counted from 0. Raises NotUnderstood where a spreadsheet shows #N/A."""
        row, column = (0 if self.rows == 1 else row), (0 if self.columns == 1 else column)
        if row >= self.rows or column >= self.columns:
            raise NotUnderstood("arrays of different shapes meet in it")
        place = (row, column)
        item = self._kept.get(place)
        if item is None:
            item = self._kept[place] = self._make(row, column)
        return item

    def items(self) -> Iterator[Item]:
        """Yield the elements row by row. Raises NotUnderstood for too many."""
        if self.rows * self.columns > LARGEST:
            raise NotUnderstood(f"it takes more than {LARGEST:,} cells at once")
        return (self.at(row, column) for row in range(self.rows) for column in range(self.columns))


Value = Item | Grid
"""What a part of a formula gives."""


def element(value: Value, row: int = 0, column: int = 0) -> Item:
    """Return an element of a value; a single item is every element of itself."""
    return value.at(row, column) if isinstance(value, Grid) else value


def shape(values: Sequence[Value]) -> tuple[int, int]:
    """Return the rows and columns that element by element computing gives."""
    grids = [value for value in values if isinstance(value, Grid)]
    return max([grid.rows for grid in grids], default=1), max([grid.columns for grid in grids], default=1)


def each(function: Callable[..., Item], *values: Value) -> Value:
    """Return a function of items for each element of arrays."""
    if not any(isinstance(value, Grid) for value in values):
        return function(*values)
    rows, columns = shape(values)
    return Grid(rows, columns, lambda row, column: function(*[element(value, row, column) for value in values]))


def as_grid(value: Value) -> Grid:
    """Return a value as an array, a single item as one of one cell."""
    return value if isinstance(value, Grid) else Grid(1, 1, lambda row, column: value)
