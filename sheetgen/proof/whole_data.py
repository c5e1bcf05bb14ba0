"""The evaluation of the whole data set against mathematics: every sample at every point, by the independent reference.

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
from sheetgen.sheet_names import EPOCHS
from sheetgen.sheets.book import Book
from sheetgen.sheets.epochs import EpochsTable


def differences(book: Book, tolerance: Tolerance) -> Iterator[Difference]:
    """Yield every number of the evaluation with which the reference disagrees; the training must have run."""
    if not book.study.evaluates:
        return
    evaluation, table = book.results.evaluation, EpochsTable(book)
    bounds = book.evaluation_bounds
    reference = second_opinion(book.study)
    for variant in range(len(book.study.variants)):
        for point in range(len(evaluation.points)):
            ours = np.array(evaluation.at(variant, point))
            states = _gone_on_from(book, dict(zip(evaluation.names, ours.T, strict=True)))
            theirs = _independent(book, reference, evaluation.parameters[variant][point], evaluation.names, states)
            far = apart(ours, theirs, tolerance)
            if far.any():
                far &= apart(ours, theirs, tolerance, tolerance.atol * bounds.of_samples(variant, point))
            for sample, column in np.argwhere(far).tolist():
                name, a, b = evaluation.names[column], float(ours[sample, column]), float(theirs[sample, column])
                row = table.block.first + point * book.study.count + sample
                cell = table.block.cell(table.label(name, variant), row)
                iteration, rate = evaluation.points[point], book.study.variants[variant].rate
                yield Difference(EPOCHS, cell, Kind.REFERENCE, a, b, quantity=name, iteration=iteration, rate=rate)


def _gone_on_from(book: Book, ours: Mapping[str, Array]) -> dict[str, Array]:
    """Return what each sample goes on from: our number of the sample before, which is judged there, or a start."""
    values = book.study.values
    return {
        f"previous({state.name})": np.concatenate(([values[f"start({state.name})"]], ours[state.name][:-1]))
        for state in book.study.network.states
    }


def _independent(
    book: Book,
    reference: SecondOpinion,
    parameters: tuple[float, ...],
    names: tuple[str, ...],
    states: dict[str, Array],
) -> Array:
    """Return what the reference makes of all samples at some parameters: a row a sample, a column a quantity."""
    study = book.study
    given: dict[str, Array | float] = {name: np.array(numbers) for name, numbers in study.samples.items()}
    given |= {**dict(zip(study.network.parameters, parameters, strict=True)), **states}
    values = {name: np.broadcast_to(value, study.count) for name, value in reference.values(given).items()}
    means = {mean(name): np.cumsum(value) / study.count for name, value in values.items()}
    return np.column_stack([(values | means | states)[name] for name in names])
