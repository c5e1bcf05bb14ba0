"""Error bounds of the rows of a training, quantity by quantity."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from sheetgen.algebra.expr import Expr, OverBatch
from sheetgen.network.alike import Alike, alike
from sheetgen.network.array_bounds import Pair
from sheetgen.network.array_values import Array
from sheetgen.network.batches import Batches
from sheetgen.network.bounds_over_batch import bound_over_batch
from sheetgen.network.graph import Graph, Quantity, Section
from sheetgen.network.over_batch import Stage, stages

_MOST_NUMBERS = 2_000_000
"""About how many numbers are bounded at a time."""


class RowBounds:
    """Error bounds of the rows of a training, of many batches at once.

    ``unit`` is the relative error granted to every operation, and to every number a batch starts from. The
    weights of a batch have the rounding of the batch before, whose gradients led to them, however small they
    are, by way of what an optimiser keeps, too; what lies further back is not added up, or the bounds would
    grow until nothing could fail.
    """

    def __init__(self, graph: Graph, constants: Mapping[str, float], unit: float, batch: int) -> None:
        self._graph, self._unit, self._batch = graph, unit, batch
        self._equations = _row_equations(graph, tuple(constants))
        self._constants = np.array(list(constants.values())).reshape(-1, 1, 1)

    def of_some(self, batches: Batches, chosen: Sequence[int], rows: int | None = None) -> Array:
        """Return the bounds of chosen batches, in ascending order, or of so many of their rows: as `of` does."""
        if rows and self._graph.over_batch:
            return self.of_some(batches, chosen)[:, :rows]
        ahead = len(batches.before)
        begins = not ahead and list(chosen[:1]) == [0]
        bounds = [np.empty_like(batches.values[:0, :rows])]
        if begins:
            bounds.append(self.of(batches.values[:1, :rows]))
        history = np.concatenate((batches.before, batches.values))
        at_a_time = 1 + _MOST_NUMBERS // history[0].size
        for start in range(begins, len(chosen), at_a_time):
            some = np.array(chosen[start : start + at_a_time])
            bounds.append(self.of(batches.values[some, :rows], history[some + ahead - 1]))
        return np.concatenate(bounds)

    def of(self, batches: Array, before: Array | None = None) -> Array:
        """Return the bounds of the quantities of batches, like these [batch, row, quantity].

        Of a batch its first rows may do, where its rows do not meet. ``before`` is the whole batch before each; without
        it a training begins.
        """
        here = self._known(batches)
        with np.errstate(all="ignore"):
            if before is None:
                self._bound(here, self._equations.at_once, None)
            else:
                above = self._known(before)
                self._bound(above, self._equations.at_start, None)
                self._bound(here, self._equations.later, _rows(above, self._batch - 1, self._batch))
        return here[1][: len(self._graph.names)].transpose(2, 1, 0)

    def _known(self, batches: Array) -> Pair:
        """Return values as [quantity, row, batch], constants among the quantities, and room for their bounds."""
        values = np.concatenate((batches.transpose(2, 1, 0), np.broadcast_to(self._constants, self._shape(batches))))
        return values, np.full(values.shape, np.nan)

    def _shape(self, batches: Array) -> tuple[int, int, int]:
        return len(self._constants), batches.shape[1], batches.shape[0]

    def _bound(self, here: Pair, first: _Equations, above: Pair | None) -> None:
        """Put in the bounds of batches: of the first row by equations of its own, then of all others."""
        start, rest, later = _rows(here, 0, 1), _rows(here, 1, None), self._equations.later
        for known, given in ((start, first.given), (rest, later.given)):
            known[1][given] = self._unit * np.abs(known[0][given])
        for of_first, of_later in zip(first.stages, later.stages, strict=True):
            for quantity, function, of in of_later.over_batch:
                here[1][quantity] = bound_over_batch(function, here[0][of], here[1][of], self._unit)
            for layer in of_first.layers:
                for equations in layer:
                    equations.bound(start, above, self._unit)
            kept = list(of_first.kept)
            start[1][kept] += self._unit * np.abs(start[0][kept])
            for layer in of_later.layers:
                self._bound_later(here, rest, layer)

    def _bound_later(self, here: Pair, rest: Pair, layer: Sequence[Alike]) -> None:
        """Put in the bounds of one layer of all rows but the first."""
        for equations in layer:
            if not equations.looks_back:
                equations.bound(rest, None, self._unit)
        for row in range(1, here[0].shape[1]):
            for equations in layer:
                if equations.looks_back:
                    equations.bound(_rows(here, row, row + 1), _rows(here, row - 1, row), self._unit)


class _RowEquations:
    """By which equations the quantities of a row come about, given the names of the constants that they refer to."""

    def __init__(self, graph: Graph, constants: Sequence[str]) -> None:
        self._graph = graph
        self._places = {name: place for place, name in enumerate((*graph.names, *constants))}

    @cached_property
    def at_once(self) -> _Equations:
        """The equations of the first row of the training."""
        return self._of(lambda quantity: quantity.in_row(first=True))

    @cached_property
    def at_start(self) -> _Equations:
        """Those of the first row of the batch before: its data and weights are given, and a mean begins anew.

        What an optimiser keeps there comes of that row's gradient, and of what it kept before, which is given.
        """
        kept = [q for q in self._graph.section(Section.OPTIMIZER) if q.first is not None]
        return self._of(_at_start, [self._places[quantity.name] for quantity in kept])

    @cached_property
    def later(self) -> _Equations:
        """Those of any later row."""
        return self._of(lambda quantity: quantity.in_row(first=False))

    def _of(self, equation: Callable[[Quantity], Expr | None], kept: Sequence[int] = ()) -> _Equations:
        chosen = {quantity.name: equation(quantity) for quantity in self._graph.quantities}
        given = [place for name, place in self._places.items() if chosen.get(name) is None]
        return _Equations(given, [self._stage(stage, chosen, kept) for stage in stages(self._graph.quantities)])

    def _stage(self, stage: Stage, chosen: Mapping[str, Expr | None], kept: Sequence[int]) -> _StageEquations:
        found = {quantity.name: chosen[quantity.name] for quantity in stage.quantities}
        equations = {name: expr for name, expr in found.items() if expr is not None}
        here = {self._places[name] for name in equations}
        over_batch = [
            (self._places[q.name], q.equation.function, self._places[q.equation.name])
            for q in stage.before
            if isinstance(q.equation, OverBatch)
        ]
        return _StageEquations(over_batch, alike(equations, self._places), [place for place in kept if place in here])


_row_equations = lru_cache(maxsize=4)(_RowEquations)  # a network is bounded for several ends


@dataclass(frozen=True)
class _StageEquations:
    """A stage of a batch: what is found of the whole batch first, and then the equations of its rows in layers.

    ``over_batch`` has the place of such a number, its function and the place of the quantity that it is made of;
    ``kept`` are those of the others that have, besides, the rounding of what was given before.
    """

    over_batch: Sequence[tuple[int, str, int]]
    layers: Sequence[Sequence[Alike]]
    kept: Sequence[int]


@dataclass(frozen=True)
class _Equations:
    """What the quantities of a row come from: which are given, with their own rounding, and the others by stages."""

    given: Sequence[int]
    stages: Sequence[_StageEquations]


def _at_start(quantity: Quantity) -> Expr | None:
    if quantity.is_given:
        return None
    if quantity.section == Section.MEANS or (quantity.section == Section.OPTIMIZER and quantity.first):
        return quantity.first
    return None if quantity.first else quantity.equation


def _rows(pair: Pair, first: int, end: int | None) -> Pair:
    """Return some rows of all batches, without copying them."""
    return pair[0][:, first:end], pair[1][:, first:end]
