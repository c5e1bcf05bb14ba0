"""The training sheet of one variant: one quantity a column, one iteration (with batches, one sample of it) a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break, ColBreak

from sheetgen.algebra.expr import Const
from sheetgen.algebra.notation import Excel, Text, general
from sheetgen.network.graph import ITERATION, RATE, Quantity, Section
from sheetgen.network.optimizers import OPTIMIZERS, SCHEDULES, SGD
from sheetgen.network.study import Study
from sheetgen.network.trace import trace
from sheetgen.page import style
from sheetgen.page.page import PREVIOUS_ROW, ROW, Column, Formula, Page, Table
from sheetgen.page.printing import landscape
from sheetgen.sheets import layout as at
from sheetgen.sheets.book import Book
from sheetgen.sheets.flag import flag
from sheetgen.sheets.layout import Layout

_WIDTH = 17.0


def page(book: Book, variant: int) -> Page:
    """Return the training sheet of a variant."""
    study, layout = book.study, book.layout
    this = study.variants[variant]
    page = Page(this.sheet, freeze=f"B{at.FIRST_ROW}", tab_colour=style.series_colour(variant))
    before, after = _title(study, variant)
    title = Formula(f'"{before}"&{at.RATE_CELL}&"{after}"', lambda: before + general(this.rate) + after)
    page.put("B1", title, style.TITLE)
    flag(page, "G1:H1", book)
    page.put("A2", study.rate_name, style.NAME)
    page.put("B2", Formula(layout.given(at.rate_label(this)), lambda: this.rate), style.INPUT_LINK)
    _header(page, layout, variant)
    page.table = Table(at.FIRST_ROW, study.rows, tuple(_columns(layout, variant)), lambda: _rows(study, variant))
    page.widths = dict.fromkeys(range(1, len(layout.columns(variant)) + 1), _WIDTH) | {1: 10.0}
    page.heights = {at.TITLE_ROW: 28, at.RATE_ROW: 20, at.LABEL_ROW: 22, at.EQUATION_ROW: 58}
    page.decorate.append(lambda sheet: _print_and_fold(sheet, layout, variant))
    return page


def _title(study: Study, variant: int) -> tuple[str, str]:
    """Return what the title says before the learning rate, and after it."""
    this = study.variants[variant]
    plain = all(v.optimizer == SGD for v in study.variants)
    how = "" if plain else f" by {OPTIMIZERS[this.optimizer.name].title}"
    course = f", {SCHEDULES[this.schedule.name].title}" if study.scheduled else ""
    return f"Training{how} with learning rate {study.rate_name} = ", course


def _rows(study: Study, variant: int) -> Iterator[tuple[float, ...]]:
    for chunk in trace(study, [variant]):
        yield from chunk.rows[0]


def _header(page: Page, layout: Layout, variant: int) -> None:
    """Put the bands, the labels and the equations above the table."""
    for section, quantities in _sections(layout, variant):
        for index, quantity in enumerate(quantities):
            letter = layout.letter(quantity.name, variant)
            if letter > "B" or len(letter) > 1:
                text = str(section) if not index or (section == Section.DATA and letter == "C") else None
                page.put(f"{letter}{at.RATE_ROW}", text, style.band(section))
            page.put(f"{letter}{at.LABEL_ROW}", quantity.name, style.label(section))
            page.put(f"{letter}{at.EQUATION_ROW}", _equation_text(layout, quantity), style.equation(section))


def _sections(layout: Layout, variant: int) -> Iterator[tuple[Section, tuple[Quantity, ...]]]:
    for section in Section:
        if quantities := layout.study.graphs[variant].section(section):
            yield section, quantities


def _equation_text(layout: Layout, quantity: Quantity) -> str | None:
    """Return what row 4 says of a quantity: its equation, or where its value comes from."""
    network = layout.study.network
    if quantity.name == ITERATION:
        return None
    if quantity.equation is not None:
        sign = ":=" if quantity.first or quantity.is_given else "="
        return f"{quantity.name} {sign} {Text().write(quantity.equation)}"
    if quantity.name in network.fixed:
        return "held fixed"
    return "input" if quantity.name in network.inputs else "target"


def _columns(layout: Layout, variant: int) -> Iterator[Column]:
    notation = layout.notation(variant, ROW, PREVIOUS_ROW)
    for quantity in layout.study.graphs[variant].quantities:
        if quantity.is_given:
            yield _given_column(layout, quantity, notation)
            continue
        look = style.COUNT if quantity.section == Section.STEP and quantity.name != RATE else style.CALC
        first, later = quantity.in_row(first=True), quantity.in_row(first=False)
        assert first is not None
        assert later is not None
        start = first.value if isinstance(first, Const) else notation.write(first)
        yield Column(quantity.name, start, notation.write(later), look, look)


def _given_column(layout: Layout, quantity: Quantity, notation: Excel) -> Column:
    """Return the column of data, or of a parameter: its first value is a link."""
    name, study = quantity.name, layout.study
    if name in study.samples:
        link = layout.data(name, ROW)
        return Column(name, link, link, style.LINK_GENERAL, style.LINK_GENERAL)
    link = layout.given(name)
    if quantity.equation is not None:
        return Column(name, link, notation.write(quantity.equation), style.LINK, style.CALC)
    return Column(name, link, link, style.LINK_GENERAL, style.LINK_GENERAL, constant=study.values[name])


def _print_and_fold(sheet: Any, layout: Layout, variant: int) -> None:
    """Fold the columns by section, and print each section on pages of its own, the iteration repeated."""
    sheet.sheet_properties.outlinePr.summaryRight = False
    landscape(sheet)
    sheet.print_title_rows = f"{at.TITLE_ROW}:{at.EQUATION_ROW}"
    sheet.print_title_cols = "A:A"
    sheet.oddFooter.center.text = "&A, page &P of &N"
    breaks = ColBreak()
    widest = 1
    for section, quantities in _sections(layout, variant):
        first, last = (layout.columns(variant).index(quantities[i].name) + 1 for i in (0, -1))
        widest = max(widest, len(quantities))
        if section not in (Section.STEP, Section.DATA):
            breaks.append(Break(id=first - 1))
        if last > first:
            sheet.column_dimensions.group(get_column_letter(first + 1), get_column_letter(last), outline_level=1)
    sheet.col_breaks = breaks
    sheet.page_setup.scale = max(30, min(54, int(100 * 132 / (10 + widest * _WIDTH))))
    margins = sheet.page_margins
    margins.left = margins.right = margins.top = margins.bottom = 0.4
