"""The pages of a workbook, put together: sheets register what they need, the trace runs, then values exist."""

from __future__ import annotations

from sheetgen.network.trace import trace
from sheetgen.page.page import Page
from sheetgen.sheets import checks, data, equations, error, explorer, gradient_check, inputs, source, start, training
from sheetgen.sheets.book import Book


def pages(book: Book) -> list[Page]:
    """Return the pages of a workbook, in the order of their tabs."""
    return [
        start.page(book),
        inputs.page(book),
        *([data.page(book)] if book.study.samples else []),
        *(training.page(book, variant) for variant in range(len(book.study.variants))),
        error.page(book),
        explorer.page(book),
        gradient_check.page(book),
        equations.page(book),
        checks.page(book),
        source.page(book),
    ]


def compose(book: Book) -> list[Page]:
    """Return the pages of a book with their values ready: the trace has run once.

    Raises NumberError where the training leaves the numbers a spreadsheet can hold.
    """
    made = pages(book)
    for chunk in trace(book.study):
        book.results.feed(chunk)
    return made
