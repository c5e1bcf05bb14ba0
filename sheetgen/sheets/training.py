"""The training sheet of one learning rate: one quantity a column, one iteration a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break, ColBreak

from sheetgen import layout as at
from sheetgen import style
from sheetgen.graph import RATE, Quantity, Section
from sheetgen.layout import Layout
from sheetgen.notation import Excel, Text
from sheetgen.sheets.book import Book
from sheetgen.sheets.flag import flag
from sheetgen.sheets.numbers import general
from sheetgen.sheets.page import PREVIOUS_ROW, ROW, Column, Formula, Page, Table
from sheetgen.sheets.printing import landscape
from sheetgen.study import Study
from sheetgen.trace import trace

_WIDTH = 17.0


def page(book: Book, variant: int) -> Page:
    """Return the training sheet of a variant."""
    study, layout = book.study, book.layout
    this = study.variants[variant]
    page = Page(this.sheet, freeze=f"B{at.FIRST_ROW}", tab_colour=style.series_colour(variant))
    title = f"Training with learning rate {RATE} = "
    page.put("B1", Formula(f'"{title}"&{at.RATE_CELL}', lambda: title + general(this.rate)), style.TITLE)
    flag(page, "G1:H1", book)
    page.put("A2", RATE, style.NAME)
    page.put("B2", Formula(layout.given(at.rate_label(this.sheet)), lambda: this.rate), style.INPUT_LINK)
    _header(page, layout)
    page.table = Table(at.FIRST_ROW, study.rows, tuple(_columns(layout)), lambda: _rows(study, variant))
    page.widths = dict.fromkeys(range(1, len(layout.columns) + 1), _WIDTH) | {1: 10.0}
    page.heights = {at.TITLE_ROW: 28, at.RATE_ROW: 20, at.LABEL_ROW: 22, at.EQUATION_ROW: 58}
    page.decorate.append(lambda sheet: _print_and_fold(sheet, layout))
    return page


def _rows(study: Study, variant: int) -> Iterator[tuple[float, ...]]:
    for chunk in trace(study.only(variant)):
        for iteration, row in enumerate(chunk.rows[0], start=chunk.first):
            yield (iteration, *row)


def _header(page: Page, layout: Layout) -> None:
    """Put the bands, the labels and the equations above the table."""
    page.put(f"A{at.LABEL_ROW}", layout.columns[0], style.label(Section.DATA))
    page.put(f"A{at.EQUATION_ROW}", None, style.equation(Section.DATA))
    for section, quantities in _sections(layout):
        for index, quantity in enumerate(quantities):
            letter = layout.letter(quantity.name)
            if letter > "B" or len(letter) > 1:
                text = str(section) if not index or (section == Section.DATA and letter == "C") else None
                page.put(f"{letter}{at.RATE_ROW}", text, style.band(section))
            page.put(f"{letter}{at.LABEL_ROW}", quantity.name, style.label(section))
            page.put(f"{letter}{at.EQUATION_ROW}", _equation_text(layout, quantity), style.equation(section))


def _sections(layout: Layout) -> Iterator[tuple[Section, tuple[Quantity, ...]]]:
    for section in Section:
        if quantities := layout.study.graph.section(section):
            yield section, quantities


def _equation_text(layout: Layout, quantity: Quantity) -> str:
    """Return what row 4 says of a quantity: its equation, or where its value comes from."""
    graph, text = layout.study.graph, Text()
    if quantity.equation is not None:
        return f"{quantity.name} = {text.write(quantity.equation)}"
    for state in graph.states:
        if state.name == quantity.name:
            return f"{quantity.name} := {text.write(state.update)}"
    return "input" if quantity.name in graph.inputs else "target"


def _columns(layout: Layout) -> Iterator[Column]:
    graph = layout.study.graph
    yield Column(layout.columns[0], 0.0, f"A{PREVIOUS_ROW}+1", style.COUNT, style.COUNT)
    here = Excel(lambda name: layout.letter(name) + ROW)
    before = Excel(lambda name: at.RATE_CELL if name == RATE else layout.letter(name) + PREVIOUS_ROW)
    given = Excel(layout.given)
    states = {state.name: state for state in graph.states}
    for quantity in graph.quantities:
        name = quantity.name
        if quantity.equation is not None:
            formula = here.write(quantity.equation)
            yield Column(name, formula, formula, style.CALC, style.CALC)
        elif name in states:
            first, later = given.write(states[name].initial), before.write(states[name].update)
            yield Column(name, first, later, style.LINK, style.CALC)
        else:
            link, value = layout.given(name), layout.study.values[name]
            yield Column(name, link, link, style.LINK_GENERAL, style.LINK_GENERAL, constant=value)


def _print_and_fold(sheet: Any, layout: Layout) -> None:
    """Fold the columns by section, and print each section on pages of its own, the iteration repeated."""
    sheet.sheet_properties.outlinePr.summaryRight = False
    landscape(sheet)
    sheet.print_title_rows = f"{at.TITLE_ROW}:{at.EQUATION_ROW}"
    sheet.print_title_cols = "A:A"
    sheet.oddFooter.center.text = "&A, page &P of &N"
    breaks = ColBreak()
    widest = 1
    for section, quantities in _sections(layout):
        first, last = (layout.columns.index(quantities[i].name) + 1 for i in (0, -1))
        widest = max(widest, len(quantities))
        if section != Section.DATA:
            breaks.append(Break(id=first - 1))
        if last > first:
            sheet.column_dimensions.group(get_column_letter(first + 1), get_column_letter(last), outline_level=1)
    sheet.col_breaks = breaks
    sheet.page_setup.scale = max(30, min(54, int(100 * 132 / (10 + widest * _WIDTH))))
    margins = sheet.page_margins
    margins.left = margins.right = margins.top = margins.bottom = 0.4
