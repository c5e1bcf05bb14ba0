"""A sheet before it is written: cells, one bulk table, and how it looks.

Both the writer and the verifier read pages, so what is written is what is expected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgen.page.cell_names import column_letter, row_and_column
from sheetgen.page.controls import Spinner
from sheetgen.page.shapes import Ellipse, Line
from sheetgen.page.style import HEADING, PLAIN, Style

if TYPE_CHECKING:
    from openpyxl.formatting.rule import Rule
    from openpyxl.worksheet.datavalidation import DataValidation

CachedValue = float | str | bool

ROW, PREVIOUS_ROW = "\x01", "\x02"
"""Stand for a table row's own number, and the number of the row above, in the text of its formulas."""
FIRST_TOGETHER, LAST_TOGETHER = "\x05", "\x06"
"""Stand there for the numbers of the first and the last of the rows that it is together with, such as a batch."""


class Formula(NamedTuple):
    """A formula, without its ``=``, beside the function that gives its value.

    ``value`` is called when the trace has run. ``scale`` is the size of the operands of a difference
    that should be nearly 0: engines add in different orders, and agree to rounding of the operands. Where
    that size is known only when the trace has run, it is a function too.
    ``accepts`` is for formulas that compare numbers, which spreadsheets do to about 15 digits: it says
    whether another value is as right, given a function from (row, column) to the sheet's recalculated
    values. An ``array`` formula computes with every cell of its ranges.
    """

    text: str
    value: Callable[[], CachedValue]
    scale: float | Callable[[], float] = 0.0
    accepts: Callable[[object, Callable[[int, int], object]], bool] = lambda value, recalculated: False
    array: bool = False

    def bound(self, unit: float) -> float:
        """Return how far off a value may be that is computed with this relative error an operation."""
        return unit * (self.scale() if callable(self.scale) else self.scale)


Content = Formula | float | str | None


class Cell(NamedTuple):
    """What stands in a cell and how it looks."""

    content: Content
    style: Style = PLAIN


@dataclass(frozen=True)
class Column:
    """One column of a table: a formula (or number) in its first row, one relative formula below.

    The texts hold ROW and PREVIOUS_ROW, or FIRST_TOGETHER and LAST_TOGETHER where so many rows ``together`` have one
    formula; in all but the first of these ``inside`` may stand in its place. ``constant`` is the value of a column
    whose rows are all alike.
    """

    label: str
    first: str | float
    rest: str
    first_style: Style
    style: Style
    constant: float | None = None
    together: int = 1
    inside: str | None = None

    def style_in(self, row: int, first_row: int) -> Style:
        """Return how the cell of a row looks."""
        return self.style if row > first_row else self.first_style

    def formula(self, row: int, first_row: int) -> str | None:
        """Return the formula of a row, or None where the row holds a number."""
        first = first_together(row, first_row, self.together)
        pattern = self.below(row == first) if row > first_row else self.first
        if not isinstance(pattern, str):
            return None
        if self.together > 1:
            last = first + self.together - 1
            pattern = pattern.replace(FIRST_TOGETHER, str(first)).replace(LAST_TOGETHER, str(last))
        return at_row(pattern, row)

    def below(self, begins: bool) -> str:
        """Return the formula below the first row, with its marks: of a row that begins those ``together``, or not."""
        return self.rest if begins or self.inside is None else self.inside


def first_together(row: int, first_row: int, together: int) -> int:
    """Return the first of the rows that a row is together with, so many at a time from the first row of a table on."""
    return row - (row - first_row) % together


def at_row(pattern: str, row: int) -> str:
    """Return a table formula as it stands in one row."""
    return pattern.replace(ROW, str(row)).replace(PREVIOUS_ROW, str(row - 1))


@dataclass(frozen=True)
class Table:
    """Rows in bulk. ``values`` runs the trace and yields the numbers of all columns, row after row.

    A table is portable where ``values`` can be pickled: another process can write it.
    """

    first_row: int
    rows: int
    columns: tuple[Column, ...]
    values: Callable[[], Iterator[tuple[float, ...]]]
    is_portable: bool = False

    @property
    def last_row(self) -> int:
        """The last row."""
        return self.first_row + self.rows - 1


@dataclass
class Page:
    """One sheet. Charts and pictures (PNG files) stand at a cell, each with its alternative text; ``shapes`` lie over
    cells.

    ``bar`` is the column from which the first row has room for links to the other sheets, 0 where it has none;
    ``folded`` are columns put out of sight, which a click unfolds; ``groups`` are columns that a click folds, each as
    wide as the first of its group; ``zoom`` is in percent.
    ``links`` lead from cells to other sheets, ``jumps`` to a cell that is named as formulas do.
    ``rules`` are conditional formats, each with the cells it colours; ``guards`` are validations, each with the cells
    that let in only what it lets in. ``notes`` are texts that show while the pointer is over a cell; the first line of
    each is its title. ``spinners`` are arrows that count the number of a cell up and down. ``decorate`` has what shows
    no number: how the sheet is printed and folded. ``finish`` has what is to be done when there are values, which the
    looks of a chart may depend on.
    """

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    table: Table | None = None
    widths: dict[int, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    folded: range = range(0)
    groups: list[range] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    jumps: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    rules: list[tuple[str, Rule]] = field(default_factory=list)
    guards: list[tuple[tuple[str, ...], DataValidation]] = field(default_factory=list)
    charts: list[tuple[str, Any, str]] = field(default_factory=list)
    pictures: list[tuple[str, bytes, str]] = field(default_factory=list)
    shapes: list[Line | Ellipse] = field(default_factory=list)
    spinners: list[Spinner] = field(default_factory=list)
    decorate: list[Callable[[Any], None]] = field(default_factory=list)
    finish: list[Callable[[], None]] = field(default_factory=list)
    bar: int = 0
    zoom: int = 100
    freeze: str = ""
    tab_colour: str = ""

    @property
    def size(self) -> tuple[int, int]:
        """The rows and columns up to the last cell."""
        rows, columns = max(self.cells)[0], max(map(itemgetter(1), self.cells))
        if self.table:
            rows, columns = max(rows, self.table.last_row), max(columns, len(self.table.columns))
        return rows, columns

    def put(self, coordinate: str, content: Content, style: Style = PLAIN) -> str:
        """Put something in a cell; return the cell's coordinate."""
        self.cells[row_and_column(coordinate)] = Cell(content, style)
        return coordinate

    def row(self, row: int, contents: Iterable[Content], style: Style, column: int = 1) -> None:
        """Put several things side by side."""
        for offset, content in enumerate(contents):
            self.put(f"{column_letter(column + offset)}{row}", content, style)

    def colour(self, cells: str, *rules: Rule) -> None:
        """Give some cells conditional formats; of those that apply to a cell, the first given decides."""
        self.rules += [(cells, rule) for rule in rules]

    def guard(self, validation: DataValidation, *cells: str) -> None:
        """Let into some cells, or ranges of cells, only what a validation lets in."""
        self.guards.append((cells, validation))

    def formatted(self, number: str) -> list[str]:
        """Return the cells, aside from those of the table, that have a number format."""
        cells = self.cells.items()
        return [f"{column_letter(c)}{r}" for (r, c), cell in cells if cell.style.number == number]

    def heading(self, letter: str, row: int, text: str) -> int:
        """Put the heading of a section in a column; return the next row."""
        self.put(f"{letter}{row}", text, HEADING)
        self.heights[row] = 24
        return row + 1


_LONGEST_LITERAL = 255
_CODE_OF_A_CHARACTER = re.compile("_x[0-9A-Fa-f]{4}_")
"""What readers of workbooks may take for one character."""


def text_literal(text: str) -> str:
    """Return a text as formulas write it: in quotes, and in pieces joined by & where Excel would not take it whole.

    Excel lets at most 255 characters into a piece; and no piece holds what looks like the code of a character, for
    readers do not agree on whether that is decoded in a formula.
    """
    pieces, size = [""], 0
    for index, character in enumerate(text):
        spelled = '""' if character == '"' else character
        size += len(spelled.encode("utf-16-le")) // 2
        if size > _LONGEST_LITERAL or (index and _CODE_OF_A_CHARACTER.match(text, index - 1)):
            pieces, size = [*pieces, ""], len(spelled)
        pieces[-1] += spelled
    return "&".join(f'"{piece}"' for piece in pieces)


def quoted(sheet: str) -> str:
    """Return a sheet's name as formulas write it: always in quotes, for what needs them is not agreed on.

    Names like A1, R1C1, RC, TRUE or 2024 are references or values to some spreadsheet when they stand bare.
    """
    return "'" + sheet.replace("'", "''") + "'"
