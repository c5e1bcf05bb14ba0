"""A data set beside the training: every sample, with the weights as they are after each epoch.

Two data sets are evaluated so. The rows of a training on batches show the loss of a batch, and two batches are no
measure of one another: of the whole data set one is. A test set holds samples that are never trained on. Before the
first update, after every epoch and after the last update the forward half is computed for all samples, in the order
of operations of the formulas, and averaged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS
from sheetgen.algebra.expr import Var
from sheetgen.errors import NumberError
from sheetgen.limits import HEADER_ROWS, MAX_ROWS
from sheetgen.network.advice import instead_of_probabilities
from sheetgen.network.descent import running_mean
from sheetgen.network.graph import SAMPLE, SAMPLES, Graph, Quantity, Section, mean
from sheetgen.network.row_above import brought_down
from sheetgen.network.row_program import Row, compile_evaluation
from sheetgen.network.study import Study


def points(study: Study) -> tuple[int, ...]:
    """Return the iterations before whose update data sets are evaluated: 0, after each epoch, and the last.

    An epoch that ends within a batch counts from the next batch on. Where a sheet has no room for all, only every
    second, third … epoch counts.
    """
    epochs = range(study.iterations * study.batch // study.count + 1)
    room = (MAX_ROWS - HEADER_ROWS) // max(study.count, study.test_count) - 1
    every = -(-len(epochs) // room)
    after_epochs = (-(-epoch * study.count // study.batch) for epoch in epochs[::every])
    return tuple(sorted({*(iteration for iteration in after_epochs if iteration < study.iterations), study.iterations}))


def evaluated(network: Graph) -> tuple[Quantity, ...]:
    """Return the quantities of an evaluation, in the order of their columns: forward, loss, metrics, running means.

    A state goes on from sample to sample, and begins anew with the first; a number of the whole batch is one of all
    samples, or what follows it in the training stands for it.
    """
    stands = {one.of: Var(one.name) for one in network.running}
    states = brought_down(replace(state, resets=True) for state in network.states)
    watched = network.section(Section.BATCH, Section.FORWARD, Section.LOSS, Section.METRICS)
    watched = tuple(replace(q, equation=stands[q.name]) if q.name in stands else q for q in watched)
    return (*states, *watched, *(running_mean(name, SAMPLE, SAMPLES) for name in network.watched))


class Evaluation:
    """A data set at every point of a training: the test set, or by default the one that is trained on.

    ``parameters[v][p]`` are the parameters of variant v at point p, in the order of the network's columns.
    """

    def __init__(self, study: Study, parameters: Sequence[Sequence[Row]], test: bool = False) -> None:
        self.study, self.points, self.parameters = study, points(study), parameters
        self.samples, self.count = (study.test, study.test_count) if test else (study.samples, study.count)
        self.names = tuple(quantity.name for quantity in evaluated(study.network))
        self._rows_at = compile_evaluation(study, evaluated(study.network), self.samples)
        self._of = "test set" if test else "data set"

    def rows(self) -> Iterator[tuple[Row, ...]]:
        """Yield, point after point, a row of each variant for every sample, in the order of the Data sheet.

        Raises NumberError where a value cannot be computed or held by a cell.
        """
        for point in range(len(self.points)):
            blocks = [self.at(variant, point) for variant in range(len(self.study.variants))]
            yield from zip(*blocks, strict=True)

    def at(self, variant: int, point: int) -> list[Row]:
        """Return the rows of all samples, for one variant at one point. Raises NumberError as `rows` does."""
        try:
            return self._rows_at(self.parameters[variant][point])
        except ARITHMETIC_ERRORS:
            loss, rate = self.study.network.loss, self.study.variants[variant].rate
            reason = f"with the weights of this iteration a sample of the {self._of} has no value that a cell can hold"
            where = self.study.place_of(loss)
            instead = instead_of_probabilities(self.study.network)
            raise NumberError(loss, self.points[point], rate, reason, where, instead) from None

    def curve(self, variant: int, quantity: str) -> list[float]:
        """Return the mean of the loss or a metric over all samples, at every point."""
        place = self.names.index(mean(quantity))
        return [row[place] for row in self._last_rows[variant]]

    @cached_property
    def _last_rows(self) -> list[list[Row]]:
        """The rows of the last sample, in which the means are whole, by variant and point."""
        variants = range(len(self.study.variants))
        return [[self.at(variant, point)[-1] for point in range(len(self.points))] for variant in variants]
