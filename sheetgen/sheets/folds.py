"""What the helper cells need to know of a run: its first two rows, and sums over all its rows.

Everything is accumulated chunk by chunk while the trace advances; no column is ever held whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from sheetgen.errors import UsageError
from sheetgen.network.graph import mean
from sheetgen.network.study import Study
from sheetgen.network.trace import Chunk, Row

F = TypeVar("F", bound="Fold")

Block = NDArray[np.float64]
"""Some successive rows of one variant, with a column for each quantity."""


class Fold(Protocol):
    """Something accumulated over the rows of one variant."""

    variant: int

    def feed(self, block: Block) -> None:
        """Take the next rows."""


class Results:
    """The accumulated facts of one run of the trace.

    ``first`` and ``second`` are the first rows of iterations 0 and 1 of each variant, ``last`` the last row.
    """

    def __init__(self, study: Study) -> None:
        self.study = study
        self.first: list[Mapping[str, float]] = []
        self.second: list[Mapping[str, float]] = []
        self.last: list[Mapping[str, float]] = []
        self.folds: list[Fold] = []
        loss = study.network.loss
        position = study.graph.position[loss if study.batch == 1 else mean(loss)]
        self.losses = [self.watch(Losses(v, position, study.batch)) for v in range(len(study.variants))]

    def watch(self, fold: F) -> F:
        """Register a fold before the trace runs; return it."""
        self.folds.append(fold)
        return fold

    def keep(self, variant: int, row: int) -> Kept:
        """Register a row, from 0, to be kept before the trace runs; return where its values will be."""
        return self.watch(Kept(variant, row, self.study.graphs[variant].names, self.study.batch))

    def feed(self, chunk: Chunk) -> None:
        """Take the next chunk of the trace."""
        if chunk.first == 0:
            self.first = [self._named(v, rows[0]) for v, rows in enumerate(chunk.rows)]
        second = self.study.batch - chunk.first
        if 0 <= second < len(chunk.rows[0]):
            self.second = [self._named(v, rows[second]) for v, rows in enumerate(chunk.rows)]
        self.last = [self._named(v, rows[-1]) for v, rows in enumerate(chunk.rows)]
        blocks = [np.array(rows) for rows in chunk.rows]
        for fold in self.folds:
            fold.feed(blocks[fold.variant])

    def _named(self, variant: int, row: Row) -> Mapping[str, float]:
        return dict(zip(self.study.graphs[variant].names, row, strict=True))


FUZZ = 1e-13
"""Spreadsheets take numbers that differ by less than about this share of themselves for equal."""

_MATCH = 1e-12
"""The embedded engine's MATCH takes numbers this close for equal (Excel's and LibreOffice's do not)."""


def may_match(a: float, b: float) -> bool:
    """Whether an engine's MATCH may take two numbers for equal."""
    return abs(a - b) <= max(_MATCH, FUZZ * max(abs(a), abs(b)))


class Losses:
    """The loss of one variant: first, last, smallest and where, and at how many steps it did not fall.

    ``rises`` counts steps that did not fall at all, ``fuzzy`` those so flat that a spreadsheet may
    count them either way.
    """

    def __init__(self, variant: int, position: int, batch: int = 1) -> None:
        self.variant, self._position, self._batch = variant, position, batch
        self.first = self.last = self.smallest = float("nan")
        self.smallest_at = self.rises = self.fuzzy = 0
        self._seen = self._rows = 0

    def feed(self, block: Block) -> None:
        """Take the next rows; the last one of a batch counts."""
        losses = block[-(self._rows + 1) % self._batch :: self._batch, self._position]
        self._rows += len(block)
        if not len(losses):
            return
        if not self._seen:
            self.first = self.last = self.smallest = float(losses[0])
            before, after = losses[:-1], losses[1:]
        else:
            before, after = np.concatenate(([self.last], losses[:-1])), losses
        self.rises += int(np.count_nonzero(after >= before))
        largest = np.maximum(np.abs(before), np.abs(after))
        # A squared error near 0 inherits the rounding of the difference it is the square of.
        flat = np.abs(before - after) <= FUZZ * (largest + np.sqrt(largest))
        self.fuzzy += int(np.count_nonzero(flat))
        lowest = int(np.argmin(losses))
        if losses[lowest] < self.smallest:
            self.smallest, self.smallest_at = float(losses[lowest]), self._seen + lowest
        self.last = float(losses[-1])
        self._seen += len(losses)

    def may_rise(self, steps: object) -> bool:
        """Whether a spreadsheet may count so many steps that did not fall."""
        return isinstance(steps, float | int) and abs(steps - self.rises) <= self.fuzzy


class Kept:
    """One row of one variant, kept as it passes: its ``values``, and ``rows``, it and those it rests on.

    Those are the rows of its batch above it, and the batch before.
    """

    def __init__(self, variant: int, row: int, names: tuple[str, ...], batch: int) -> None:
        self.variant, self._names = variant, names
        self._first, self._last = max(row // batch - 1, 0) * batch, row
        self._seen = 0
        self.rows: list[list[float]] = []

    @property
    def values(self) -> Mapping[str, float]:
        """The row's values, by name, when it has passed."""
        return dict(zip(self._names, self.rows[-1], strict=True))

    def feed(self, block: Block) -> None:
        """Take the next rows."""
        first, last = max(self._first - self._seen, 0), self._last - self._seen
        self.rows += block[first : last + 1].tolist() if last >= 0 else []
        self._seen += len(block)


class Deviation:
    """The root of the summed squares of something that should be 0 in every row of a variant.

    ``of`` takes rows and returns an array of deviations. With ``pairs`` it sees each row together with
    the next one, so the last row of every block is kept for the following block.
    """

    def __init__(self, variant: int, of: Callable[[Block], NDArray[np.float64]], pairs: bool = False) -> None:
        self.variant, self._of, self._pairs = variant, of, pairs
        self._sum = 0.0
        self._tail: Block | None = None

    def feed(self, block: Block) -> None:
        """Take the next rows."""
        rows = block if self._tail is None else np.vstack((self._tail, block))
        with np.errstate(over="ignore"):
            self._sum += float(np.sum(self._of(rows) ** 2))
        if self._pairs:
            self._tail = block[-1:]

    def value(self) -> float:
        """Return the root of the sum; raise UsageError where it is more than a cell can hold."""
        if not np.isfinite(self._sum):
            raise UsageError(
                "the training grows beyond 1E+154, whose square no cell of the sheet Checks can hold;"
                " use a smaller rate or fewer iterations"
            )
        return float(np.sqrt(self._sum))


class Sums:
    """First and last values of some columns of a variant, and the sums of others over its first rows."""

    def __init__(self, variant: int, ends: list[int], summed: list[int], rows: int) -> None:
        self.variant, self._ends, self._summed, self._left = variant, ends, summed, rows
        self.first: list[float] = []
        self.last: list[float] = []
        self.totals = np.zeros(len(summed))

    def feed(self, block: Block) -> None:
        """Take the next rows."""
        self.first = self.first or block[0, self._ends].tolist()
        self.last = block[-1, self._ends].tolist()
        taken = block[: max(self._left, 0), self._summed]
        self.totals += taken.sum(axis=0)
        self._left -= len(block)
