"""The Explorer sheet: the network drawn at a step of training that is picked, coloured by sign and size.

Two drop-downs pick the training sheet and the iteration. Every quantity of that step is looked up once, in
a table to the right of the drawing, and the drawing shows what stands there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sheetgen.network.graph import Section
from sheetgen.page import style
from sheetgen.page.cell_names import column_letter
from sheetgen.page.fields import filling, span
from sheetgen.page.marks import signed_scale, size_rules
from sheetgen.page.page import Page
from sheetgen.page.printing import landscape
from sheetgen.page.ranges import ranges
from sheetgen.page.style import Style
from sheetgen.sheet_names import EXPLORER
from sheetgen.sheets.book import Book
from sheetgen.sheets.drawing import painter
from sheetgen.sheets.drawing.painter import DrawnCells, DrawnNumbers
from sheetgen.sheets.drawing.plan import FIRST_DRAWN_COLUMN, DrawingPlan, Look, plan_drawing
from sheetgen.sheets.explorer import step, top
from sheetgen.sheets.explorer.table import LARGEST, LookupTable, kinds_of
from sheetgen.sheets.flag import Verdict
from sheetgen.sheets.notes import Notes, equation_text
from sheetgen.sheets.section_style import SECTION_COLOURS

_DRAWING_ROW = 8
_LEAST_WIDTH = 170.0
_LOOK = Look(
    slopes=True,
    node=Style(align="center", number=style.SHORT, size=14, bold=True),
    term=Style(align="center", number=style.SHORT, size=12),
    product=Style(size=11, colour=style.GREY, align="right"),
    slope=Style(align="center", number=style.SLOPE, size=12),
    title_size=14,
    tinted=False,
    node_width=13.0,
    term_width=10.0,
    value_width=11.0,
)
"""Large enough to be read from the last row."""


def page(book: Book, verdict: Verdict) -> Page:
    """Return the Explorer sheet."""
    if book.study.tensors:
        from sheetgen.sheets.explorer import tensor_sheet  # modules that scalars do not need

        return tensor_sheet.page(book, verdict, book.study.tensors)
    page = Page(EXPLORER, tab_colour="175CD3")
    trains, first = book.study.trains, top.below(book.study, _DRAWING_ROW)
    plan = plan_drawing(book.study.network, replace(_LOOK, slopes=trains))
    page.widths = {1: 2.0, **plan.widths}
    last = span(page, FIRST_DRAWN_COLUMN, _LEAST_WIDTH)
    last = max(plan.last_column, last, step.last_column(page, book.study))
    table = LookupTable(book, last + 2, kinds_of(book.study.network))
    drawing = painter.draw(page, plan, DrawnNumbers(table.show, table.slope), first)
    _note(page, book, drawing)
    table.put(page)
    top.put(page, book, table, verdict)
    row = step.put(page, book, table, drawing.row)
    row = _legend(page, row + 1, plan, trains)
    page.zoom = filling(page, last)
    page.heights |= dict.fromkeys(range(first, drawing.row), 26.0)
    _colour(page, drawing, table)
    top.guard(page, book, table)
    page.decorate.append(lambda sheet: _print(sheet, column_letter(last), row))
    return page


def _legend(page: Page, row: int, plan: DrawingPlan, trains: bool) -> int:
    """Say how to read the drawing; return the last row. It has no derivatives where nothing ``trains``."""
    page.heading("B", row, "How to read it")
    forward = SECTION_COLOURS[Section.FORWARD][0]
    sample = Style(align="center", bold=True, size=12)
    explanations = (
        ("neuron", replace(sample, colour=style.WHITE, fill=forward),
         "A box is a neuron: its name, its value, and below it ∂, the derivative of the error along it:"
         " how much the error changes per unit of this neuron." if trains else
         "A box is a neuron: its name and its value."),
        ("w·x", replace(sample, colour=style.GREY, bold=False),
         "Beside it stands what enters it: each weight with what it is multiplied by, the weight's value, and ∂,"
         f" the derivative of the error by this weight.{_alone(plan)}" if trains else
         f"Beside it stands what enters it: each weight with what it is multiplied by, and its value.{_alone(plan)}"),
        ("positive", replace(sample, fill=style.POSITIVE),
         "The deeper the colour, the larger the number among its kind."
         f"{' Gradient descent makes a weight smaller whose ∂ is positive …' if trains else ''}"),
        ("negative", replace(sample, fill=style.NEGATIVE),
         "… and a weight larger whose ∂ is negative." if trains else "A number below 0."),
    )  # fmt: skip
    for text_row, (name, look, text) in enumerate(explanations, start=row + 1):
        page.put(f"B{text_row}", name, look)
        page.put(f"D{text_row}", text, Style(size=12))
        page.heights[text_row] = 22
    return row + len(explanations)


def _alone(plan: DrawingPlan) -> str:
    """Say which numbers are not drawn, where some are not."""
    layers = [layer for band in plan.bands for layer in band]
    bare, left_out = any(not layer.listed for layer in layers), any(layer.left_out for layer in layers)
    what = " and ".join(["the weights of tall layers"] * bare + ["neurons of large ones"] * left_out)
    return f" What is not drawn ({what}) stands on the training sheets." if what else ""


def _note(page: Page, book: Book, drawing: DrawnCells) -> None:
    """Say of each neuron, beside its name, what it is."""
    notes = Notes(book.study, 0)
    for name, cell in drawing.names.items():
        if name in notes.noted:
            quantity = book.study.network.by_name[name]
            page.notes[cell] = notes.note(quantity, equation_text(quantity))


def _colour(page: Page, drawing: DrawnCells, table: LookupTable) -> None:
    """Colour every kind of number by sign and size, on a scale of its own, and show small numbers as such."""
    kinds = (drawing.neurons, drawing.weights, drawing.neuron_slopes, drawing.weight_slopes)
    formats = (style.SHORT, style.SHORT, style.SLOPE, style.SLOPE)
    for label, cells, number in zip(LARGEST, kinds, formats, strict=True):
        if cells:
            scale = signed_scale(table.largest_cell(label))
            page.colour(" ".join(ranges(cells)), *size_rules(number), scale)
    coloured = {cell for cells in kinds for cell in cells}
    for number in (style.SHORT, style.SLOPE):
        if uncoloured := [cell for cell in page.formatted(number) if cell not in coloured]:
            page.colour(" ".join(ranges(uncoloured)), *size_rules(number))


def _print(sheet: Any, last: str, row: int) -> None:
    landscape(sheet)
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_area = f"A1:{last}{row}"
