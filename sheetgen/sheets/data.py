"""The Data sheet: every sample once, where there are several."""

from __future__ import annotations

from typing import Any

from sheetgen.network.graph import BATCH, SAMPLE, SAMPLES, TURN
from sheetgen.page import style
from sheetgen.page.page import Page
from sheetgen.page.printing import fit_width
from sheetgen.page.validation import any_number, whole
from sheetgen.sheet_names import DATA
from sheetgen.sheets import layout as at
from sheetgen.sheets.book import Book
from sheetgen.sheets.flag import Verdict, flag
from sheetgen.sheets.layout import TEST_SAMPLES, test_label

_NOTE = "Change a blue number: every sheet of this workbook follows. A row is a sample."
_NOTE_ON_TEST = " Test samples are never trained on."
_COUNT = style.Style(number=style.INTEGER, align="center", bold=True)


def page(book: Book, verdict: Verdict) -> Page:
    """Return the Data sheet."""
    study, table, names = book.study, book.layout.samples_table, tuple(book.study.samples)
    page = Page(DATA, freeze=f"B{at.DATA_FIRST_ROW}", tab_colour="0000FF")
    page.widths = {1: 12} | dict.fromkeys(range(2, max(len(names), 8) + 2), 13.0)
    page.heights = {1: 28, at.DATA_LABEL_ROW: 22}
    page.put("A1", "Data", style.TITLE)
    flag(page, "B1:C1", verdict)
    page.bar = 4
    page.put("A2", _NOTE + (_NOTE_ON_TEST if study.test else ""), style.NOTE)
    for name, number in ((SAMPLES, study.count), (BATCH, study.batch)):
        at.DATA_COUNTS[name].put(page, name, float(number), _COUNT)
    of = "one update" if study.trains else "a mean"
    page.put("E3", f"samples that {of} averages over; both are fixed when the workbook is built", style.NOTE)
    table.header(page)
    for index, row in enumerate(table.rows):
        numbers = (study.samples[name][index] for name in names)
        looks = (style.COUNT, *[style.INPUT] * len(names))
        table.line(page, row, (float(index + 1), *numbers), looks)
    if study.order:
        _order(page, book)
    page.guard(any_number(), table.area(names[0], names[-1]))
    if study.test:
        _test(page, book)
    page.decorate.append(_print)
    return page


def _order(page: Page, book: Book) -> None:
    """Put, to the right of the samples, which of them has each turn of an epoch."""
    table = book.layout.order_table
    label = f"order of training (seed {book.study.shuffle})"
    page.put(table.cell(TURN, at.DATA_LABEL_ROW - 1), label, style.NOTE)
    table.header(page)
    for row, sample in zip(table.rows, book.study.order, strict=True):
        table.line(page, row, (float(row - table.first + 1), float(sample)), (style.COUNT, style.INPUT))
    page.guard(whole(1, book.study.count), table.cells(SAMPLE))


def _test(page: Page, book: Book) -> None:
    """Put, to the right of all else, the samples that are never trained on."""
    table, counts, names = book.layout.test_table, book.layout.test_counts, tuple(book.study.test)
    page.widths |= dict.fromkeys(range(table.index(test_label(SAMPLE)), table.end + 1), 13.0)
    counts.put(page, TEST_SAMPLES, float(book.study.test_count), _COUNT)
    table.header(page)
    for index, row in enumerate(table.rows):
        numbers = (book.study.test[name][index] for name in names)
        table.line(page, row, (float(index + 1), *numbers), (style.COUNT, *[style.INPUT] * len(names)))
    page.guard(any_number(), table.area(test_label(names[0]), test_label(names[-1])))


def _print(sheet: Any) -> None:
    """Print the labels on every page."""
    fit_width(sheet)
    sheet.print_title_rows = f"{at.DATA_LABEL_ROW}:{at.DATA_LABEL_ROW}"
