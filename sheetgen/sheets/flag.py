"""The overall flag of the checks, shown on every sheet in words and, beside the words, in colour."""

from __future__ import annotations

from sheetgen.page import style
from sheetgen.page.page import Formula, Page
from sheetgen.sheets.book import Book
from sheetgen.sheets.layout import FLAG


def flag(page: Page, where: str, book: Book) -> None:
    """Show the overall flag in a cell of a page, or across a range of cells."""
    cell = where.partition(":")[0]
    page.put(cell, Formula(FLAG, lambda: book.verdict()), style.FLAG)
    page.flags.append(cell)
    if cell != where:
        page.merges.append(where)
