"""Arrays of what cells hold: all elements at once, or one by one, each only where it is asked for.

An array of one row stands for as many as are needed, likewise one of one column, likewise a single item.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sheetgen.audit.book import Area
from sheetgen.audit.operands import Item
from sheetgen.audit.syntax import NotUnderstood

LARGEST = 100_000
"""The cells up to which a range of one formula is understood."""
_SHAPES = "arrays of different shapes meet in it"


class Grid:
    """Rows and columns of items. ``area`` is given where it is a range of cells, as it is written.

    ``make`` gives an element, counted from 0; ``whole``, where it is given, all of them row by row, in less time.
    """

    __slots__ = ("_all", "_kept", "_make", "_whole", "area", "columns", "rows")

    def __init__(
        self,
        rows: int,
        columns: int,
        make: Callable[[int, int], Item],
        area: Area | None = None,
        whole: Callable[[], list[Item]] | None = None,
    ) -> None:
        self.rows, self.columns, self.area = rows, columns, area
        self._make, self._whole = make, whole
        self._kept: dict[tuple[int, int], Item] = {}
        self._all: list[Item] | None = None

    def at(self, row: int, column: int) -> Item:
        """Return an element, counted from 0. Raises NotUnderstood where a spreadsheet shows #N/A."""
        row, column = (0 if self.rows == 1 else row), (0 if self.columns == 1 else column)
        if row >= self.rows or column >= self.columns:
            raise NotUnderstood(_SHAPES)
        if self._all is not None:
            return self._all[row * self.columns + column]
        place = (row, column)
        item = self._kept.get(place)
        if item is None:
            item = self._kept[place] = self._make(row, column)
        return item

    def items(self) -> list[Item]:
        """Return the elements row by row. Raises NotUnderstood for too many."""
        if self._all is None:
            if self.rows * self.columns > LARGEST:
                raise NotUnderstood(f"it takes more than {LARGEST:,} cells at once")
            if self._whole is not None:
                self._all = self._whole()
            else:
                self._all = [self.at(row, column) for row in range(self.rows) for column in range(self.columns)]
        return self._all


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
    return Grid(
        rows,
        columns,
        lambda row, column: function(*[element(value, row, column) for value in values]),
        whole=lambda: list(map(function, *[spread(value, rows, columns) for value in values])),
    )


def spread(value: Value, rows: int, columns: int) -> Sequence[Item]:
    """Return a value as an array of so many rows and columns, row by row. Raises NotUnderstood for other shapes."""
    if not isinstance(value, Grid):
        return [value] * (rows * columns)
    if value.rows not in (1, rows) or value.columns not in (1, columns):
        raise NotUnderstood(_SHAPES)
    items = value.items()
    if value.columns < columns:
        items = [item for item in items for _ in range(columns)]
    return items * rows if value.rows < rows else items


def as_grid(value: Value) -> Grid:
    """Return a value as an array, a single item as one of one cell."""
    return value if isinstance(value, Grid) else Grid(1, 1, lambda row, column: value)
