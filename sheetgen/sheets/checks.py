"""The Checks sheet: live checks in plain Excel, each by another way than the formulas it checks.

Every check is a deviation that should be 0, one for each learning rate; all are counted into one flag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from sheetgen.network.chains import linear_units
from sheetgen.network.graph import BATCH, derivative_label
from sheetgen.network.optimizers import CONSTANT, SGD
from sheetgen.network.study import TOLERANCE, Study
from sheetgen.page import style
from sheetgen.page.page import Formula, Page
from sheetgen.page.printing import fit_width
from sheetgen.sheets import layout as at
from sheetgen.sheets.book import Book
from sheetgen.sheets.central_difference import Numerical
from sheetgen.sheets.folds import Block, Deviation, Sums
from sheetgen.sheets.layout import Layout

_FLAG, _TOTAL, _PASSED = "B3", "B4", "B5"
_FIRST_ROW, _FIRST_COLUMN = 9, 5


@dataclass(frozen=True)
class Check:
    """One check: its name, what it compares, and its deviation for each variant."""

    name: str
    compares: str
    deviations: tuple[Formula, ...]


def page(book: Book) -> Page:
    """Return the Checks sheet; the book gets its verdict."""
    page = Page(at.CHECKS, freeze=f"C{_FIRST_ROW}", tab_colour="067647")
    variants = len(book.study.variants)
    numerical_row = _FIRST_ROW + _count(book) + 3
    numerical = Numerical(book, numerical_row)
    checks = list(_checks(book, numerical))
    for row, check in enumerate(checks, start=_FIRST_ROW):
        _line(page, book, row, check)
    _header(page, book, checks)
    numerical.put(page)
    page.widths = {1: 34, 2: 60, 3: 9, 4: 14} | dict.fromkeys(
        range(_FIRST_COLUMN, _FIRST_COLUMN + max(variants, 40)), 12.0
    )
    page.heights = {1: 28, _FIRST_ROW - 1: 32}
    last = _FIRST_ROW + len(checks) - 1
    page.decorate.append(lambda sheet: _colour(sheet, book.layout, last, variants))
    return page


def _count(book: Book) -> int:
    return 1 + _telescopes(book.study) + len(linear_units(book.study.network)) + len(book.study.network.weights)


def _checks(book: Book, numerical: Numerical) -> Iterator[Check]:
    graph = book.study.network
    variants = range(len(book.study.variants))

    def check(name: str, compares: str, deviation: Callable[[int], Formula]) -> Check:
        return Check(name, compares, tuple(deviation(variant) for variant in variants))

    yield check(
        "no gap and no error",
        "how many numbers the sheet has, and should have",
        lambda variant: _no_gap(book, variant),
    )
    if _telescopes(book.study):
        compares = "all weights of each row with those of the row above"
        if book.study.batch > 1:
            compares = "the sum of all weights, first and last, with the mean gradients of all batches between"
        yield check("every update is w − η·gradient", compares, lambda variant: _updates(book, variant))
    for unit, weights in linear_units(graph):
        terms = " + ".join(f"{w}·{derivative_label(graph.loss, w)}" for w in weights)
        yield check(
            f"weights into {unit}",
            f"{terms} = {unit}·{derivative_label(graph.loss, unit)}",
            partial(_unit, book, unit, weights),
        )
    for index, weight in enumerate(graph.weights):
        yield check(
            f"{derivative_label(graph.loss, weight)} at iteration 0",
            f"the gradient, and the central difference of {graph.loss} (below)",
            partial(numerical.deviation, index),
        )


def _telescopes(study: Study) -> bool:
    """Whether every update is plain gradient descent at a rate that stays, which can be checked over whole blocks."""
    return all(v.optimizer == SGD and v.schedule == CONSTANT for v in study.variants) and not study.scheduled


def _header(page: Page, book: Book, checks: list[Check]) -> None:
    """Put the flag, the counts, and the labels of the table."""
    count = len(checks) * len(book.study.variants)
    cells = f"C{_FIRST_ROW}:C{_FIRST_ROW + len(checks) - 1}"

    def passed() -> int:
        return sum(_passed(book, check) for check in checks)

    def verdict() -> str:
        failed = count - passed()
        return f"CHECK: {failed} of {count} checks fail" if failed else f"OK: all {count} checks pass"

    book.verdict = verdict
    page.put("A1", "Checks", style.TITLE)
    page.put("A3", "verdict", style.NAME)
    good = f'"OK: all "&{_TOTAL}&" checks pass"'
    bad = f'"CHECK: "&({_TOTAL}-{_PASSED})&" of "&{_TOTAL}&" checks fail"'
    text = f"IF({_PASSED}={_TOTAL},{good},{bad})"
    page.put(_FLAG, Formula(text, verdict), style.FLAG)
    page.flags.append(_FLAG)
    page.put("A4", "checks", style.NAME)
    page.put(_TOTAL, float(count), style.Style(align="center"))
    page.put("A5", "of which pass", style.NAME)
    page.put(_PASSED, Formula(f"SUM({cells})", lambda: float(passed())), style.Style(align="center"))
    page.put(
        "A6",
        "Every number below should be 0 up to rounding; the largest allowed stands on Inputs.",
        style.NOTE,
    )
    row = _FIRST_ROW - 1
    page.row(row, ("check", "what is compared", "passed", "verdict"), style.LABEL)
    for index, variant in enumerate(book.study.variants):
        page.put(f"{get_column_letter(_FIRST_COLUMN + index)}{row}", variant.sheet, style.LABEL)


def _line(page: Page, book: Book, row: int, check: Check) -> None:
    """Put one check: its deviation for each rate, how many pass, and a word."""
    variants = len(book.study.variants)
    page.put(f"A{row}", check.name, style.NAME)
    page.put(f"B{row}", check.compares, style.PLAIN)
    page.row(row, check.deviations, style.Style(number="0.0E+00", align="center"), _FIRST_COLUMN)
    first, last = (get_column_letter(_FIRST_COLUMN + i) for i in (0, variants - 1))
    within = f"SUMPRODUCT(({first}{row}:{last}{row}<={book.layout.given(TOLERANCE)})*1)"
    count = Formula(f"IF(ISNUMBER({within}),{within},0)", lambda: float(_passed(book, check)))
    page.put(f"C{row}", count, style.Style(align="center"))
    word = Formula(f'IF(C{row}={variants},"OK","CHECK")', lambda: "OK" if _passed(book, check) == variants else "CHECK")
    page.put(f"D{row}", word, style.FLAG)
    page.flags.append(f"D{row}")


def _passed(book: Book, check: Check) -> int:
    """Return the number of variants that pass a check."""
    tolerance = book.study.settings[TOLERANCE]
    found = (deviation.value() for deviation in check.deviations)
    return sum(isinstance(value, float) and value <= tolerance for value in found)


def _no_gap(book: Book, variant: int) -> Formula:
    layout = book.layout
    columns = layout.columns(variant)
    cells = book.study.rows * len(columns)
    block = layout.range(variant, columns[0], columns[-1])
    return Formula(f"ABS(COUNT({block})-{cells})", lambda: 0.0)


def _updates(book: Book, variant: int) -> Formula:
    """Compare the block of weights, from its second row, with the block above less η times the gradients."""
    study, layout = book.study, book.layout
    if study.batch > 1:
        return _sum_of_updates(book, variant)
    weights = list(study.network.weights)
    gradients = [derivative_label(study.network.loss, name) for name in weights]
    rate = study.variants[variant].rate
    after = layout.range(variant, weights[0], weights[-1], 1)
    before = layout.range(variant, weights[0], weights[-1], 0, study.iterations - 1)
    slopes = layout.range(variant, gradients[0], gradients[-1], 0, study.iterations - 1)
    w, g = (_positions(layout, names) for names in (weights, gradients))

    def difference(rows: Block) -> Block:
        return rows[1:, w] - rows[:-1, w] + rate * rows[:-1, g]

    off = book.results.watch(Deviation(variant, difference, pairs=True))
    size = book.results.watch(Deviation(variant, lambda rows: rows[1:, w], pairs=True))
    return _relative(f"({after}-{before}+{layout.rate(variant)}*{slopes})", after, off, size)


def _sum_of_updates(book: Book, variant: int) -> Formula:
    """Compare what all weights together have moved with η times the sum of all gradients, averaged over batches."""
    study, layout = book.study, book.layout
    weights = list(study.network.weights)
    gradients = [derivative_label(study.network.loss, name) for name in weights]
    last = study.rows - 1
    used = study.iterations * study.batch
    sums = Sums(variant, _positions(layout, weights), _positions(layout, gradients), used)
    book.results.watch(sums)
    rate, columns = study.variants[variant].rate, range(len(weights))
    after, before = (f"SUM({layout.range(variant, weights[0], weights[-1], row, row)})" for row in (last, 0))
    slopes = f"SUM({layout.range(variant, gradients[0], gradients[-1], 0, used - 1)})"

    def deviation() -> float:
        moved = sum(sums.last[i] - sums.first[i] for i in columns)
        drawn = rate / study.batch * float(sum(sums.totals))
        return abs(moved + drawn) / (1 + abs(drawn))

    drawn = f"{layout.rate(variant)}/{layout.count(BATCH)}*{slopes}"
    return Formula(f"ABS({after}-{before}+{drawn})/(1+ABS({drawn}))", deviation, scale=1.0)


def _unit(book: Book, unit: str, weights: tuple[str, ...], variant: int) -> Formula:
    """Compare Σ w·∂E/∂w with z·∂E/∂z in every row."""
    layout, loss = book.layout, book.study.network.loss
    products = [f"{layout.column(variant, w)}*{layout.column(variant, derivative_label(loss, w))}" for w in weights]
    other = f"{layout.column(variant, unit)}*{layout.column(variant, derivative_label(loss, unit))}"
    w = _positions(layout, weights)
    g = _positions(layout, [derivative_label(loss, name) for name in weights])
    z, dz = _positions(layout, (unit, derivative_label(loss, unit)))

    def difference(rows: Block) -> Block:
        return np.sum(rows[:, w] * rows[:, g], axis=1) - rows[:, z] * rows[:, dz]  # type: ignore[no-any-return]

    off = book.results.watch(Deviation(variant, difference))
    size = book.results.watch(Deviation(variant, lambda rows: rows[:, z] * rows[:, dz]))
    return _relative(f"({'+'.join(products)}-{other})", f"({other})", off, size)


def _relative(difference: str, size: str, off: Deviation, whole: Deviation) -> Formula:
    """Return √Σ difference² / (1 + √Σ size²)."""
    text = f"SQRT(SUMPRODUCT({difference}^2))/(1+SQRT(SUMPRODUCT({size}^2)))"
    return Formula(text, lambda: off.value() / (1 + whole.value()), scale=1.0)


def _positions(layout: Layout, names: Any) -> list[int]:
    return [layout.study.graph.position[name] for name in names]


def _colour(sheet: Any, layout: Layout, last: int, variants: int) -> None:
    """Turn a deviation that is too large, or no number, red."""
    first, final = (get_column_letter(_FIRST_COLUMN + i) for i in (0, variants - 1))
    cell = f"{first}{_FIRST_ROW}"
    # Excel 2007 lets no other sheet into a conditional format, so the word beside the line decides.
    rule = FormulaRule([f'$D{_FIRST_ROW}<>"OK"'], font=Font(color=style.BAD, bold=True))
    sheet.conditional_formatting.add(f"{cell}:{final}{last}", rule)
    sheet.page_setup.orientation = "landscape"
    fit_width(sheet)
