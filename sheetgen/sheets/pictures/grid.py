"""A square of small cells, each with the formula of one number, coloured: low in red, high in blue, white between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from openpyxl.formatting.rule import Rule
from openpyxl.styles import Border, Font, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from sheetgen.page import style
from sheetgen.page.cell_names import column_letter
from sheetgen.page.fields import across
from sheetgen.page.page import Content, Formula, Page
from sheetgen.page.style import Style
from sheetgen.sheets.pictures.axis import Axis

POINTS = 21
"""The cells along each side."""
LEFT, ABOVE, BELOW = 2, 1, 2
"""The columns left of the cells, the rows above them and those below them, which name what they show."""
WIDTH, HEIGHT = LEFT + POINTS, ABOVE + POINTS + BELOW

_TINY = 1e-9
_TICKS = (0, 10, 20)
_TICK_COLUMNS = 4
_CELL = Style(size=16, align="center", number=style.SHORT)
_TITLE = Style(bold=True, size=12, align="center")
_TICK = Style(size=9, align="center")
_NAME = Style(bold=True, size=11, align="center")
_HIDDEN, _ALWAYS = ";;;", "ROW()>0"  # TRUE becomes 1 where LibreOffice saves it
_FIRST_FORMAT = 220
_FORMATS = (_HIDDEN, *(f'"{mark}";"{mark}";"{mark}"' for mark in "●○◆"))
"""Number formats of conditional formats: no number, for colour shows it; or a mark in its place."""
FULL, EMPTY, PICKED = _FORMATS[1:]
"""The marks: a full dot, an empty one, and what is picked."""


@dataclass(frozen=True)
class Grid:
    """A square of cells whose top left one stands in a row and a column; x grows to the right, y upwards."""

    page: Page
    row: int
    column: int
    x: Axis
    y: Axis

    @staticmethod
    def at(page: Page, place: tuple[int, int], x: Axis, y: Axis) -> Grid:
        """Return the grid whose surroundings begin at a place."""
        return Grid(page, place[0] + ABOVE, place[1] + LEFT, x, y)

    @property
    def first(self) -> str:
        """The top left cell."""
        return f"{column_letter(self.column)}{self.row}"

    @property
    def cells(self) -> str:
        """All cells."""
        return f"{self.first}:{column_letter(self.column + POINTS - 1)}{self.row + POINTS - 1}"

    def cell(self, row: int, column: int) -> str:
        """Return the cell in a row and a column of the grid, from 0 and the top left."""
        return f"{column_letter(self.column + column)}{self.row + row}"

    def put(self, text: Callable[[int, int], str], formula: Callable[[str, int, int], Formula]) -> None:
        """Put the formula of each cell, given its row and column."""
        for row in range(POINTS):
            for column in range(POINTS):
                self.page.put(self.cell(row, column), formula(text(row, column), row, column), _CELL)

    # --- around it ---

    def put_names(self, title: Content) -> None:
        """Put the title above, and the ticks and names of both axes."""
        page, top = self.page, self.row - ABOVE
        across(page, top, self.column, POINTS, title, _TITLE)
        across(page, top, self.column - LEFT, LEFT, f"{self.y.name} ↑", _NAME)
        for tick in _TICKS:
            across(page, self.row + POINTS - 1 - tick, self.column - LEFT, LEFT, self.y.tick(tick), _TICK)
            start = min(max(tick - _TICK_COLUMNS // 2, 0), POINTS - _TICK_COLUMNS)
            across(page, self.row + POINTS, self.column + start, _TICK_COLUMNS, self.x.tick(tick), _TICK)
        across(page, self.row + POINTS + 1, self.column, POINTS, f"{self.x.name} →", _NAME)
        page.heights |= dict.fromkeys((top,), 21.0)

    # --- its colours ---

    def colour(self, scale: Rule, marks: Sequence[tuple[str, str]], differs: str = "") -> None:
        """Colour the cells by a scale, with marks in some: formulas and the formats they give.

        A line is drawn between neighbours where ``differs`` holds of them, a formula of {a} and {b}.
        """
        rules = [_rule(formula, mark, Font(color=style.INK, bold=True)) for formula, mark in marks]
        if differs:
            rules += self._lines(differs)
        self.page.colour(self.cells, *rules, numberless(), scale)

    def _lines(self, differs: str) -> list[Rule]:
        """Return the rules that draw a line right of a cell, below it, or both."""
        here = self.first
        right, below = f"{column_letter(self.column + 1)}{self.row}", f"{column_letter(self.column)}{self.row + 1}"
        to_right = f"AND(COLUMN()<{self.column + POINTS - 1},{differs.format(a=here, b=right)})"
        to_below = f"AND(ROW()<{self.row + POINTS - 1},{differs.format(a=here, b=below)})"
        line = Side(style="thin", color=style.INK)
        return [
            _rule(f"AND({to_right},{to_below})", _HIDDEN, border=Border(right=line, bottom=line)),
            _rule(to_right, _HIDDEN, border=Border(right=line)),
            _rule(to_below, _HIDDEN, border=Border(bottom=line)),
        ]

    def column_number(self) -> str:
        """Return a formula's part: the column of a cell in the grid, from 1."""
        return f"COLUMN()-{self.column - 1}"

    def row_number(self) -> str:
        """Return a formula's part: the row of a cell in the grid, from 1."""
        return f"ROW()-{self.row - 1}"


def largest_size(cells: str, largest: Callable[[], float], error: Callable[[], float]) -> Formula:
    """Return the formula of the largest size among cells, by which colours are scaled, and so never quite 0."""
    return Formula(f"MAX(MAX({cells}),-MIN({cells}),{_TINY:.9f})", lambda: max(largest(), _TINY), error)


def numberless() -> Rule:
    """Return the rule that shows no number, for its colour does."""
    return _rule(_ALWAYS, _HIDDEN)


def _rule(formula: str, number: str, font: Font | None = None, border: Border | None = None) -> Rule:
    shown = NumberFormat(numFmtId=_FIRST_FORMAT + _FORMATS.index(number), formatCode=number)
    return Rule("expression", formula=[formula], dxf=DifferentialStyle(font=font, numFmt=shown, border=border))
