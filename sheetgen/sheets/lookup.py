"""The numbers of a picked step: looked up by formulas, and kept while the trace runs.

Two helper cells hold the number of the picked training sheet and the row in it; every quantity is then
CHOOSE(sheet, INDEX(its column, row), …).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from openpyxl.worksheet.datavalidation import DataValidation

from sheetgen.network.graph import BATCH
from sheetgen.page import style, validation
from sheetgen.page.block import Block
from sheetgen.page.page import Formula, Page
from sheetgen.sheets import picks
from sheetgen.sheets.book import Book
from sheetgen.sheets.layout import Layout
from sheetgen.sheets.picks import PickCell, Step

SHEETS = "training sheets"
"""The heading of the list of the training sheets that can be picked."""

MOST_LISTED = 1000
"""The most iterations that a drop-down lists; of more, any whole number can be typed."""


class Lookup:
    """The step picked on one sheet; ``number`` and ``row`` are the helper cells."""

    def __init__(self, book: Book, step: Step, number: str, row: str) -> None:
        self.book, self.step, self.number, self.row = book, step, number, row
        self._offered = picks.offered(book.layout)
        self._picked_row = book.results.keep(step.variant, step.row(book.study))

    def value(self, name: str, row: int | None = None) -> float:
        """Return the value of a quantity at the picked step, when the trace has run; or in a ``row`` of its batch."""
        kept = self._picked_row()
        return kept.values_at(kept.place if row is None else row - 1)[name]

    def error(self, name: str, row: int | None = None) -> float:
        """Return how far off two right computations of it may be, in units of an operation's relative error."""
        kept = self._picked_row()
        return kept.errors_at(kept.place if row is None else row - 1)[name]

    def formula(self, name: str) -> Formula:
        """Return the formula that looks a quantity up."""
        return self._choose(name, self.row, lambda: self.value(name), lambda: self.error(name))

    def first(self, name: str) -> Formula:
        """Return the formula that looks up what a quantity was in the first row."""

        value = partial(self.book.results.first, self.step.variant, name)
        return self._choose(name, "1", value, lambda: self.first_error(name))

    def first_error(self, name: str) -> float:
        """Return how far off a quantity may be in the first row, in units of an operation's relative error."""
        return self.book.results.start_error(self.step.variant, name)

    def elsewhere(self, name: str, row: str, index: int) -> Formula:
        """Return the formula that looks a quantity up in another row, whose number from 1 is a formula's part.

        ``index`` is that row's, from 0.
        """
        kept = self.book.results.keep(self.step.variant, index)
        return self._choose(name, row, lambda: kept().values[name], lambda: kept().errors[name])

    def in_batch(self, name: str, row: int) -> Formula:
        """Return the formula that looks a quantity up in a row of the batch, from 1, of which the last is picked."""
        count = self.book.study.batch
        up = f"{self.row}-{count - row}" if row < count else self.row
        return self._choose(name, up, lambda: self.value(name, row), lambda: self.error(name, row))

    def rate(self) -> Formula:
        """Return the formula of the learning rate of the picked training sheet, or where its schedule begins."""
        rates = [self.book.layout.rate(variant) for variant in range(self._offered)]
        return Formula(picks.among(self.number, rates), lambda: self.book.study.rates[self.step.variant])

    def _choose(self, name: str, row: str, value: Callable[[], float], scale: Callable[[], float]) -> Formula:
        return Formula(picks.choice(self.book.layout, name, self.number, row, self._offered), value, scale)

    def number_formula(self, variant: PickCell, sheet_list: Block, elsewhere: bool = False) -> Formula:
        """Return the formula of the first helper cell: which of the listed sheets is picked, here or elsewhere."""
        if not self.book.study.trains:
            return Formula("1", lambda: 1.0)
        # MATCH takes ~ for an escape, even where there is nothing to escape.
        picked = variant.reference if elsewhere else variant.absolute
        text = f'MATCH(SUBSTITUTE({picked},"~","~~"),{sheet_list.column(SHEETS)},0)'
        return Formula(text, lambda: float(self.step.variant + 1))

    def row_formula(self, iteration: PickCell, sample: PickCell, elsewhere: bool = False) -> Formula:
        """Return the formula of the second helper cell: the row of what is picked, here or elsewhere."""
        cells = [pick.reference if elsewhere else pick.absolute for pick in (iteration, sample)]
        text = picks.row_formula(self.book.layout, *cells)
        return Formula(text, lambda: float(self.step.row(self.book.study) + 1))

    def last_row_formula(self, iteration: PickCell) -> Formula:
        """Return the formula of the second helper cell where the last row of a batch is looked at."""
        text = picks.row_formula(self.book.layout, iteration.absolute, self.book.layout.count(BATCH))
        return Formula(text, lambda: float(self.step.row(self.book.study) + 1))


def sheets(layout: Layout, row: int, column: int) -> Block:
    """Return the list of the training sheets that can be picked, under a heading."""
    return Block.below(row, (SHEETS,), picks.offered(layout), column)


def put_sheets(page: Page, sheet_list: Block, layout: Layout) -> None:
    """Put the list of the training sheets that can be picked."""
    sheet_list.header(page)
    for row, variant in zip(sheet_list.rows, layout.study.variants, strict=False):
        page.put(sheet_list.cell(SHEETS, row), variant.sheet, style.BUILT)


def limit(layout: Layout) -> str:
    """Return what to say where not every training sheet can be picked, or nothing."""
    count, total = picks.offered(layout), len(layout.study.variants)
    if count == total:
        return ""
    return f"The first {count} of the {total} training sheets can be picked: a formula cannot choose among more."


def of_sheets(sheet_list: Block) -> DataValidation:
    """Return a validation that lets one of the listed training sheets be picked."""
    return validation.one_of(sheet_list.column(SHEETS), "a training sheet")


def iterations(layout: Layout) -> DataValidation:
    """Return a validation for an iteration: a list of all, or any whole number where there are very many."""
    last = layout.study.iterations
    if last < MOST_LISTED and not layout.study.evaluates:
        return validation.one_of(layout.iterations(), f"an iteration from 0 to {last}")
    return validation.whole(0, last)
