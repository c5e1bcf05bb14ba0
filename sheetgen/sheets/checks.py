"""The Checks sheet: live checks in plain Excel, and one line that says where the first of them fails.

Every check is a deviation that should be 0, one for each training sheet; all are counted into one flag.
"""

from __future__ import annotations

import math
from typing import Any

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font

from sheetgen.algebra.arrays import ArrayCells
from sheetgen.page import style
from sheetgen.page.block import Listing
from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import Formula, Page
from sheetgen.page.printing import fit_width
from sheetgen.sheet_names import CHECKS
from sheetgen.sheets.book import Book
from sheetgen.sheets.central_difference import CentralDifferences
from sheetgen.sheets.check_list import check_list, number_of_checks
from sheetgen.sheets.check_table import AT_KINK, CheckTable
from sheetgen.sheets.column_checks import ColumnCells
from sheetgen.sheets.flag import Verdict

_VERDICT, _TOTAL, _PASSED, _KINKS, _WHERE = "verdict", "checks", "of which pass", "of which at a kink", "fails first"
_COUNTS = Listing.at(3, (_VERDICT, _TOTAL, _PASSED, _KINKS, _WHERE))
_E, _ROUNDING, _NUDGE, _EDGE, _LOSS_ROUNDING = (
    "e", "rounding of a number", "a little below 1", "rounding at an edge", "rounding of the loss",
)  # fmt: skip
_GRANTED = 1e-15
"""The relative rounding granted to the loss, on the scale of what it is computed from."""
_CONSTANTS: dict[str, float | Formula] = {
    _E: Formula("EXP(1)", lambda: math.e),
    _ROUNDING: 1e-13,
    _NUDGE: 0.999999999999,
    _EDGE: 1e-9,
    _LOSS_ROUNDING: _GRANTED,
}
_USED = Listing.at(3, _CONSTANTS, 4)
NOTES_ROW, _LABEL_ROW = 8, 12
"""The first row of the notes, of which there are three at most; the row behind them is free."""
_NOTES = (
    "Every number below should be 0: it is a deviation beyond what rounding explains. The largest allowed stands on"
    " Inputs.",
    "At a kink (of relu, abs, max, where …) there is no one slope: the line says OK at a kink, which is no failure, and"
    " no proof.",
)
_CENTRED = style.Style(align="center")


def page(book: Book) -> tuple[Page, Verdict]:
    """Return the Checks sheet, and what gives the verdict when the training has run."""
    sheet = _Checks(book)
    return sheet.page(), sheet.verdict


class _Checks:
    """The sheet: a line a check and, below, the central differences and their networks."""

    def __init__(self, book: Book) -> None:
        used = {label: _USED.absolute(label) for label in _CONSTANTS}
        cells = ColumnCells(ArrayCells(used[_E], used[_NUDGE], used[_EDGE]), used[_ROUNDING])
        below = _LABEL_ROW + number_of_checks(book) + 4
        rounding = used[_LOSS_ROUNDING]
        self.differences = CentralDifferences(book, below, rounding, _GRANTED) if book.study.trains else None
        listed = check_list(book, cells, self.differences)
        self.too_long = listed.too_long
        self.table = CheckTable(book, listed.checks, _LABEL_ROW)

    def verdict(self) -> str:
        """Return the text of the overall flag."""
        count = self.table.count
        failed = count - sum(self.table.passed)
        return f"CHECK: {failed} of {count} checks fail" if failed else f"OK: all {count} checks pass"

    def page(self) -> Page:
        """Return the page."""
        page = Page(CHECKS, freeze=self.table.first_free, tab_colour="067647")
        self.top(page)
        self.table.put(page)
        last = self.table.rows.end
        if self.differences:
            self.differences.put(page)
            last = max(last, self.differences.end)
        page.widths = {1: 34, 2: 60, 3: 9, 4: 22} | dict.fromkeys(range(5, last + 1), 12.0)
        page.heights |= {1: 28, _LABEL_ROW: 32}
        cells, fails = self.table.failing_rule  # a deviation that is too large, or no number
        page.colour(cells, FormulaRule([fails], font=Font(color=style.BAD, bold=True)))
        page.decorate.append(self.print)
        return page

    def top(self, page: Page) -> None:
        """Put the flag, the counts, where the first check fails, and what the formulas below use."""
        table = self.table
        page.put("A1", "Checks", style.TITLE)
        page.bar = 3
        total, passed = _COUNTS.cell(_TOTAL), _COUNTS.cell(_PASSED)
        good = f'"OK: all "&{total}&" checks pass"'
        bad = f'"CHECK: "&({total}-{passed})&" of "&{total}&" checks fail"'
        kinks = Formula(
            f'COUNTIF({table.words},"{AT_KINK}")',
            lambda: float(table.kinks),
            accepts=lambda shown, _: (
                isinstance(shown, float) and self.differences is not None and self.differences.undecided
            ),
        )
        _COUNTS.put(page, _VERDICT, Formula(f"IF({passed}={total},{good},{bad})", self.verdict), style.FLAG)
        page.flags.append(_COUNTS.cell(_VERDICT))
        _COUNTS.put(page, _TOTAL, float(table.count), _CENTRED)
        _COUNTS.put(page, _PASSED, Formula(f"SUM({table.passing})", lambda: float(sum(table.passed))), _CENTRED)
        _COUNTS.put(page, _KINKS, kinks, _CENTRED)
        _COUNTS.put(page, _WHERE, table.where(), style.Style(colour=style.BAD, bold=True, align="left"))
        for label, constant in _CONSTANTS.items():
            if label == _LOSS_ROUNDING and self.differences is None:
                continue
            _USED.put(page, label, constant, style.BUILT, style.BUILT)
        for row, note in enumerate(self.notes(), start=NOTES_ROW):
            page.put(f"A{row}", note, style.NOTE)

    def notes(self) -> tuple[str, ...]:
        """Return what is said above the table."""
        if not self.too_long:
            return _NOTES
        names = ", ".join(self.too_long)
        return (*_NOTES, f"More than a formula can check, so that only `sheetgen verify` does: {names}")

    def print(self, sheet: Any) -> None:
        """Print the tables, and not the networks beside one another below them."""
        sheet.page_setup.orientation = "landscape"
        fit_width(sheet)
        columns, last = self.table.rows.end, self.table.rows.last
        if self.differences:
            columns, last = max(columns, self.differences.gradients.end), self.differences.last_fact
        sheet.print_area = f"A1:{column_letter(columns)}{last}"
