"""The Explorer sheet: the network drawn at a step of training that is picked, coloured by sign and size.

Two drop-downs pick the training sheet and the iteration. Every quantity of that step is looked up once, in
a table to the right of the drawing, and the drawing shows what stands there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import column_index_from_string

from sheetgen.algebra.expr import ONE
from sheetgen.network.graph import Graph, Section
from sheetgen.page import style
from sheetgen.page.marks import show_small
from sheetgen.page.page import Content, Formula, Page
from sheetgen.page.printing import landscape
from sheetgen.page.style import Style
from sheetgen.sheets import drawing, lookup, picks
from sheetgen.sheets import layout as at
from sheetgen.sheets.book import Book
from sheetgen.sheets.drawing import Drawn, Face
from sheetgen.sheets.flag import flag
from sheetgen.sheets.lookup import Lookup, absolute
from sheetgen.sheets.picks import EXPLORER_ITERATION, EXPLORER_SAMPLE, EXPLORER_VARIANT

_TOP, _DRAWING_ROW = 4, 8
_DEFAULT_WIDTH = 8.43
_RED, _WHITE, _BLUE = "F0857D", "FFFFFF", "79AEF2"
_FACE = Style(align="center", number=style.SHORT, size=14, bold=True)
_BIG = Style(bold=True, size=26, colour=style.SECTION_COLOURS[Section.LOSS][0])
_QUIET = replace(style.BUILT, align="center")


class _LookupTable:
    """The table of look-ups to the right of the drawing, from a column on."""

    helpers = ("training sheet, by number", "row in it")
    largest = (
        "largest neuron",
        "largest weight",
        "largest ∂ along a neuron",
        "largest ∂ by a weight",
    )
    first_row = _TOP + len(helpers) + len(largest) + 3

    def __init__(self, book: Book, column: int) -> None:
        self.book, self.graph = book, book.study.network
        self.names, self.numbers, self.sheets = (get_column_letter(column + offset) for offset in (0, 1, 3))
        self.found = Lookup(book, book.picks.explorer, self.helper(0), self.helper(1))

    def helper(self, index: int) -> str:
        """Return the cell of a helper: the two of the look-up, then the largest sizes."""
        return f"${self.numbers}${_TOP + index}"

    def cell(self, name: str) -> str:
        """Return the cell of a quantity."""
        return f"${self.numbers}${self.first_row + self.graph.position[name]}"

    def show(self, name: str) -> Formula:
        """Return a reference to a quantity."""
        found = self.found.formula(name)
        return Formula(self.cell(name), found.value, found.scale)

    def slope(self, name: str) -> Content:
        """Return the derivative of the loss along a quantity, or None where it has none."""
        if label := self.graph.gradient(name):
            return self.show(label)
        return 1.0 if _moves_loss_alike(self.graph, name) else None

    def put(self, page: Page) -> None:
        """Put the table on the page."""
        for row, label in enumerate((*self.helpers, *self.largest), start=_TOP):
            page.put(f"{self.names}{row}", label, style.BUILT)
        listed = lookup.put_sheets(page, self.book, self.sheets, _TOP)
        page.put(self._here(0), self.found.number_formula(absolute(EXPLORER_VARIANT), listed), _QUIET)
        page.put(self._here(1), self.found.row_formula(absolute(EXPLORER_ITERATION), absolute(EXPLORER_SAMPLE)), _QUIET)
        for index, names in enumerate(self._groups(), start=len(self.helpers)):
            page.put(self._here(index), self._largest(names), replace(_QUIET, number=style.SHORT))
        page.row(self.first_row - 1, ("quantity", "at this step"), style.LABEL, self._column)
        for quantity in self.graph.quantities:
            row = self.first_row + self.graph.position[quantity.name]
            page.put(f"{self.names}{row}", quantity.name, style.NAME)
            page.put(f"{self.numbers}{row}", self.found.formula(quantity.name), style.LINK)
        page.widths |= {self._column - 1: 4.0, self._column: 34.0, self._column + 1: 14.0, self._column + 2: 4.0}
        page.widths[self._column + 3] = 18.0

    @property
    def _column(self) -> int:
        return int(column_index_from_string(self.names))

    def _here(self, index: int) -> str:
        return self.helper(index).replace("$", "")

    def _groups(self) -> tuple[list[str], ...]:
        """Return the quantities that share a scale of colours, in the order of ``largest``."""
        sections = ((Section.DATA, Section.FORWARD), (Section.WEIGHTS,), (Section.BACKWARD,), (Section.GRADIENTS,))
        return tuple([quantity.name for quantity in self.graph.section(*group)] for group in sections)

    def _largest(self, names: list[str]) -> Formula:
        """Return the formula of the largest size among quantities, which stand in at most two blocks."""
        if not names:
            return Formula("0", lambda: 0.0)
        blocks = ",".join(f"{self.cell(first)}:{self.cell(last)}" for first, last in _blocks(self.graph, names))

        def largest() -> str:
            return max(names, key=lambda name: abs(self.found.value(name)))

        value = Formula(f"MAX(MAX({blocks}),-MIN({blocks}))", lambda: abs(self.found.value(largest())))
        return replace(value, scale=lambda: self.found.error(largest()))


def _blocks(graph: Graph, names: list[str]) -> list[tuple[str, str]]:
    """Return the first and last name of each block of names that stand next to one another."""
    blocks: list[tuple[str, str]] = []
    for name in names:
        if blocks and graph.position[name] == graph.position[blocks[-1][1]] + 1:
            blocks[-1] = (blocks[-1][0], name)
        else:
            blocks.append((name, name))
    return blocks


def _moves_loss_alike(graph: Graph, name: str) -> bool:
    """Whether the loss moves by as much as a quantity does, so that its derivative, 1, has no column."""
    if name == graph.loss:
        return True
    users = [user for user in graph.users.get(name, ()) if user in graph.influences]
    return len(users) == 1 and graph.local(users[0], name) == ONE and _moves_loss_alike(graph, users[0])


def page(book: Book) -> Page:
    """Return the Explorer sheet."""
    page = Page(at.EXPLORER, tab_colour="175CD3")
    page.widths = {1: 2.0}
    graph = book.study.network
    # Where the table stands depends on how wide the drawing is: draw once without numbers.
    blank = _face(lambda name: None, lambda name: None)
    drawn = drawing.put(page, graph, blank, _DRAWING_ROW)
    last = max(drawn.last_column, _span(page, drawing.FIRST_COLUMN, 150.0))
    table = _LookupTable(book, last + 2)
    page.cells.clear()
    drawn = drawing.put(page, graph, _face(table.show, table.slope), _DRAWING_ROW)
    table.put(page)
    _top(page, book, table, last)
    row = _legend(page, drawn.row + 1)
    page.heights |= dict.fromkeys(range(_DRAWING_ROW, drawn.row), 26.0)
    page.decorate += [
        lambda sheet: _colour(sheet, page, drawn, table),
        lambda sheet: _guard(sheet, book, table),
        lambda sheet: _print(sheet, get_column_letter(last), row),
    ]
    return page


def _face(value: drawing.Show, slope: drawing.Show) -> Face:
    """Return how the network looks here: large enough to be read from the last row."""
    return Face(
        value,
        slope,
        node=_FACE,
        term=Style(align="center", number=style.SHORT, size=12),
        product=Style(size=11, colour=style.GREY, align="right"),
        number_slope=Style(align="center", number=style.SLOPE, size=12),
        title_size=14,
        tinted=False,
        node_width=13.0,
        term_width=10.0,
        value_width=11.0,
    )


def _span(page: Page, column: int, width: float, step: int = 1) -> int:
    """Return the column up to which columns, from one on, are at least so wide together."""
    while (width := width - page.widths.get(column, _DEFAULT_WIDTH)) > 0:
        column += step
    return column


def _top(page: Page, book: Book, table: _LookupTable, last: int) -> None:
    """Put the title, the two picks and the error."""
    page.heights |= {1: 34, 2: 22, 4: 34, 5: 34, 7: 12}
    page.put("B1", "Explorer", style.TITLE)
    flag(page, f"{get_column_letter(_span(page, last, 36.0, -1))}1:{get_column_letter(last)}1", book)
    note = "Pick a training sheet and an iteration in the yellow cells (Alt+↓ opens the list): the network follows."
    page.put("B2", note, style.NOTE)
    if limit := lookup.limit(book.layout):
        page.put("B3", limit, style.NOTE)
    end = _span(page, 4, 20.0)
    said = picks.shown(book.study, book.picks)
    labels = {EXPLORER_VARIANT: "training sheet", EXPLORER_ITERATION: "iteration"}
    if book.study.batch > 1:
        labels[EXPLORER_SAMPLE] = picks.sample_label(book.study)
        page.heights[6] = 26
    for spot, label in labels.items():
        page.put(f"B{spot.cell[1:]}", label, Style(bold=True, size=12))
        page.put(spot.cell, said[spot], style.PICK)
        page.merges.append(f"{spot.cell}:{get_column_letter(end)}{spot.cell[1:]}")
    _error(page, book, table, end + 1)


def _error(page: Page, book: Book, table: _LookupTable, column: int) -> None:
    """Put the error in large, and beside it how it compares with the first one."""
    loss = book.study.network.loss
    column, name = _merged(page, column, 12.0 + 1.9 * len(loss), 2)
    page.put(name, f"{loss} =", replace(_BIG, size=20, align="right"))
    column, number = _merged(page, column, 24.0, 2)
    page.put(number, table.show(loss), replace(_BIG, number=style.NUMBER, align="left", indent=1))
    column, label = _merged(page, column, 20.0, 1)
    page.put(label, "at iteration 0", Style(align="right", colour=style.GREY, size=12))
    below = f"{label.rstrip('0123456789')}{_TOP + 1}"
    page.put(below, "of which are left", Style(align="right", colour=style.GREY, size=12))
    page.merges.append(f"{below}:{get_column_letter(column - 1)}{_TOP + 1}")
    start = column
    column, first = _merged(page, column, 16.0, 1)
    page.put(first, table.found.first(loss), Style(number=style.NUMBER, align="left", indent=1, size=12))
    share = f"{get_column_letter(start)}{_TOP + 1}"
    page.merges.append(f"{share}:{get_column_letter(column - 1)}{_TOP + 1}")
    page.put(share, _share(table, first), Style(number="0.0%", align="left", indent=1, size=12))


def _share(table: _LookupTable, first: str) -> Formula:
    """Return what is left of the first error; nothing where that was 0."""
    loss = table.graph.loss
    before = table.found.first(loss)

    def value() -> float | str:
        start = float(before.value())
        return table.found.value(loss) / start if start else ""

    def error() -> float:
        start = abs(float(before.value()))
        return table.found.error(loss) / start + 1 if start else 0.0

    return Formula(f'IF({first}=0,"",{table.cell(loss)}/{first})', value, error)


def _merged(page: Page, column: int, width: float, rows: int) -> tuple[int, str]:
    """Merge columns of so much width from the top on; return the column after them, and the first cell."""
    end, cell = _span(page, column, width), f"{get_column_letter(column)}{_TOP}"
    page.merges.append(f"{cell}:{get_column_letter(end)}{_TOP + rows - 1}")
    return end + 1, cell


def _legend(page: Page, row: int) -> int:
    """Say how to read the drawing; return the last row."""
    page.heading("B", row, "How to read it")
    forward = style.SECTION_COLOURS[Section.FORWARD][0]
    sample = Style(align="center", bold=True, size=12)
    said = (
        ("neuron", replace(sample, colour=style.WHITE, fill=forward),
         "A box is a neuron: its name, its value, and below it ∂, the derivative of the error along it:"
         " how much the error changes per unit of this neuron."),
        ("w·x", replace(sample, colour=style.GREY, bold=False),
         "Beside it stands what enters it: each weight with what it is multiplied by, the weight's value, and ∂,"
         " the derivative of the error by this weight."),
        ("positive", replace(sample, fill=_BLUE),
         "The deeper the colour, the larger the number among its kind."
         " Gradient descent makes a weight smaller whose ∂ is positive …"),
        ("negative", replace(sample, fill=_RED), "… and a weight larger whose ∂ is negative."),
    )  # fmt: skip
    for text_row, (name, look, text) in enumerate(said, start=row + 1):
        page.put(f"B{text_row}", name, look)
        page.put(f"D{text_row}", text, Style(size=12))
        page.heights[text_row] = 22
    return row + len(said)


def _colour(sheet: Any, page: Page, drawn: Drawn, table: _LookupTable) -> None:
    """Colour every kind of number by sign and size, on a scale of its own, and show small numbers as such."""
    kinds = (drawn.neurons, drawn.weights, drawn.neuron_slopes, drawn.weight_slopes)
    formats = (style.SHORT, style.SHORT, style.SLOPE, style.SLOPE)
    for index, (cells, number) in enumerate(zip(kinds, formats, strict=True), start=len(table.helpers)):
        if cells:
            largest = table.helper(index)
            where = " ".join(cells)
            show_small(sheet, where, number)
            scale = ColorScaleRule("formula", f"-{largest}", _RED, "num", 0, _WHITE, "formula", largest, _BLUE)
            sheet.conditional_formatting.add(where, scale)
    coloured = {cell for cells in kinds for cell in cells}
    for number in (style.SHORT, style.SLOPE):
        if others := [cell for cell in page.formatted(number) if cell not in coloured]:
            show_small(sheet, " ".join(others), number)


def _guard(sheet: Any, book: Book, table: _LookupTable) -> None:
    """Add the two drop-downs."""
    listed = lookup.sheets(book.layout, table.sheets, _TOP)
    for spot, validation in (
        (EXPLORER_VARIANT, lookup.drop_down(listed, "a training sheet")),
        (EXPLORER_ITERATION, lookup.iterations(book.layout)),
        *([(EXPLORER_SAMPLE, lookup.whole(1, book.study.batch))] if book.study.batch > 1 else []),
    ):
        validation.add(spot.cell)
        sheet.add_data_validation(validation)


def _print(sheet: Any, last: str, row: int) -> None:
    landscape(sheet)
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_area = f"A1:{last}{row}"
    sheet.sheet_view.showGridLines = False
