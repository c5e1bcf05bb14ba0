"""The Checks sheet: live checks in plain Excel, each by another way than the formulas it checks.

Every check is a deviation that should be 0, one for each learning rate; all are counted into one flag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font

from sheetgen.network.chains import linear_units
from sheetgen.network.graph import derivative_label
from sheetgen.network.optimizers import CONSTANT, SGD
from sheetgen.network.study import TOLERANCE, Study
from sheetgen.page import style
from sheetgen.page.block import Block, Listing
from sheetgen.page.page import Formula, Page
from sheetgen.page.printing import fit_width
from sheetgen.sheet_names import CHECKS
from sheetgen.sheets import deviations
from sheetgen.sheets.book import Book
from sheetgen.sheets.central_difference import CentralDifferences
from sheetgen.sheets.flag import Verdict

_VERDICT, _TOTAL, _PASSED = "verdict", "checks", "of which pass"
_COUNTS = Listing.at(3, (_VERDICT, _TOTAL, _PASSED))
_LABEL_ROW = 8
_PASSING, _WORD = "passed", "verdict"
_LABELS = ("check", "what is compared", _PASSING, _WORD)
_CENTRED = style.Style(align="center")
_DEVIATION = style.Style(number="0.0E+00", align="center")


@dataclass(frozen=True)
class Check:
    """One check: its name, what it compares, and its deviation for each variant."""

    name: str
    compares: str
    deviations: tuple[Formula, ...]

    def passed(self, tolerance: float) -> int:
        """Return the number of variants that pass."""
        values = (deviation.value() for deviation in self.deviations)
        return sum(isinstance(value, float) and value <= tolerance for value in values)


def page(book: Book) -> tuple[Page, Verdict]:
    """Return the Checks sheet, and what gives the verdict when the training has run."""
    sheet = _Checks(book)
    return sheet.page(), sheet.verdict


class _Checks:
    """The sheet: a line a check and, below, the networks of the central differences."""

    def __init__(self, book: Book) -> None:
        self.book, self.sheets = book, [variant.sheet for variant in book.study.variants]
        lines = _count(book.study)
        self.differences = CentralDifferences(book, _LABEL_ROW + 1 + lines + 3)
        self.checks = list(_checks(book, self.differences))
        self.facts = Block.below(_LABEL_ROW, _LABELS, lines)
        # A block of its own: a training sheet may be called verdict.
        self.deviations = Block.below(_LABEL_ROW, self.sheets, lines, self.facts.end + 1)

    @cached_property
    def passed(self) -> list[int]:
        """How many variants pass each check."""
        return [check.passed(self.book.study.settings[TOLERANCE]) for check in self.checks]

    @property
    def count(self) -> int:
        """The number of checks of all variants."""
        return len(self.checks) * len(self.sheets)

    def verdict(self) -> str:
        """Return the text of the overall flag."""
        failed = self.count - sum(self.passed)
        return f"CHECK: {failed} of {self.count} checks fail" if failed else f"OK: all {self.count} checks pass"

    def page(self) -> Page:
        """Return the page."""
        page = Page(CHECKS, freeze=self.facts.cell(_PASSING, self.facts.first), tab_colour="067647")
        for index, check in enumerate(self.checks):
            self.line(page, index, check)
        self.header(page)
        self.differences.put(page)
        first = self.facts.end + 1
        page.widths = {1: 34, 2: 60, 3: 9, 4: 14} | dict.fromkeys(range(first, first + max(len(self.sheets), 40)), 12.0)
        page.heights = {1: 28, _LABEL_ROW: 32}
        page.decorate.append(self.colour)
        return page

    def line(self, page: Page, index: int, check: Check) -> None:
        """Put one check: its deviation for each rate, how many pass, and a word."""
        row, variants = self.facts.first + index, len(self.sheets)
        cells = self.deviations.across(self.sheets[0], self.sheets[-1], row)
        within = f"SUMPRODUCT(({cells}<={self.book.layout.given(TOLERANCE)})*1)"
        count = Formula(f"IF(ISNUMBER({within}),{within},0)", lambda: float(self.passed[index]))
        passing = f'IF({self.facts.cell(_PASSING, row)}={variants},"OK","CHECK")'
        word = Formula(passing, lambda: "OK" if self.passed[index] == variants else "CHECK")
        looks = (style.NAME, style.PLAIN, _CENTRED, style.FLAG)
        self.facts.line(page, row, (check.name, check.compares, count, word), looks)
        self.deviations.line(page, row, check.deviations, [_DEVIATION] * variants)
        page.flags.append(self.facts.cell(_WORD, row))

    def header(self, page: Page) -> None:
        """Put the flag, the counts, and the labels of the table."""
        total, passed = _COUNTS.cell(_TOTAL), _COUNTS.cell(_PASSED)
        page.put("A1", "Checks", style.TITLE)
        good = f'"OK: all "&{total}&" checks pass"'
        bad = f'"CHECK: "&({total}-{passed})&" of "&{total}&" checks fail"'
        verdict = Formula(f"IF({passed}={total},{good},{bad})", self.verdict)
        _COUNTS.put(page, _VERDICT, verdict, style.FLAG)
        page.flags.append(_COUNTS.cell(_VERDICT))
        _COUNTS.put(page, _TOTAL, float(self.count), _CENTRED)
        passes = Formula(f"SUM({self.facts.cells(_PASSING)})", lambda: float(sum(self.passed)))
        _COUNTS.put(page, _PASSED, passes, _CENTRED)
        note = "Every number below should be 0 up to rounding; the largest allowed stands on Inputs."
        page.put("A6", note, style.NOTE)
        self.facts.header(page)
        self.deviations.header(page)

    def colour(self, sheet: Any) -> None:
        """Turn a deviation that is too large, or no number, red."""
        # Excel 2007 lets no other sheet into a conditional format, so the word beside the line decides.
        word = f'${self.facts.cell(_WORD, self.facts.first)}<>"OK"'
        rule = FormulaRule([word], font=Font(color=style.BAD, bold=True))
        sheet.conditional_formatting.add(self.deviations.area(self.sheets[0], self.sheets[-1]), rule)
        sheet.page_setup.orientation = "landscape"
        fit_width(sheet)


def _count(study: Study) -> int:
    return 1 + _telescopes(study) + len(linear_units(study.network)) + len(study.network.weights)


def _checks(book: Book, differences: CentralDifferences) -> Iterator[Check]:
    graph = book.study.network
    variants = range(len(book.study.variants))

    def check(name: str, compares: str, deviation: Callable[[int], Formula]) -> Check:
        return Check(name, compares, tuple(deviation(variant) for variant in variants))

    yield check(
        "no gap and no error",
        "how many numbers the sheet has, and should have",
        partial(deviations.no_gap, book),
    )
    if _telescopes(book.study):
        compares = "all weights of each row with those of the row above"
        if book.study.batch > 1:
            compares = "the sum of all weights, first and last, with the mean gradients of all batches between"
        yield check("every update is w − η·gradient", compares, partial(deviations.updates, book))
    for unit, weights in linear_units(graph):
        terms = " + ".join(f"{w}·{derivative_label(graph.loss, w)}" for w in weights)
        yield check(
            f"weights into {unit}",
            f"{terms} = {unit}·{derivative_label(graph.loss, unit)}",
            partial(deviations.weights_into, book, unit, weights),
        )
    for index, weight in enumerate(graph.weights):
        yield check(
            f"{derivative_label(graph.loss, weight)} at iteration 0",
            f"the gradient, and the central difference of {graph.loss} (below)",
            partial(differences.deviation, index),
        )


def _telescopes(study: Study) -> bool:
    """Whether every update is plain gradient descent at a rate that stays, which can be checked over whole blocks."""
    return all(v.optimizer == SGD and v.schedule == CONSTANT for v in study.variants) and not study.scheduled
