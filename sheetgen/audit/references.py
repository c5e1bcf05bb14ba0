"""What the references of a formula lead to: cells, areas, defined names."""

from __future__ import annotations

from functools import lru_cache

from sheetgen.algebra.expr import ZERO, Apply, Var
from sheetgen.audit.arrays import LARGEST, Grid
from sheetgen.audit.book import Area, Book, Place
from sheetgen.audit.operands import FALSE, TRUE, Empty, Item, Truth, Words
from sheetgen.audit.syntax import NotUnderstood, Reference
from sheetgen.engines.base import CellError
from sheetgen.limits import MAX_COLUMNS, MAX_ROWS
from sheetgen.page.cell_names import column_letter, row_and_column


@lru_cache(maxsize=1 << 17)
def cell_name(place: Place) -> str:
    """Return the name of a cell in expressions, such as ``Sheet 1!S3``."""
    return f"{place.sheet}!{column_letter(place.column)}{place.row}"


@lru_cache(maxsize=1 << 17)
def place_of(name: str) -> Place:
    """Return the cell that a name in expressions stands for."""
    sheet, _, address = name.rpartition("!")
    return Place(sheet, *row_and_column(address))


class Cells:
    """The cells of a workbook as items. ``empty`` collects the names of the empty cells that were asked for."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.empty: set[str] = set()
        self._sheets = {sheet.casefold(): sheet for sheet in book.sheets}
        self._names = {name.casefold(): text for name, text in book.names.items()}
        self._items: dict[tuple[str, int, int], Item] = {}
        self._ends: dict[str, tuple[int, int]] | None = None

    def sheet(self, written: str | None, place: Place) -> str:
        """Return the sheet that a reference in a cell names. Raises NotUnderstood for one of another workbook."""
        if written is None:
            return place.sheet
        found = self._sheets.get(written.casefold())
        if found is None:
            what = "another workbook" if "[" in written else "several sheets" if ":" in written else "an absent sheet"
            raise NotUnderstood(f"it refers to {what}: {written!r}")
        return found

    def name(self, name: str, sheet: str) -> str | None:
        """Return what a defined name stands for in a sheet, None for an unknown one."""
        return self._names.get(f"{sheet}!{name}".casefold()) or self._names.get(name.casefold())

    def area(self, reference: Reference, place: Place) -> Area:
        """Return the cells that a reference names, its first corner above and left of its last."""
        sheet = self.sheet(reference.sheet, place)
        first, last = reference.first, reference.last
        rows, columns = (first.row or 1, last.row or MAX_ROWS), (first.column or 1, last.column or MAX_COLUMNS)
        return Area(sheet, min(rows), min(columns), max(rows), max(columns))

    def grid(self, area: Area) -> Grid:
        """Return the items of an area; of whole rows and columns as far as the sheet has cells."""
        last_row, last_column = self._end(area.sheet)
        bottom = max(area.top, min(area.bottom, last_row)) if area.bottom == MAX_ROWS else area.bottom
        right = max(area.left, min(area.right, last_column)) if area.right == MAX_COLUMNS else area.right
        rows, columns = bottom - area.top + 1, right - area.left + 1
        if rows * columns > LARGEST:
            raise NotUnderstood(f"it takes more than {LARGEST:,} cells at once")
        sheet, top, left = area.sheet, area.top, area.left
        return Grid(
            rows,
            columns,
            lambda row, column: self.item(sheet, top + row, left + column),
            area,
            lambda: [
                self.item(sheet, row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)
            ],
        )

    def _end(self, sheet: str) -> tuple[int, int]:
        """Return the last row and column of a sheet that hold something."""
        if self._ends is None:
            self._ends = {}
            for place in self.book.cells:
                row, column = self._ends.get(place.sheet, (1, 1))
                self._ends[place.sheet] = max(row, place.row), max(column, place.column)
        return self._ends.get(sheet, (1, 1))

    def item(self, sheet: str, row: int, column: int) -> Item:
        """Return what a cell holds."""
        item = self.peek(sheet, row, column)
        if isinstance(item, Empty):
            self.empty.add(item.name)
        return item

    def was_asked_for(self, place: Place) -> bool:
        """Whether a formula that was read refers to a cell."""
        return place in self._items

    def peek(self, sheet: str, row: int, column: int) -> Item:
        """Return what a cell holds, without a note that it was asked for."""
        key = (sheet, row, column)
        item = self._items.get(key)
        if item is None:
            item = self._items[key] = self._item(Place(sheet, row, column))
        return item

    def _item(self, place: Place) -> Item:
        value, calculated = self.book.value(place), self.book.formula_cell(place) is not None
        name = cell_name(place)
        if isinstance(value, str):
            return Words(value)
        if isinstance(value, bool):
            return Truth(Apply("eq", (Var(name), ZERO)), holds=False) if calculated else (TRUE if value else FALSE)
        if calculated or isinstance(value, float | int):
            return Var(name)
        if isinstance(value, CellError):
            raise NotUnderstood(f"{name} holds the error {value}")
        return Empty(name)


def intersected(grid: Grid, place: Place) -> Item:
    """Return the one cell of a range that an ordinary formula takes: that of its own row or column."""
    area = grid.area
    if area is None or (grid.rows == 1 and grid.columns == 1):
        return grid.at(0, 0)
    if area.left == area.right and area.top <= place.row <= area.bottom:
        return grid.at(place.row - area.top, 0)
    if area.top == area.bottom and area.left <= place.column <= area.right:
        return grid.at(0, place.column - area.left)
    raise NotUnderstood(f"it takes the range {area.address} for one cell, and shows #VALUE! or an array")
