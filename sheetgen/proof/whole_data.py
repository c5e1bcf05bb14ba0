"""Evaluations of data sets against mathematics: every sample at every point, by the independent reference.

The parameters of a point are those of the training's row, which `mathematics` has judged; all else is computed anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from sheetgen.network.graph import mean
from sheetgen.network.tolerance import Tolerance
from sheetgen.proof.agreement import apart
from sheetgen.proof.reference import Array
from sheetgen.proof.report import Difference, Kind
from sheetgen.proof.second_opinion import SecondOpinion, second_opinion
from sheetgen.sheets.book import Book
from sheetgen.sheets.epochs import EpochsTable


def differences(book: Book, tolerance: Tolerance) -> Iterator[Difference]:
    """Yield every number on Epochs and Test with which the reference disagrees; the training must have run."""
    if book.study.evaluates:
        yield from _differences(EpochsTable(book), tolerance)
    if book.study.test:
        yield from _differences(EpochsTable(book, test=True), tolerance)


def _differences(table: EpochsTable, tolerance: Tolerance) -> Iterator[Difference]:
    book, evaluation, bounds = table.book, table.evaluation, table.bounds
    reference = second_opinion(book.study, evaluation.count, evaluates=True)
    for variant in range(len(book.study.variants)):
        for point in range(len(evaluation.points)):
            ours = np.array(evaluation.at(variant, point))
            states = _gone_on_from(book, dict(zip(evaluation.names, ours.T, strict=True)))
            theirs = _independent(table, reference, evaluation.parameters[variant][point], states)
            far = apart(ours, theirs, tolerance)
            if far.any():
                far &= apart(ours, theirs, tolerance, tolerance.atol * bounds.of_samples(variant, point))
            for sample, column in np.argwhere(far).tolist():
                name, a, b = evaluation.names[column], float(ours[sample, column]), float(theirs[sample, column])
                row = table.block.first + point * table.count + sample
                cell = table.block.cell(table.label(name, variant), row)
                iteration, rate = evaluation.points[point], book.study.variants[variant].rate
                yield Difference(table.sheet, cell, Kind.REFERENCE, a, b, quantity=name, iteration=iteration, rate=rate)


def _gone_on_from(book: Book, ours: Mapping[str, Array]) -> dict[str, Array]:
    """Return what each sample goes on from: our number of the sample before, which is judged there, or a start."""
    values = book.study.values
    return {
        f"previous({state.name})": np.concatenate(([values[f"start({state.name})"]], ours[state.name][:-1]))
        for state in book.study.network.states
    }


def _independent(
    table: EpochsTable, reference: SecondOpinion, parameters: tuple[float, ...], states: dict[str, Array]
) -> Array:
    """Return what the reference makes of all samples at some parameters: a row a sample, a column a quantity."""
    given: dict[str, Array | float] = {name: np.array(numbers) for name, numbers in table.samples.items()}
    given |= {**dict(zip(table.book.study.network.parameters, parameters, strict=True)), **states}
    values = {name: np.broadcast_to(value, table.count) for name, value in reference.values(given).items()}
    means = {mean(name): np.cumsum(value) / table.count for name, value in values.items()}
    return np.column_stack([(values | means | states)[name] for name in table.evaluation.names])
