"""What is accumulated over the rows of a training: sums, extremes, single rows.

A fold takes the rows of one variant chunk by chunk, as they pass; no column is held whole but a `Curve`, of few
rows. Who may ask for its values, and when, is said in `sheetgen.sheets.results`.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sheetgen.network.row_bounds import RowBounds
from sheetgen.network.study import Study

RowBlock = NDArray[np.float64]
"""Some successive rows of one variant, with a column for each quantity."""


class Fold(Protocol):
    """Something accumulated over the rows of one variant; ``what`` names it in messages."""

    @property
    def variant(self) -> int:
        """The variant whose rows it takes."""

    @property
    def what(self) -> str:
        """What it is, as a message says it."""

    def feed(self, rows: RowBlock) -> None:
        """Take the next rows."""


FUZZ = 1e-13
"""Spreadsheets take numbers that differ by less than about this share of themselves for equal."""

_MATCH = 1e-12
"""The embedded engine's MATCH takes numbers this close for equal (Excel's and LibreOffice's do not)."""


def last_of_batches(rows: RowBlock, seen: int, batch: int) -> RowBlock:
    """Return those of some rows that are the last of a batch; so many were ``seen`` before them."""
    return rows[-(seen + 1) % batch :: batch]


def may_match(a: float, b: float) -> bool:
    """Whether an engine's MATCH may take two numbers for equal."""
    return abs(a - b) <= max(_MATCH, FUZZ * max(abs(a), abs(b)))


class Losses:
    """The loss of one variant: first, last, largest, smallest and where, and at how many steps it did not fall.

    ``least`` is the smallest that is above 0, infinity where none is.

    ``rises`` counts steps that did not fall at all, those from 0 to 0 aside, where nothing is left to fall;
    ``fuzzy`` those so flat that a spreadsheet may count them either way.
    """

    what = "the loss"

    def __init__(self, variant: int, position: int, batch: int = 1) -> None:
        self.variant, self._position, self._batch = variant, position, batch
        self.first = self.last = self.smallest = self.largest = float("nan")
        self.least = float("inf")
        self.smallest_at = self.rises = self.fuzzy = 0
        self._losses_seen = self._rows_seen = 0

    def feed(self, rows: RowBlock) -> None:
        """Take the next rows; the last one of a batch counts."""
        losses = last_of_batches(rows, self._rows_seen, self._batch)[:, self._position]
        self._rows_seen += len(rows)
        if not len(losses):
            return
        if not self._losses_seen:
            self.first = self.last = self.smallest = self.largest = float(losses[0])
            before, after = losses[:-1], losses[1:]
        else:
            before, after = np.concatenate(([self.last], losses[:-1])), losses
        self.rises += int(np.count_nonzero((after >= before) & ((after != 0) | (before != 0))))
        largest = np.maximum(np.abs(before), np.abs(after))
        # A squared error near 0 inherits the rounding of the difference it is the square of.
        flat = np.abs(before - after) <= FUZZ * (largest + np.sqrt(largest))
        self.fuzzy += int(np.count_nonzero(flat))
        lowest = int(np.argmin(losses))
        if losses[lowest] < self.smallest:
            self.smallest, self.smallest_at = float(losses[lowest]), self._losses_seen + lowest
        self.largest = max(self.largest, float(losses.max()))
        self.least = min(self.least, float(losses.min(where=losses > 0, initial=np.inf)))
        self.last = float(losses[-1])
        self._losses_seen += len(losses)

    def course(self, step: str) -> str:
        """Say how it went from one step to the next; ``step`` is what a step is called."""
        if self.rises:
            return f"did not fall at {self.rises:,} {step}{'s' if self.rises > 1 else ''}"
        return f"fell at every {step}" + (" until it was 0" if self.last == 0 else "")

    def may_rise(self, steps: object) -> bool:
        """Whether a spreadsheet may count so many steps that did not fall."""
        return isinstance(steps, float | int) and abs(steps - self.rises) <= self.fuzzy


class KeptRow:
    """One row of one variant, counted from 0 and kept as it passes, with those that its error bounds rest on.

    Those are the rows of its batch above it, or all where they meet, and the batch before.
    """

    def __init__(self, study: Study, variant: int, row: int, passed: int = 0) -> None:
        """Keep a row of those still to come; so many have ``passed``, none of which is needed."""
        self.variant, self._study = variant, study
        self.what = f"row {row + 1}"
        self._first, self._row = max(row // study.batch - 1, 0) * study.batch, row
        meet = bool(study.network.over_batch)
        self._last = (row // study.batch + 1) * study.batch - 1 if meet else row
        self._rows_seen = passed
        self._blocks: list[RowBlock] = []
        self._values: dict[int, Mapping[str, float]] = {}
        self._errors: dict[int, Mapping[str, float]] = {}

    def feed(self, rows: RowBlock) -> None:
        """Take the next rows."""
        first, last = max(self._first - self._rows_seen, 0), self._last - self._rows_seen
        if first < len(rows) and last >= first:
            self._blocks.append(rows[first : last + 1].copy())
        self._rows_seen += len(rows)

    @property
    def place(self) -> int:
        """Where the row stands in its batch, from 0."""
        return self._row % self._study.batch

    @property
    def values(self) -> Mapping[str, float]:
        """The row's values, by name, when it has passed."""
        return self.values_at(self.place)

    @property
    def errors(self) -> Mapping[str, float]:
        """How far off two right computations of each value may be, in units of an operation's relative error."""
        return self.errors_at(self.place)

    def values_at(self, place: int) -> Mapping[str, float]:
        """Return the values of the row at a place of the batch, counted from 0: one that is kept beside it."""
        if place not in self._values:
            row = np.concatenate(self._blocks)[self._row - self.place + place - self._first]
            self._values[place] = dict(zip(self._study.graphs[self.variant].names, row.tolist(), strict=True))
        return self._values[place]

    def errors_at(self, place: int) -> Mapping[str, float]:
        """Return the error bounds of that row."""
        if place not in self._errors:
            bounds = self._limits[place].tolist()
            self._errors[place] = dict(zip(self._study.graphs[self.variant].names, bounds, strict=True))
        return self._errors[place]

    @cached_property
    def _limits(self) -> RowBlock:
        """The error bounds of the batch, as far as it is kept, [row, quantity]."""
        study = self._study
        bounds = RowBounds(study.graphs[self.variant], study.constants(self.variant), 1.0, study.batch)
        rows = np.concatenate(self._blocks)[np.newaxis]
        begins = self._row < study.batch
        limits = bounds.of(rows) if begins else bounds.of(rows[:, study.batch :], rows[:, : study.batch])
        found: RowBlock = limits[0]
        return found


class RowsAt:
    """Some columns of some rows, counted from 0, of one variant: ``values``, a tuple for each row in their order."""

    what = "a row at which a data set is evaluated"

    def __init__(self, variant: int, rows: Sequence[int], columns: Sequence[int]) -> None:
        self.variant, self._wanted, self._columns = variant, np.array(rows), np.array(columns)
        self._rows_seen = 0
        self.values: list[tuple[float, ...]] = []

    def feed(self, rows: RowBlock) -> None:
        """Take the next rows."""
        places = self._wanted - self._rows_seen
        here = places[(places >= 0) & (places < len(rows))]
        self.values += map(tuple, rows[np.ix_(here, self._columns)].tolist())
        self._rows_seen += len(rows)


class Curve:
    """A column of one variant in the last row of every batch: ``values``, 8 bytes each."""

    what = "a curve"

    def __init__(self, variant: int, position: int, batch: int) -> None:
        self.variant, self._position, self._batch = variant, position, batch
        self._rows_seen = 0
        self.values = array("d")

    def feed(self, rows: RowBlock) -> None:
        """Take the next rows; the last one of a batch counts."""
        self.values.frombytes(last_of_batches(rows, self._rows_seen, self._batch)[:, self._position].tobytes())
        self._rows_seen += len(rows)


class Largest:
    """The largest size, over all rows of one variant, that any of some quantities has: ``value``."""

    what = "the largest size of some quantities"

    def __init__(self, study: Study, variant: int, names: Sequence[str]) -> None:
        self.variant, self._study, self._names = variant, study, tuple(names)
        position = study.graphs[variant].position
        self._columns = np.array([position[name] for name in names])
        self._rows_seen, self._before = 0, np.empty((0, 0))
        self.value = 0.0
        self._name = ""
        self._kept: KeptRow | None = None

    def feed(self, rows: RowBlock) -> None:
        """Take the next rows."""
        sizes = np.abs(rows[:, self._columns])
        row, column = np.unravel_index(int(np.argmax(sizes)), sizes.shape)
        if sizes[row, column] > self.value or self._kept is None:
            self.value, self._name = float(sizes[row, column]), self._names[column]
            passed = self._rows_seen - len(self._before)
            self._kept = KeptRow(self._study, self.variant, self._rows_seen + int(row), passed)
            for block in filter(len, (self._before, rows)):
                self._kept.feed(block)
        self._rows_seen += len(rows)
        ends = [block[-2 * self._study.batch :] for block in (self._before, rows) if len(block)]
        self._before = np.concatenate(ends)[-2 * self._study.batch :]

    @property
    def error(self) -> float:
        """How far off two right computations of it may be, in units of an operation's relative error."""
        assert self._kept is not None
        return self._kept.errors[self._name]
