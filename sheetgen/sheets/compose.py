"""The pages of a workbook, put together in the two phases that `sheetgen.sheets.results` describes."""

from __future__ import annotations

from dataclasses import dataclass

from sheetgen.page.page import Page
from sheetgen.sheets import checks, data, epochs, equations, inputs, source, start, training
from sheetgen.sheets.book import Book
from sheetgen.sheets.error import sheet as error
from sheetgen.sheets.explorer import sheet as explorer
from sheetgen.sheets.flag import Verdict
from sheetgen.sheets.gradient_check import sheet as gradient_check


@dataclass(frozen=True)
class Composition:
    """The pages of a workbook, whose formulas have their values, and the verdict of its checks, in words."""

    pages: list[Page]
    verdict: str


def pages(book: Book) -> tuple[list[Page], Verdict]:
    """Return the pages of a workbook, in the order of their tabs, and the verdict that each of them shows.

    They have no values yet: the training has not run.
    """
    checks_page, verdict = checks.page(book)
    pages_before_checks = [
        start.page(book, verdict),
        inputs.page(book, verdict),
        *([data.page(book, verdict)] if book.study.samples else []),
        *(training.page(book, variant, verdict) for variant in range(len(book.study.variants))),
        *([epochs.page(book, verdict)] if book.study.evaluates else []),
        error.page(book, verdict),
        explorer.page(book, verdict),
        gradient_check.page(book, verdict),
        equations.page(book, verdict),
    ]
    return [*pages_before_checks, checks_page, source.page(book, verdict)], verdict


def compose(book: Book) -> Composition:
    """Return the pages of a book with their values ready, and the verdict: the training has run once.

    Raises NumberError where the training leaves the numbers a spreadsheet can hold, UsageError where a check
    cannot be computed.
    """
    composed, verdict = pages(book)
    book.results.run(book.trace)
    return Composition(composed, verdict())
