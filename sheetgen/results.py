"""What the helper cells need to know of a run: its first two rows, and sums over all its rows.

Everything is accumulated chunk by chunk while the trace advances; no column is ever held whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from sheetgen.errors import UsageError
from sheetgen.study import Study
from sheetgen.trace import Chunk, Row

F = TypeVar("F", bound="Fold")

Block = NDArray[np.float64]
"""Some successive rows of one variant, with a column for each quantity."""


class Fold(Protocol):
    """Something accumulated over the rows of one variant."""

    variant: int

    def feed(self, block: Block) -> None:
        """Take the next rows."""


class Results:
    """The accumulated facts of one run of the trace."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.first: list[Mapping[str, float]] = []
        self.second: list[Mapping[str, float]] = []
        self.folds: list[Fold] = []
        self.losses = [
            self.watch(Losses(v, study.graph.position[study.graph.loss])) for v in range(len(study.variants))
        ]

    def watch(self, fold: F) -> F:
        """Register a fold before the trace runs; return it."""
        self.folds.append(fold)
        return fold

    def feed(self, chunk: Chunk) -> None:
        """Take the next chunk of the trace."""
        if chunk.first == 0:
            self.first, self.second = ([self._named(rows[k]) for rows in chunk.rows] for k in (0, 1))
        blocks = [np.array(rows) for rows in chunk.rows]
        for fold in self.folds:
            fold.feed(blocks[fold.variant])

    def _named(self, row: Row) -> Mapping[str, float]:
        return dict(zip(self.study.graph.names, row, strict=True))


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

    def __init__(self, variant: int, position: int) -> None:
        self.variant, self._position = variant, position
        self.first = self.last = self.smallest = float("nan")
        self.smallest_at = self.rises = self.fuzzy = 0
        self._seen = 0

    def feed(self, block: Block) -> None:
        """Take the next rows."""
        losses = block[:, self._position]
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
