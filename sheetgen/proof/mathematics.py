"""The graph against mathematics: every row of the trace, computed anew by the independent reference.

Each row's weights and optimiser's memory are taken from the trace, everything else of the row is computed by
the reference, and so is what the next row must start from. So an error cannot hide behind an earlier one,
and by induction from the initial weights the whole run is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sheetgen.algebra.rows import above, previous, start
from sheetgen.network.batches import Batches, batches
from sheetgen.network.graph import (
    BASE_RATE,
    BATCH,
    RATE,
    Section,
    State,
    denominator,
    derivative_label,
    mean,
    of_two_rows,
)
from sheetgen.network.optimizers import Optimizer, Schedule
from sheetgen.network.row_bounds import RowBounds
from sheetgen.network.study import Study
from sheetgen.network.tolerance import Tolerance
from sheetgen.network.trace import Trace
from sheetgen.proof import reference_training as training
from sheetgen.proof.agreement import apart
from sheetgen.proof.reference import Array
from sheetgen.proof.reference_rules import ByWeight, ReferenceRule, own_rate
from sheetgen.proof.reference_slopes import SMALLEST_SLOPE
from sheetgen.proof.report import Difference, Kind
from sheetgen.proof.second_opinion import NEXT, SecondOpinion, second_opinion
from sheetgen.sheets.layout import FIRST_ROW, Layout

_MOST_NUMBERS = 4_000_000
"""About how many numbers the reference holds at a time; of more rows the derivatives are taken in several passes."""

Columns = dict[str, Array]


def differences(trace: Trace, tolerance: Tolerance) -> Iterator[Difference]:
    """Yield every number of the trace with which the reference disagrees."""
    study = trace.study
    reference = second_opinion(study, study.batch)
    for variant in range(len(study.variants)):
        graph = study.graphs[variant]
        bounds = RowBounds(graph, study.constants(variant), tolerance.atol, study.batch)
        for here in batches(trace, variant):
            # Where rows of a batch meet, the whole batch before is looked at, of which the last row counts.
            above = here.before.reshape(-1, len(graph.names)) if graph.over_batch else here.before[:, -1]
            columns = dict(zip(graph.names, np.concatenate((above, here.rows)).T, strict=True))
            independent = _IndependentRows(study, reference, variant, columns, here.first - len(above))
            # Inside a batch an optimiser's memory may be 0, and a step 0/0 that no row takes.
            with np.errstate(all="ignore"):
                theirs = {name: values[len(above) :] for name, values in independent.columns().items()}
            yield from _compare(study, variant, here, theirs, tolerance, bounds)


class _IndependentRows:
    """What the columns of some successive rows must be, each row judged by the one above it.

    The first row is only there for the second, unless it is row 0 of the training.
    """

    def __init__(self, study: Study, reference: SecondOpinion, variant: int, ours: Columns, first: int) -> None:
        self.study, self.reference, self.ours, self.first = study, reference, ours, first
        self.variant, self.graph = study.variants[variant], study.graphs[variant]
        self.network = study.network
        self.rows = np.arange(first, first + len(next(iter(ours.values()))), dtype=float)

    def columns(self) -> Columns:
        """Return every column that is not data."""
        states = self._states()
        given = self._given() | states
        shape = self.rows.shape
        values = {name: np.broadcast_to(value, shape) for name, value in self.reference.values(given).items()}
        slopes = {
            name: np.broadcast_to(value, shape) for name, value in self._slopes(given | self._above_of(given)).items()
        }
        columns = {**self.counters, RATE: self.rate, **self._data(), **states, **values, **slopes}
        columns |= self._of_two_rows(columns)
        columns |= self._added_up(columns)
        columns |= self._means(columns)
        columns |= self._memory(columns)
        following = {name: columns.pop(NEXT + name) for name in self.study.running}
        return columns | self._weights(columns) | {name: self._later(name, moved) for name, moved in following.items()}

    @cached_property
    def counters(self) -> Columns:
        return training.counters(self.rows, self.study.count, self.study.batch, self.study.order)

    @cached_property
    def rate(self) -> Array:
        rate, schedule = self.variant.rate, self.variant.schedule
        if isinstance(schedule.own, Schedule):
            given = {"eta0": rate, BASE_RATE: rate, **schedule.settings, **self.counters}
            return np.broadcast_to(own_rate(schedule.own.equation, given), self.rows.shape)
        return training.learning_rate(schedule.name, schedule.settings, rate, self.counters["iteration"])

    @property
    def starts(self) -> NDArray[np.bool_]:
        """Whether each row is the first of its batch."""
        return np.equal(self.counters["in batch"], 1)

    @property
    def ends(self) -> NDArray[np.bool_]:
        """Whether each row is the last of its batch."""
        return np.equal(self.counters["in batch"], self.study.batch)

    def _data(self) -> Columns:
        index = (self.counters["sample"] - 1).astype(int)
        return {name: np.array(numbers)[index] for name, numbers in self.study.samples.items()}

    def _given(self) -> dict[str, Array | float]:
        weights = {name: self.ours[name] for name in (*self.network.weights, *self.study.running)}
        return {**self.study.values, **self._data(), **weights, BATCH: float(self.study.batch)}

    def _new(self, state: State) -> NDArray[np.bool_]:
        """Whether a state begins anew in each row."""
        every = self.study.count if state.resets else self.study.rows
        new: NDArray[np.bool_] = np.equal(np.mod(self.rows, every), 0)
        return new

    def _states(self) -> Columns:
        """Return what each row goes on from: our number in the row above, which is judged there, or a start."""
        return {
            previous(state.name): self._judged_before(
                previous(state.name),
                np.where(self._new(state), self.study.values[start(state.name)], np.roll(self.ours[state.name], 1)),
            )
            for state in self.network.states
        }

    def _above_of(self, given: Mapping[str, Array | float]) -> dict[str, Array | float]:
        """Return what the row above each row was given, and whether each state begins anew."""
        if not self.network.section(Section.ABOVE):
            return {}
        rolled = {name: np.roll(value, 1) if isinstance(value, np.ndarray) else value for name, value in given.items()}
        found: dict[str, Array | float] = {above(name): value for name, value in rolled.items()}
        return found | {f"new({state.name})": self._new(state).astype(float) for state in self.network.states}

    def _of_two_rows(self, columns: Columns) -> Columns:
        """Return the gradients by the weights of this row and of the row above together."""
        loss = self.network.loss
        slopes = {weight: derivative_label(loss, weight) for weight in self.network.weights}
        return {
            of_two_rows(slope): columns[slope] + columns.get(derivative_label(loss, above(weight)), 0.0)
            for weight, slope in slopes.items()
            if of_two_rows(slope) in self.network.by_name
        }

    def _added_up(self, columns: Columns) -> Columns:
        """Return the derivatives by numbers of the whole batch, added up over its rows."""
        labels = [q.name for q in self.network.section(Section.BACKWARD) if q.is_over_batch]
        added = {}
        for label in labels:
            by_batch = columns[label.removeprefix("batch_sum(").removesuffix(")")].reshape(-1, self.study.batch)
            added[label] = np.repeat(by_batch.sum(axis=1), self.study.batch)
        return added

    def _slopes(self, given: Mapping[str, Array | float]) -> Columns:
        """Return the reference's derivatives of the loss."""
        labels = [q.name for q in (*self.network.derivatives, *self.network.section(Section.ABOVE))]
        by = {denominator(label): label for label in labels if not label.startswith(of_two_rows(""))}
        names = list(by)
        rows = len(self.rows)
        at_a_time = (1 + _MOST_NUMBERS // self.reference.size // self.study.batch) * self.study.batch
        slopes = {name: np.empty(rows) for name in names}
        for first in range(0, rows, at_a_time):
            some = slice(first, first + at_a_time)
            here = {name: value[some] if isinstance(value, np.ndarray) else value for name, value in given.items()}
            for name, slope in self.reference.derivatives(here, names).items():
                slopes[name][some] = slope
        labelled = {by[name]: slope for name, slope in slopes.items()}
        if self.network.section(Section.ABOVE):
            return {label: self._judged_before(label, slope) for label, slope in labelled.items()}
        return labelled

    def _above(self, name: str, at_first: float) -> Array:
        """Return our column one row up; in row 0 of the training it is what the training starts from."""
        above = np.roll(self.ours[name], 1)
        above[0] = at_first
        return above

    def _means(self, columns: Columns) -> Columns:
        if self.study.batch == 1:
            return {}
        names = [*self.network.watched, *map(self.network.slope, self.network.weights)]
        carried = {name: np.where(self.starts, 0.0, self._above(mean(name), 0.0)) for name in names}
        return {
            mean(name): self._judged_before(mean(name), carried[name] + columns[name] / self.study.batch)
            for name in names
        }

    def _judged_before(self, name: str, column: Array) -> Array:
        """Take the first row from ours, where the rows before it have judged it: what it rests on is out of sight."""
        if self.first:
            column[0] = self.ours[name][0]
        return column

    def _gradient(self, columns: Columns, weight: str) -> Array:
        slope = self.network.descended(weight)
        return columns[self.study.over_batch(slope)]

    def _memory(self, columns: Columns) -> Columns:
        """Return the optimiser's columns: its memory moves in the last row of a batch."""
        if self.own is not None:
            found = self._own_columns(columns)
            return {f"{letter}[{weight}]": value for letter, of in found.items() for weight, value in of.items()}
        name, settings = self.variant.optimizer.name, self.variant.optimizer.settings
        result: Columns = {}
        for weight in self.network.weights:
            above = {letter: self._above(f"{letter}[{weight}]", 0.0) for letter in self._letters[weight]}
            moved = training.remember(name, settings, self._gradient(columns, weight), above)
            memory = {
                letter: self._judged_before(f"{letter}[{weight}]", np.where(self.ends, value, above[letter]))
                for letter, value in moved.items()
            }
            memory |= training.corrected(name, settings, memory, self.counters["iteration"])
            result |= {f"{letter}[{weight}]": value for letter, value in memory.items()}
        return result

    @cached_property
    def own(self) -> ReferenceRule | None:
        """The optimiser, where the template wrote it itself."""
        rule = self.variant.optimizer.own
        if not isinstance(rule, Optimizer):
            return None
        equations = {column.letter: column.equation for column in rule.columns}
        starts = {column.letter: column.start for column in rule.columns if column.start}
        return ReferenceRule(equations, starts, rule.step)

    def _known(self, columns: Columns, weight: str) -> dict[str, Any]:
        """Return the numbers that an own rule speaks of for one weight, besides its columns."""
        settings, rule = self.variant.optimizer.settings, self.variant.optimizer.own
        several = rule.by_weight if isinstance(rule, Optimizer) else {}
        return {
            **settings,
            **{name: settings[of[weight]] for name, of in several.items()},
            **self.counters,
            "w": self.ours[weight],
            "g": self._gradient(columns, weight),
            RATE: self.rate,
        }

    def _own_columns(self, columns: Columns) -> ByWeight:
        rule, known = self.own, {weight: self._known(columns, weight) for weight in self.network.weights}
        assert rule is not None

        def before(letter: str, weight: str) -> Array:
            start = np.broadcast_to(rule.start(letter, known[weight]), self.rows.shape)
            return self._above(f"{letter}[{weight}]", float(start[0]))

        def settled(letter: str, weight: str, column: Array) -> Array:
            column = np.array(np.broadcast_to(column, self.rows.shape))
            if rule.remembers(letter):
                column = np.where(self.ends, column, before(letter, weight))
            label = f"{letter}[{weight}]"
            return self._judged_before(label, column) if label in self.ours else column

        return rule.columns(known, before, settled)

    @cached_property
    def _letters(self) -> Mapping[str, list[str]]:
        """The symbols of the optimiser's columns of each weight."""
        letters: dict[str, list[str]] = {weight: [] for weight in self.network.weights}
        for quantity in self.graph.section(Section.OPTIMIZER):
            letter, _, weight = quantity.name.removesuffix("]").partition("[")
            letters[weight].append(letter)
        return letters

    def _weights(self, columns: Columns) -> Columns:
        """Return the parameters: a weight moves in the first row of a batch, by what the row above it had."""
        name, settings = self.variant.optimizer.name, self.variant.optimizer.settings
        shape = self.rows.shape
        result = {fixed: np.full(shape, self.study.values[fixed]) for fixed in self.network.fixed}
        for weight in self.network.weights:
            ours = self.ours[weight]
            if self.own is not None:
                memory = {letter: columns[f"{letter}[{weight}]"] for letter in self.own.letters}
                moved = self.own.step(self._known(columns, weight) | memory)
            else:
                memory = {letter: columns[f"{letter}[{weight}]"] for letter in self._letters[weight]}
                memory |= training.corrected(name, settings, memory, self.counters["iteration"])
                moved = training.step(name, settings, ours, self._gradient(columns, weight), self.rate, memory)
            result[weight] = self._later(weight, moved)
        return result

    def _later(self, name: str, moved: Array) -> Array:
        """Return what each row has of a parameter of which every row of a batch says what it is ``moved`` to."""
        ours = self.ours[name]
        after = np.where(self.starts, np.roll(moved, 1), np.roll(ours, 1))
        after[0] = self.study.values[name] if self.first == 0 else ours[0]
        return after


def _compare(
    study: Study, variant: int, here: Batches, theirs: Columns, tolerance: Tolerance, bounds: RowBounds
) -> Iterator[Difference]:
    """Yield the cells of some batches that lie further from the reference than rounding explains."""
    graph = study.graphs[variant]
    names = [name for name in graph.names if name in theirs]
    missing = {q.name for q in graph.quantities if q.section != Section.DATA or study.samples} - set(names)
    assert not missing, f"the reference has no opinion on {missing}"
    positions = [graph.position[name] for name in names]
    traced = here.rows[:, positions]
    reference = np.column_stack([theirs[name] for name in names])
    rows, columns = np.nonzero(apart(traced, reference, tolerance))
    concerned, batch = np.unique(rows // study.batch, return_inverse=True)
    limits = bounds.of_some(here, concerned.tolist())[batch, rows % study.batch, np.array(positions)[columns]]
    a, b = traced[rows, columns], reference[rows, columns]
    for cell in np.flatnonzero(apart(a, b, tolerance, limits + SMALLEST_SLOPE)).tolist():
        row, name = here.first + int(rows[cell]), names[columns[cell]]
        yield _difference(study, variant, name, row, float(a[cell]), float(b[cell]))


def _difference(study: Study, variant: int, name: str, row: int, ours: float, theirs: float) -> Difference:
    return Difference(
        sheet=study.variants[variant].sheet,
        cell=f"{Layout(study).letter(name, variant)}{FIRST_ROW + row}",
        kind=Kind.REFERENCE,
        expected=ours,
        found=theirs,
        quantity=name,
        iteration=row // study.batch,
        rate=study.variants[variant].rate,
    )
