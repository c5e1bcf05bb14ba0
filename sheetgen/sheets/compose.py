"""The pages of a workbook, put together in the two phases that `sheetgen.sheets.results` describes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sheetgen.errors import UsageError
from sheetgen.limits import MAX_COLUMNS
from sheetgen.page.page import Page
from sheetgen.shares import Told, untold
from sheetgen.sheets import checks, data, epochs, equations, inputs, source, start, training
from sheetgen.sheets.book import Book
from sheetgen.sheets.error import sheet as error
from sheetgen.sheets.explorer import sheet as explorer
from sheetgen.sheets.flag import Verdict
from sheetgen.sheets.gradient_check import sheet as gradient_check
from sheetgen.sheets.navigation import Bar
from sheetgen.sheets.pictures import sheet as pictures


@dataclass(frozen=True)
class Composition:
    """The pages of a workbook, whose formulas have their values, and the verdict of its checks, in words."""

    pages: list[Page]
    verdict: str


def pages(book: Book) -> tuple[list[Page], Verdict]:
    """Return the pages of a workbook, in the order of their tabs, and the verdict that each of them shows.

    They have no values yet: the training has not run. Raises UsageError where a sheet would need too many columns.
    """
    checks_page, verdict = checks.page(book)
    trained = [book] if book.study.trains else []
    pages_before_checks = [
        start.page(book, verdict),
        inputs.page(book, verdict),
        *([data.page(book, verdict)] if book.study.samples else []),
        *(training.page(book, variant, verdict) for variant in range(len(book.study.variants))),
        *([epochs.page(book, verdict)] if book.study.evaluates else []),
        *([epochs.page(book, verdict, test=True)] if book.study.test else []),
        *(error.page(one, verdict) for one in trained),
        explorer.page(book, verdict),
        *(page for one in trained for page in pictures.pages(one, verdict)),
        *(gradient_check.page(one, verdict) for one in trained),
        equations.page(book, verdict),
    ]
    composed = [*pages_before_checks, checks_page, source.page(book, verdict)]
    bar = Bar([page.name for page in composed], [variant.sheet for variant in book.study.variants])
    for page in composed:
        if page.bar:
            bar.put(page)
        _require_columns(page)
    return composed, verdict


def _require_columns(page: Page) -> None:
    """Make sure that a sheet has the columns of a page; else raise UsageError."""
    _, columns = page.size
    if columns > MAX_COLUMNS:
        problem = f"the sheet {page.name} would need {columns:,} columns, and a sheet has {MAX_COLUMNS:,}"
        raise UsageError(problem, "train fewer variants, or a smaller network")


def compose(
    book: Book,
    before_training: Callable[[list[Page]], None] = lambda pages: None,
    told: Told = untold,
    more: Sequence[Callable[[Book], Page]] = (),
) -> Composition:
    """Return the pages of a book with their values ready, and the verdict: the training has run once.

    ``more`` make further pages, behind those of a workbook. ``before_training`` is shown all pages before it, and may
    raise what keeps them from being filled; ``told`` is told how far the training is.
    Raises NumberError where the training leaves the numbers a spreadsheet can hold, UsageError where a check
    cannot be computed.
    """
    composed, verdict = pages(book)
    composed += [page(book) for page in more]
    before_training(composed)
    book.results.run(book.trace, told)
    for page in composed:
        for finish in page.finish:
            finish()
    return Composition(composed, verdict())
