"""Draws the grids of tensors on a page: live numbers under the names, numbers of rows and columns beside them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from openpyxl.formatting.rule import Rule

from sheetgen.algebra.expr import Const, Var
from sheetgen.network.graph import Section
from sheetgen.page import style
from sheetgen.page.cell_names import column_letter, row_and_column
from sheetgen.page.marks import share_scale, signed_scale, size_rules
from sheetgen.page.page import Content, Formula, Page
from sheetgen.page.style import Style
from sheetgen.sheets.explorer.table import LookupTable
from sheetgen.sheets.explorer.tensor_grid import SHARES, Matrix, TensorGrid
from sheetgen.sheets.picks import word_of
from sheetgen.sheets.section_style import SECTION_COLOURS
from sheetgen.tensors.elements import MASKED
from sheetgen.tensors.labels import Place
from sheetgen.tensors.naming import Words

_LINE = "D0D5DD"
_LOOKS = {
    3: Style(align="center", number=style.FOUR_PLACES, border=_LINE),
    2: Style(align="center", number=style.TWO_PLACES, size=9, border=_LINE),
    1: Style(align="center", number=style.ONE_PLACE, size=7, border=_LINE),
}
"""How a number looks in a cell of so many columns of the board."""
_COUNT = Style(align="center", colour=style.GREY, size=9)
_MASKED = "−∞"


@dataclass(frozen=True)
class PlacedGrid:
    """A grid that has been drawn: its first row and column, and the cells of its elements and of the derivatives.

    ``areas`` are those of its matrices.
    """

    grid: TensorGrid
    row: int
    column: int
    values: dict[Place, str] = field(default_factory=dict)
    slopes: dict[Place, str] = field(default_factory=dict)
    areas: dict[Place, str] = field(default_factory=dict)


class GridPainter:
    """Draws grids with the numbers of a table, and keeps note of what was ``placed`` where."""

    def __init__(self, page: Page, table: LookupTable) -> None:
        self.placed: list[PlacedGrid] = []
        self.words: dict[str, str] = {}
        """The cells that show what quantities read as."""
        self._page, self._table = page, table
        self._areas: dict[tuple[str, str], list[str]] = {}
        self._marks: dict[str, Rule] = {}

    def values(self, grid: TensorGrid, row: int, column: int) -> PlacedGrid:
        """Draw a tensor's values under its name."""
        self._title(grid, grid.title, grid.section, row, column)
        placed = PlacedGrid(grid, row, column)
        self.placed.append(placed)
        for matrix in grid.matrices:
            top, left = row + 1 + matrix.row + grid.above, column + matrix.column + grid.left
            self._count(grid, matrix, top, left, columns_too=True)
            for down, right, place in grid.cells(matrix):
                cell = self._put(grid, top + down, left + right * grid.cell, *self._value(grid, place))
                placed.values[place] = cell
                if grid.read_as and isinstance(element := grid.elements[place], Var):
                    self.words[element.name] = cell
            placed.areas[matrix.place] = self._colour(grid, top, left, grid.scale)
        return placed

    def slopes(self, placed: PlacedGrid, row: int) -> None:
        """Draw, from a row on, the derivatives of the loss by a tensor whose values have been drawn."""
        grid, column = placed.grid, placed.column
        if grid.slopes is None:
            return
        along = Section.GRADIENTS if grid.section == Section.WEIGHTS else Section.BACKWARD
        self._title(grid, grid.slope_title, along, row, column)
        for matrix in grid.matrices:
            top = row + 1 + matrix.row + grid.above - bool(grid.above)
            left = column + matrix.column + grid.left
            self._count(grid, matrix, top, left, columns_too=False)
            for down, right, place in grid.cells(matrix):
                slope = self._slope(grid.slopes[place])
                cell = self._put(grid, top + down, left + right * grid.cell, slope, _LOOKS[min(grid.cell, 3)])
                if slope is not None:
                    placed.slopes[place] = cell
            self._colour(grid, top, left, grid.slope_scale)

    def mark(self, area: str, rule: Rule) -> None:
        """Let a rule mark cells of a matrix."""
        self._marks[area] = rule

    def drawn(self, grid: TensorGrid, place: Place) -> tuple[str, Formula]:
        """Return the cell of an element of a grid that has been drawn, and the formula in it."""
        placed = self._placed(grid)
        content = self._page.cells[row_and_column(placed.values[place])].content
        if not isinstance(content, Formula):
            number = float(content or 0.0)
            content = Formula(repr(number), lambda: number)
        return placed.values[place], content

    def areas(self, grid: TensorGrid) -> list[str]:
        """Return the areas of the matrices of a grid that has been drawn."""
        return list(self._placed(grid).areas.values())

    def _placed(self, grid: TensorGrid) -> PlacedGrid:
        return next(placed for placed in reversed(self.placed) if placed.grid is grid)

    def finish(self) -> None:
        """Colour what has been drawn, each tensor on a scale of its own; small numbers are shown as such."""
        for (scale, number), areas in self._areas.items():
            marked = [area for area in areas if area in self._marks]
            for area in marked:
                self._page.colour(area, self._marks[area], *size_rules(number), *self._colours(scale))
            if plain := [area for area in areas if area not in self._marks]:
                self._page.colour(" ".join(plain), *size_rules(number), *self._colours(scale))

    def across(self, row: int, column: int, width: int, content: Content, look: Style) -> str:
        """Put something across so many columns; return the first cell."""
        cell = f"{column_letter(column)}{row}"
        if width > 1:
            self._page.merges.append(f"{cell}:{column_letter(column + width - 1)}{row}")
        return self._page.put(cell, content, look)

    def _colours(self, scale: str) -> list[Rule]:
        if not scale:
            return []
        return [share_scale() if scale == SHARES else signed_scale(self._table.largest_cell(scale))]

    # --- the parts of a grid ---

    def _title(self, grid: TensorGrid, text: str, section: Section, row: int, column: int) -> None:
        self.across(row, column, grid.width, text, Style(bold=True, colour=SECTION_COLOURS[section][0]))

    def _count(self, grid: TensorGrid, matrix: Matrix, top: int, left: int, columns_too: bool) -> None:
        """Number the rows of a matrix and its columns, or name them, and say which of several it is."""
        if matrix.place:
            of_them = grid.matrix_heading(matrix.place)
            where = top - 2 if columns_too else top - 1
            self.across(where, left, grid.columns * grid.cell, of_them, replace(_COUNT, align="left"))
        if columns_too and grid.above:
            for column in range(grid.columns):
                self.across(top - 1, left + column * grid.cell, grid.cell, grid.column_heading(column), _COUNT)
        if grid.left:
            for row in range(grid.rows):
                self.across(top + row, left - grid.left, grid.left, grid.row_heading(row), _COUNT)

    def _put(self, grid: TensorGrid, row: int, column: int, content: Content, look: Style) -> str:
        """Put a number into a cell of a grid, with its border all round where it takes several columns."""
        for further in range(column + 1, column + grid.cell):
            self._page.put(f"{column_letter(further)}{row}", None, look)
        return self.across(row, column, grid.cell, content, look)

    def _value(self, grid: TensorGrid, place: Place) -> tuple[Content, Style]:
        """Return what stands in the cell of an element: a number of the equation itself is grey, as built."""
        element, look = grid.elements[place], _LOOKS[min(grid.cell, 3)]
        if grid.read_as:
            return self._word(element, grid.read_as), replace(look, number=style.GENERAL)
        if callable(element):
            return element(), look
        if isinstance(element, Var):
            return self._table.show(element.name), look
        assert isinstance(element, Const), element
        if element == MASKED:
            return _MASKED, replace(look, colour=style.GREY)
        return element.value, replace(look, colour=style.GREY)

    def _word(self, element: object, words: Words) -> Content:
        if isinstance(element, Var):
            return self._table.read(element.name, words)
        assert isinstance(element, Const), element
        return word_of(element.value, words)

    def _slope(self, name: object) -> Content:
        return self._table.slope(name) if isinstance(name, str) else None

    def _colour(self, grid: TensorGrid, top: int, left: int, scale: str) -> str:
        """Note that a matrix is to be coloured on a scale; return its area."""
        last = f"{column_letter(left + grid.columns * grid.cell - 1)}{top + grid.rows - 1}"
        key = scale, _LOOKS[min(grid.cell, 3)].number
        area = f"{column_letter(left)}{top}:{last}"
        if not grid.read_as:
            self._areas.setdefault(key, []).append(area)
        return area
