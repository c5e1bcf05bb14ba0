"""The pages of a workbook, put together in the two phases that `sheetgen.sheets.results` describes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sheetgen.errors import UsageError
from sheetgen.limits import MAX_COLUMNS, MAX_FORMULA, MAX_NESTING, MAX_TEXT
from sheetgen.page.cell_names import column_letter
from sheetgen.page.nesting import nesting, nests_deeper
from sheetgen.page.page import Formula, Page
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

    They have no values yet: the training has not run. Raises UsageError where a cell would hold too much.
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
        *pictures.pages(book, verdict),
        gradient_check.page(book, verdict),
        equations.page(book, verdict),
    ]
    composed = [*pages_before_checks, checks_page, source.page(book, verdict)]
    bar = Bar([page.name for page in composed], [variant.sheet for variant in book.study.variants])
    for page in composed:
        if page.bar:
            bar.put(page)
        _require_room(page)
    return composed, verdict


def _require_room(page: Page) -> None:
    """Make sure that a sheet has its columns, and every formula and text fits its cell; else raise UsageError."""
    _, columns = page.size
    if columns > MAX_COLUMNS:
        problem = f"the sheet {page.name} would need {columns:,} columns, and a sheet has {MAX_COLUMNS:,}"
        raise UsageError(problem, "train fewer variants, or a smaller network")
    for (row, column), cell in page.cells.items():
        if isinstance(cell.content, Formula):
            _require_formula(page, row, column, cell.content.text)
        elif isinstance(cell.content, str):
            _require_length(page, row, column, "text", cell.content, MAX_TEXT)
    if page.table:
        first, last = page.table.first_row, page.table.last_row
        for number, column_of_formulas in enumerate(page.table.columns, start=1):
            for row in (first, last):
                _require_formula(page, row, number, column_of_formulas.formula(row, first) or "")


def _require_formula(page: Page, row: int, column: int, text: str) -> None:
    """Make sure that a cell holds a formula, and that spreadsheets read it."""
    _require_length(page, row, column, "formula", text, MAX_FORMULA)
    if nests_deeper(text, MAX_NESTING):
        where, levels = f"{page.name}!{column_letter(column)}{row}", nesting(text)
        raise UsageError(
            f"the formula of {where} has {levels} parentheses, functions and operators inside one another, and"
            f" spreadsheets read {MAX_NESTING}",
            "name parts of the equations as quantities of their own",
        )


def _require_length(page: Page, row: int, column: int, what: str, text: str, most: int) -> None:
    if len(text) > most:
        raise UsageError(
            f"the {what} of {page.name}!{column_letter(column)}{row} has {len(text):,} characters, and a cell"
            f" holds {most:,}",
            "shorten names, or name parts of the equations as quantities of their own",
        )


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
