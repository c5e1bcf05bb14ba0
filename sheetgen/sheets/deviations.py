"""What the live checks compare: deviations that should be 0, each by another way than the formulas it checks."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sheetgen.network.graph import BATCH, derivative_label
from sheetgen.page.page import Formula
from sheetgen.sheets.book import Book
from sheetgen.sheets.folds import Deviation, RowBlock, Sums
from sheetgen.sheets.layout import Layout
from sheetgen.sheets.results import Watched


def no_gap(book: Book, variant: int) -> Formula:
    """Compare how many numbers the sheet has with how many it should have."""
    columns = book.layout.columns(variant)
    cells = book.study.rows * len(columns)
    table = book.layout.range(variant, columns[0], columns[-1])
    return Formula(f"ABS(COUNT({table})-{cells})", lambda: 0.0)


def updates(book: Book, variant: int) -> Formula:
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

    def difference(rows: RowBlock) -> RowBlock:
        return rows[1:, w] - rows[:-1, w] + rate * rows[:-1, g]

    differences = book.results.watch(Deviation(variant, difference, pairs=True))
    sizes = book.results.watch(Deviation(variant, lambda rows: rows[1:, w], pairs=True))
    return _relative(f"({after}-{before}+{layout.rate(variant)}*{slopes})", after, differences, sizes)


def _sum_of_updates(book: Book, variant: int) -> Formula:
    """Compare what all weights together have moved with η times the sum of all gradients, averaged over batches."""
    study, layout = book.study, book.layout
    weights = list(study.network.weights)
    gradients = [derivative_label(study.network.loss, name) for name in weights]
    last = study.rows - 1
    rows = study.iterations * study.batch
    sums = book.results.watch(Sums(variant, _positions(layout, weights), _positions(layout, gradients), rows))
    rate, columns = study.variants[variant].rate, range(len(weights))
    after, before = (f"SUM({layout.range(variant, weights[0], weights[-1], row, row)})" for row in (last, 0))
    slopes = f"SUM({layout.range(variant, gradients[0], gradients[-1], 0, rows - 1)})"

    def deviation() -> float:
        movement = sum(sums().last[i] - sums().first[i] for i in columns)
        descended = rate / study.batch * float(sum(sums().totals))
        return abs(movement + descended) / (1 + abs(descended))

    descended = f"{layout.rate(variant)}/{layout.count(BATCH)}*{slopes}"
    text = f"ABS({after}-{before}+{descended})/(1+ABS({descended}))"
    # Engines add a whole column in different orders, and each of its terms may round once.
    return Formula(text, deviation, scale=float(rows))


def weights_into(book: Book, unit: str, weights: tuple[str, ...], variant: int) -> Formula:
    """Compare Σ w·∂E/∂w with z·∂E/∂z in every row."""
    layout, loss = book.layout, book.study.network.loss
    products = [f"{layout.column(variant, w)}*{layout.column(variant, derivative_label(loss, w))}" for w in weights]
    unit_product = f"{layout.column(variant, unit)}*{layout.column(variant, derivative_label(loss, unit))}"
    w = _positions(layout, weights)
    g = _positions(layout, [derivative_label(loss, name) for name in weights])
    z, dz = _positions(layout, (unit, derivative_label(loss, unit)))

    def difference(rows: RowBlock) -> RowBlock:
        return np.sum(rows[:, w] * rows[:, g], axis=1) - rows[:, z] * rows[:, dz]  # type: ignore[no-any-return]

    differences = book.results.watch(Deviation(variant, difference))
    sizes = book.results.watch(Deviation(variant, lambda rows: rows[:, z] * rows[:, dz]))
    return _relative(f"({'+'.join(products)}-{unit_product})", f"({unit_product})", differences, sizes)


def _relative(
    difference_text: str, size_text: str, differences: Watched[Deviation], sizes: Watched[Deviation]
) -> Formula:
    """Return √Σ difference² / (1 + √Σ size²)."""
    text = f"SQRT(SUMPRODUCT({difference_text}^2))/(1+SQRT(SUMPRODUCT({size_text}^2)))"
    return Formula(text, lambda: differences().value() / (1 + sizes().value()), scale=1.0)


def _positions(layout: Layout, names: Iterable[str]) -> list[int]:
    return [layout.study.graph.position[name] for name in names]
