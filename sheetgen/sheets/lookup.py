"""The numbers of a picked step: looked up by formulas, and kept while the trace runs.

Two helper cells hold the number of the picked training sheet and the row in it; every quantity is then
CHOOSE(sheet, INDEX(its column, row), …).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from openpyxl.worksheet.datavalidation import DataValidation

from sheetgen.algebra.notation import general
from sheetgen.network.tolerance import RowBounds
from sheetgen.page import style
from sheetgen.page.page import Formula, Page
from sheetgen.sheets import picks
from sheetgen.sheets.book import Book
from sheetgen.sheets.layout import Layout
from sheetgen.sheets.picks import PickCell, Step

MOST_LISTED = 1000
"""The most iterations that a drop-down lists; of more, any whole number can be typed."""


class Lookup:
    """The step picked on one sheet; ``number`` and ``row`` are the helper cells."""

    def __init__(self, book: Book, step: Step, number: str, row: str) -> None:
        self.book, self.step, self.number, self.row = book, step, number, row
        self._offered = picks.offered(book.layout)
        self._kept = book.results.keep(step.variant, step.row(book.study))
        self._first = book.results.keep(step.variant, 0)

    def value(self, name: str) -> float:
        """Return the value of a quantity at the picked step, when the trace has run."""
        return self._kept.values[name]

    def error(self, name: str) -> float:
        """Return how far off two right computations of it may be, in units of an operation's relative error."""
        return self._errors[name]

    @cached_property
    def _errors(self) -> Mapping[str, float]:
        study, variant = self.book.study, self.step.variant
        bounds = RowBounds(study.graphs[variant], study.constants(variant), 1.0, study.batch)
        for row in self._kept.rows:
            bounds.follow(row)
        return bounds.here()

    def formula(self, name: str) -> Formula:
        """Return the formula that looks a quantity up."""
        return self._choose(name, self.row, lambda: self.value(name), lambda: self.error(name))

    def first(self, name: str) -> Formula:
        """Return the formula that looks up what a quantity was in the first row."""
        return self._choose(name, "1", lambda: self._first.values[name], lambda: abs(self._first.values[name]))

    def _choose(self, name: str, row: str, value: Callable[[], float], scale: Callable[[], float]) -> Formula:
        return Formula(picks.choice(self.book.layout, name, self.number, row, self._offered), value, scale)

    def number_formula(self, picked: str, sheets: str) -> Formula:
        """Return the formula of the first helper cell: which of the listed sheets is picked."""
        return Formula(f"MATCH({picked},{sheets},0)", lambda: float(self.step.variant + 1))

    def row_formula(self, iteration: str, sample: str) -> Formula:
        """Return the formula of the second helper cell: the row of the picked iteration, and sample."""
        text = picks.row_formula(self.book.layout, iteration, sample)
        return Formula(text, lambda: float(self.step.row(self.book.study) + 1))


def put_sheets(page: Page, book: Book, letter: str, row: int) -> str:
    """List the training sheets that can be picked under a heading; return a reference to the list."""
    page.put(f"{letter}{row}", "training sheets", style.LABEL)
    for offset, variant in enumerate(book.study.variants[: picks.offered(book.layout)], start=1):
        page.put(f"{letter}{row + offset}", variant.sheet, style.BUILT)
    return sheets(book.layout, letter, row)


def sheets(layout: Layout, letter: str, row: int) -> str:
    """Return a reference to the list of training sheets whose heading stands there."""
    return f"${letter}${row + 1}:${letter}${row + picks.offered(layout)}"


def limit(layout: Layout) -> str:
    """Return what to say where not every training sheet can be picked, or nothing."""
    count, all_of_them = picks.offered(layout), len(layout.study.variants)
    if count == all_of_them:
        return ""
    return f"The first {count} of the {all_of_them} training sheets can be picked: a formula cannot choose among more."


def absolute(spot: PickCell) -> str:
    """Return an absolute reference to a picked cell, for use on its own sheet."""
    letters = spot.cell.rstrip("0123456789")
    return f"${letters}${spot.cell.removeprefix(letters)}"


def drop_down(reference: str, what: str) -> DataValidation:
    """Return a validation that lets one of a list of cells be picked."""
    validation = DataValidation("list", formula1=reference, allow_blank=False)
    return _explained(validation, f"Pick {what} from the list.")


def iterations(layout: Layout) -> DataValidation:
    """Return a validation for an iteration: a list of all, or any whole number where there are very many."""
    last = layout.study.iterations
    if last < MOST_LISTED:
        return drop_down(layout.iterations(), f"an iteration from 0 to {last}")
    return whole(0, last)


def whole(first: int, last: int) -> DataValidation:
    """Return a validation for a whole number."""
    numbers = DataValidation("whole", operator="between", formula1=str(first), formula2=str(last), allow_blank=False)
    return _explained(numbers, f"Type a whole number from {first} to {last}.")


def decimal(least: float, largest: float, what: str) -> DataValidation:
    """Return a validation for a number between two others."""
    numbers = DataValidation("decimal", operator="between", formula1=general(least), formula2=general(largest))
    numbers.allow_blank = False
    return _explained(numbers, f"Type {what} from {general(least)} to {general(largest)}.")


def _explained(validation: DataValidation, wanted: str) -> DataValidation:
    validation.errorTitle, validation.error, validation.showErrorMessage = "Not here", wanted, True
    return validation
