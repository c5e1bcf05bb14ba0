"""A page for paper that no workbook holds: the first and the last rows of every training sheet, beside one another."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from openpyxl.worksheet.pagebreak import Break, RowBreak

from sheetgen.network.graph import ITERATION, SAMPLE, Graph
from sheetgen.network.pictures import outputs
from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.page import Content, Formula, Page
from sheetgen.sheets.book import Book
from sheetgen.sheets.error.table import variant_title
from sheetgen.sheets.layout import Address
from sheetgen.sheets.section_style import label_style

_NAME = "Handout"
ROWS = 10
"""How many rows are shown from the start, and as many from the end."""
_MOST_WEIGHTS, _MOST_OUTPUTS = 8, 4
_WIDTH, _A_PAGE = 10.0, 3
_PAPER, _TALLEST = 7600.0, 66
"""The scales in percent at which A4, upright, is as wide as 1 of a column, and as high as the tables of a page.

Columns are measured in digits of the workbook's font, and a machine without it may have one that is a fifth wider."""
_LINK = replace(style.LINK, size=10)


def page(book: Book) -> Page:
    """Return the page: a table for each variant, of its weights, outputs and loss."""
    page = Page(_free_name({variant.sheet.casefold() for variant in book.study.variants}))
    names = _shown(book.study.network)
    page.widths = dict.fromkeys(range(1, len(names) + 1), _WIDTH)
    row, breaks = 1, RowBreak()
    for variant in range(len(book.study.variants)):
        if variant and variant % _A_PAGE == 0:
            breaks.append(Break(id=row - 1))
        row = _table(page, book, variant, names, row) + 1
    page.decorate.append(partial(_print, breaks=breaks, width=_WIDTH * len(names)))
    return page


def _free_name(taken: set[str]) -> str:
    name = _NAME
    while name.casefold() in taken:
        name += "s"
    return name


def _print(sheet: Any, breaks: RowBreak, width: float) -> None:
    """Print so many tables a page, upright, as large as the page is wide and high."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.row_breaks = breaks
    sheet.page_setup.scale = max(10, min(_TALLEST, int(_PAPER / width)))
    margins = sheet.page_margins
    margins.left = margins.right = margins.top = margins.bottom = 0.4


def _shown(graph: Graph) -> list[str]:
    """Return the columns that there is room for: the first weights, the last neurons, the loss."""
    last = [quantity.name for quantity in outputs(graph)]
    if not graph.trains:
        return [SAMPLE, *graph.inputs[:_MOST_WEIGHTS], *last[:_MOST_OUTPUTS]]
    return [ITERATION, *graph.weights[:_MOST_WEIGHTS], *last[:_MOST_OUTPUTS], graph.loss]


def _table(page: Page, book: Book, variant: int, names: list[str], row: int) -> int:
    """Put the table of one variant from a row on; return the next free row."""
    study = book.study
    title = variant_title(book, variant) if study.trains else study.variants[variant].sheet
    page.put(f"A{row}", title, style.HEADING)
    block = Block.below(row + 1, names, 2 * ROWS + 1)
    for name in names:
        section = book.study.graph.by_name[name].section
        page.put(block.cell(name, row + 1), name, label_style(section))
    shown = range(study.rows) if study.rows <= 2 * ROWS else [*range(ROWS), *range(study.rows - ROWS, study.rows)]
    line = row + 2
    for before, index in zip([-1, *shown], shown, strict=False):
        if index > before + 1:
            page.put(f"A{line}", "⋮", style.Style(align="right"))
            line += 1
        for name in names:
            look = style.COUNT if name in (ITERATION, SAMPLE) else _LINK
            page.put(block.cell(name, line), _linked(book, variant, name, index), look)
        line += 1
    return line


def _linked(book: Book, variant: int, name: str, index: int) -> Content:
    """Return the formula that shows a number of a training sheet, in a row counted from 0."""
    kept = book.results.keep(variant, index)
    step, sample = divmod(index, book.study.batch)
    return Formula(book.layout.cell(Address(variant, name, step, sample)), lambda: kept().values[name])
