"""What the sheets know of a training run, in two phases.

1. The pages are composed. Each page registers what its values will rest on, with `Results.watch` and
   `Results.keep`, and puts formulas whose values are functions, called later.
2. `Results.run` lets the training pass by once, chunk by chunk; no column is ever held whole. From then on
   there are values.

A value asked for before the training has run to its end, and anything registered after it began, raises a
PhaseError: what it would give is nothing, or the number of some row on the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import chain
from typing import Generic, TypeVar

import numpy as np

from sheetgen.network.evaluation import Evaluation, points
from sheetgen.network.study import Study
from sheetgen.network.trace import Chunk, Trace
from sheetgen.shares import Told, untold
from sheetgen.sheets.folds import Fold, KeptRow, Losses, RowsAt

F = TypeVar("F", bound=Fold)


class PhaseError(RuntimeError):
    """A value asked for before there is one, or a registration that comes too late: a mistake in our own code."""


class _Phase(Enum):
    REGISTERING, RUNNING, OVER = range(3)


@dataclass(frozen=True)
class Watched(Generic[F]):
    """A registered fold. Called, it returns the fold; before the training has run it raises a PhaseError."""

    results: Results
    fold: F

    def __call__(self) -> F:
        """Return the fold, which has seen every row."""
        self.results.need_values(self.fold.what, self.fold.variant)
        return self.fold


class Results:
    """What is accumulated over one run of the training: the folds, and the first and last rows of each variant."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self._phase = _Phase.REGISTERING
        self._folds: list[Fold] = []
        self._evaluation: Evaluation | None = None
        self._test: Evaluation | None = None
        variants = range(len(study.variants))
        self._starts = [[self.keep(variant, row) for row in (0, study.batch)] for variant in variants]
        self._lasts = [self.keep(variant, study.rows - 1) for variant in variants]
        if study.evaluates or study.test:
            self._parameters = [self.watch(self._at_points(variant)) for variant in variants]
        self._losses: dict[str, list[Losses]] = {}
        if study.trains and not study.evaluates:
            for name in study.network.losses:
                self._losses[name] = [Losses(variant, self._position(name), study.batch) for variant in variants]
                self._folds += self._losses[name]

    def _position(self, quantity: str) -> int:
        """Return the column of a quantity, or of its mean over a batch."""
        return self.study.graph.position[self.study.over_batch(quantity)]

    def _at_points(self, variant: int) -> RowsAt:
        """Return what keeps the parameters of a variant where the whole data set is evaluated."""
        study, graph = self.study, self.study.graphs[variant]
        columns = [graph.position[name] for name in graph.parameters]
        return RowsAt(variant, [iteration * study.batch for iteration in points(study)], columns)

    # --- while the pages are composed ---

    def watch(self, fold: F) -> Watched[F]:
        """Register a fold; return what gives it when the training has run."""
        if self._phase is not _Phase.REGISTERING:
            raise PhaseError(
                f"{self._named(fold.what, fold.variant)} cannot be watched any more: the training has begun, and rows"
                " have passed; register it while the pages are composed"
            )
        self._folds.append(fold)
        return Watched(self, fold)

    def keep(self, variant: int, row: int) -> Watched[KeptRow]:
        """Register a row, from 0, to be kept; return what gives it when the training has run."""
        return self.watch(KeptRow(self.study, variant, row))

    # --- the training ---

    def run(self, trace: Trace, told: Told = untold) -> None:
        """Let the training pass by, and tell how far it is.

        Raises NumberError where it leaves the numbers a spreadsheet can hold.
        """
        if self._phase is not _Phase.REGISTERING:
            raise PhaseError("the training of these results has begun already; make a new Book to run it again")
        self._phase = _Phase.RUNNING
        for chunk in trace.chunks():
            self._feed(chunk)
            told((chunk.first + len(chunk.rows[0])) / self.study.rows)
        self._phase = _Phase.OVER
        if self.study.evaluates:
            self._evaluation = self._evaluated(test=False)
            self._losses = self._losses_of(self._evaluation)
        if self.study.test:
            self._test = self._evaluated(test=True)
            self._test_losses = self._losses_of(self._test)

    def _evaluated(self, test: bool) -> Evaluation:
        """Return the evaluation of a data set with the parameters that were kept."""
        return Evaluation(self.study, [parameters().values for parameters in self._parameters], test)

    def _losses_of(self, evaluation: Evaluation) -> dict[str, list[Losses]]:
        """Return what became of the mean of each loss of a data set, by variant."""
        found: dict[str, list[Losses]] = {}
        for name in self.study.network.losses:
            found[name] = [Losses(variant, 0) for variant in range(len(self.study.variants))]
            for variant, losses in enumerate(found[name]):
                losses.feed(np.array(evaluation.curve(variant, name))[:, np.newaxis])
        return found

    def _feed(self, chunk: Chunk) -> None:
        blocks = [np.fromiter(chain.from_iterable(rows), float).reshape(len(rows), -1) for rows in chunk.rows]
        for fold in self._folds:
            fold.feed(blocks[fold.variant])

    # --- when it has run ---

    def first(self, variant: int, quantity: str, place: int = 0) -> float:
        """Return a quantity in the first row of iteration 0; where rows meet, at any ``place`` of the batch, from 0."""
        self.need_values(f"{quantity} at iteration 0", variant)
        return self._starts[variant][0]().values_at(place)[quantity]

    def second(self, variant: int, quantity: str) -> float:
        """Return a quantity in the first row of iteration 1."""
        self.need_values(f"{quantity} at iteration 1", variant)
        return self._starts[variant][1]().values[quantity]

    def start_error(self, variant: int, quantity: str, iteration: int = 0, place: int = 0) -> float:
        """Return how far off a quantity may be in the first row of iteration 0 or 1, as multiples of an operation's
        relative error: a cell that links to it carries its bound. Where rows meet, at any ``place`` of the batch.
        """
        return self._starts[variant][iteration]().errors_at(place)[quantity]

    def last(self, variant: int, quantity: str) -> float:
        """Return a quantity in the last row."""
        self.need_values(f"{quantity} in the last row", variant)
        return self._lasts[variant]().values[quantity]

    def last_error(self, variant: int, quantity: str) -> float:
        """Return how far off a quantity may be in the last row, likewise."""
        return self._lasts[variant]().errors[quantity]

    def losses(self, variant: int, name: str = "") -> Losses:
        """Return what became of the loss of a variant: at every iteration, or of the whole data set at every point.

        ``name`` is that of a player's loss; without it is what is minimised.
        """
        self.need_values(name or "the loss", variant)
        return self._losses[name or self.study.network.loss][variant]

    @property
    def evaluation(self) -> Evaluation:
        """The whole data set, where a training on batches is evaluated on it."""
        self.need_values("the whole data set", 0)
        assert self._evaluation is not None, "this training sees the whole data set in every row or batch"
        return self._evaluation

    @property
    def test(self) -> Evaluation:
        """The test set, where there is one."""
        self.need_values("the test set", 0)
        assert self._test is not None, "this study has no test set"
        return self._test

    def test_losses(self, variant: int, name: str = "") -> Losses:
        """Return what became of the loss of a variant, likewise, on the test set, from point to point."""
        self.need_values("the loss of the test set", variant)
        return self._test_losses[name or self.study.network.loss][variant]

    def last_shown(self, variant: int, quantity: str) -> float:
        """Return the last value of the curve of the loss or a metric."""
        if self.study.evaluates:
            return self.evaluation.curve(variant, quantity)[-1]
        return self.last(variant, self.study.over_batch(quantity))

    def need_values(self, what: str, variant: int) -> None:
        """Raise a PhaseError unless the training has run to its end."""
        if self._phase is not _Phase.OVER:
            raise PhaseError(
                f"{self._named(what, variant)} has no value yet: the training has not run to its end;"
                " call compose(book), which runs it, before asking for values"
            )

    def _named(self, what: str, variant: int) -> str:
        return f"{what} of the sheet {self.study.variants[variant].sheet}"
