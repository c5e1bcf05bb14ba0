"""The training sheet of one variant: one quantity a column, one iteration (with batches, one sample of it) a row."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from sheetgen.algebra.expr import Const
from sheetgen.algebra.notation import Excel, general
from sheetgen.algebra.textbook import in_lines
from sheetgen.network.graph import ITERATION, RATE, SAMPLE, Quantity, Section
from sheetgen.network.optimizers import optimizer_of, schedule_of
from sheetgen.network.study import Study
from sheetgen.page import style
from sheetgen.page.cell_names import column_letter
from sheetgen.page.fields import pixels, row_pixels
from sheetgen.page.marks import word_rules
from sheetgen.page.page import (
    FIRST_TOGETHER,
    LAST_TOGETHER,
    PREVIOUS_ROW,
    ROW,
    Column,
    Formula,
    Page,
    Table,
    text_literal,
)
from sheetgen.page.printing import Grid, on_few_pages
from sheetgen.sheets import layout as at
from sheetgen.sheets.book import Book
from sheetgen.sheets.flag import Verdict, flag
from sheetgen.sheets.inputs_layout import rate_label
from sheetgen.sheets.layout import Layout
from sheetgen.sheets.notes import Notes, equation_text
from sheetgen.sheets.section_style import band_style, put_label
from sheetgen.tensors.naming import Words
from sheetgen.tensors.operands import read_as

_WIDTH = 17.0
_TITLE = replace(style.TITLE, size=13, wrap=True)
_UNTRAINED = "Forward only: a sample a row"
_FLAG = replace(style.FLAG, size=9, wrap=True)
"""What the frozen columns have room for, so that it stays in sight."""
_RATE_COLUMNS = 2
"""The first columns, in which the learning rate stands where the others have their section's band."""


def page(book: Book, variant: int, verdict: Verdict) -> Page:
    """Return the training sheet of a variant."""
    study, layout = book.study, book.layout
    sheet, rate = study.variants[variant].sheet, study.rates[variant]
    page = Page(sheet, freeze=f"C{at.FIRST_ROW}", tab_colour=style.series_colour(variant))
    before, after = _title(study, variant)
    title = Formula(
        f"{text_literal(before)}&{at.RATE_CELL}&{text_literal(after)}", lambda: before + general(rate) + after
    )
    page.put("A1", title if study.trains else _UNTRAINED, _TITLE)
    page.merges.append("A1:B1")
    page.bar = 3
    if study.trains:
        page.put("A2", study.rate_name, style.NAME)
        page.put("B2", Formula(layout.given(rate_label(study.variants[variant])), lambda: rate), style.INPUT_LINK)
    _header(page, layout, variant)
    flag(page, f"A{at.EQUATION_ROW}", verdict, _FLAG)
    words = read_as(study.tensors) if study.tensors else {}
    values = partial(book.trace.rows_of, variant)
    page.table = Table(at.FIRST_ROW, study.rows, tuple(_columns(layout, variant, words)), values, is_portable=True)
    _words(page, page.table, words)
    page.widths = dict.fromkeys(range(1, layout.tables[variant].end + 1), _WIDTH) | {1: 12.0}
    page.heights = {
        at.TITLE_ROW: 38 if len(before) < 40 else 56,
        at.RATE_ROW: 20,
        at.LABEL_ROW: 22,
        at.EQUATION_ROW: 58,
    }
    page.groups = list(_groups(layout, variant))
    page.decorate.append(lambda sheet: _print(page, sheet, layout, variant))
    return page


def _title(study: Study, variant: int) -> tuple[str, str]:
    """Return what the title says before the learning rate, and after it."""
    optimizer, schedule = study.variants[variant].optimizer, study.variants[variant].schedule
    by_optimizer = "" if study.plain else f" by {optimizer_of(optimizer).title}"
    schedule_title = f", {schedule_of(schedule).title}" if study.scheduled else ""
    return f"Training{by_optimizer} with learning rate {study.rate_name} = ", schedule_title


def _header(page: Page, layout: Layout, variant: int) -> None:
    """Put the bands, the labels with their notes, and the equations above the table."""
    table, notes = layout.tables[variant], Notes(layout.study, variant)
    for section, quantities in _sections(layout, variant):
        for index, quantity in enumerate(quantities):
            name, column = quantity.name, table.index(quantity.name)
            if column > _RATE_COLUMNS:
                begins = not index or (section == Section.DATA and column == _RATE_COLUMNS + 1)
                page.put(table.cell(name, at.RATE_ROW), str(section) if begins else None, band_style(section))
            equation = equation_text(quantity)
            below = _source(layout, quantity) if equation is None else in_lines(equation, at.LINE)
            put_label(page, table, name, section, name, below)
            if name in notes.noted:
                page.notes[table.cell(name, at.LABEL_ROW)] = notes.note(quantity, equation)


def _sections(layout: Layout, variant: int) -> Iterator[tuple[Section, tuple[Quantity, ...]]]:
    for section in Section:
        if quantities := layout.study.graphs[variant].section(section):
            yield section, quantities


def _source(layout: Layout, quantity: Quantity) -> str | None:
    """Return what row 4 says of a quantity without an equation: where its value comes from."""
    network = layout.study.network
    if quantity.name == ITERATION:
        return None
    if quantity.name == SAMPLE:
        return "the one whose turn it is (Data)"
    if any(one.name == quantity.name for one in network.running):
        return quantity.printed
    if quantity.name in network.fixed:
        return "held fixed" if network.trains else "parameter"
    return "input" if quantity.name in network.inputs else "target"


def _words(page: Page, table: Table, read_as: Mapping[str, Words]) -> None:
    """Let numbers that stand for words show them, too."""
    shown: dict[Words, list[str]] = {}
    for number, column in enumerate(table.columns, start=1):
        if words := read_as.get(column.label):
            letter = column_letter(number)
            shown.setdefault(words, []).append(f"{letter}{table.first_row}:{letter}{table.last_row}")
    before = 0
    for words, areas in shown.items():
        page.colour(" ".join(areas), *word_rules(words, before))
        before += len(words)


def _columns(layout: Layout, variant: int, words: Collection[str]) -> Iterator[Column]:
    """Yield the columns; those whose numbers stand for ``words`` have no decimals."""
    notation = layout.notation(variant, ROW, PREVIOUS_ROW, (FIRST_TOGETHER, LAST_TOGETHER))
    for quantity in layout.study.graphs[variant].quantities:
        if quantity.is_given:
            yield _given_column(layout, quantity, notation)
            continue
        look = style.COUNT if quantity.section == Section.STEP and quantity.name != RATE else style.CALC
        look = replace(look, number=style.GENERAL) if quantity.name in words else look
        first, later = quantity.in_row(first=True), quantity.in_row(first=False)
        assert first is not None
        assert later is not None
        start = first.value if isinstance(first, Const) else notation.write(first)
        together = layout.together if quantity.is_over_batch else 1
        yield Column(quantity.name, start, notation.write(later), look, look, together=together)


def _given_column(layout: Layout, quantity: Quantity, notation: Excel) -> Column:
    """Return the column of data, or of a parameter: its first value is a link."""
    name, study = quantity.name, layout.study
    if name in study.samples or name == SAMPLE:
        link = layout.data(name, ROW)
        return Column(name, link, link, style.LINK_GENERAL, style.LINK_GENERAL)
    link = layout.given(name)
    if quantity.equation is not None:
        update, stay = (notation.write(layout.spelled(quantity, begins)) for begins in (True, False))
        inside = None if stay == update else stay
        return Column(name, link, update, style.LINK, style.CALC, together=layout.together, inside=inside)
    return Column(name, link, link, style.LINK_GENERAL, style.LINK_GENERAL, constant=study.values[name])


def _groups(layout: Layout, variant: int) -> Iterator[range]:
    """Yield the columns of each section but its first, which stays when the others are folded."""
    table = layout.tables[variant]
    for _, quantities in _sections(layout, variant):
        first, last = table.index(quantities[0].name), table.index(quantities[-1].name)
        if last > first:
            yield range(first + 1, last + 1)


def _print(page: Page, sheet: Any, layout: Layout, variant: int) -> None:
    """Print on few pages, each with the labels and the iteration.

    Column B is repeated too, because the title lies across A and B; the title's own row, which has the links to other
    sheets, is not.
    """
    sheet.sheet_properties.outlinePr.summaryRight = False
    table = layout.tables[variant]
    sheet.print_title_rows = f"{at.RATE_ROW}:{at.EQUATION_ROW}"
    sheet.print_title_cols = "A:B"
    sheet.oddFooter.center.text = "&A, page &P of &N"
    widths = [pixels(page, column) for column in range(1, table.end + 1)]
    above = sum(row_pixels(page, row) for row in (at.RATE_ROW, at.LABEL_ROW, at.EQUATION_ROW))
    height = row_pixels(page, at.FIRST_ROW)
    rows = layout.study.rows + math.ceil(row_pixels(page, at.TITLE_ROW) / height)
    on_few_pages(sheet, Grid(sum(widths[:2]), above, widths[2:], rows, height))
