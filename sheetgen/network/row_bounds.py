"""Error bounds of the rows of a training, quantity by quantity."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from sheetgen.algebra.evaluate import expanded
from sheetgen.algebra.expr import Expr
from sheetgen.network.error_bounds import Bounded, BoundedNumbers, Known, compiled
from sheetgen.network.graph import Graph, Quantity, Section


class RowBounds:
    """Error bounds of the rows of a training, which it follows row by row.

    ``unit`` is the relative error granted to every operation, and to every number a batch starts from. The
    weights of a batch have the rounding of the batch before, whose gradients led to them, however small they
    are; what lies further back is not added up, or the bounds would grow until nothing could fail.
    """

    def __init__(self, graph: Graph, constants: Mapping[str, float], unit: float, batch: int) -> None:
        self._graph, self._constants, self._unit, self._batch = graph, constants, unit, batch
        self._before: list[Sequence[float]] = []
        self._rows: list[Sequence[float]] = []
        self._inherited: dict[str, float] | None = None
        self._errors: list[dict[str, float]] = []
        self._compiled: dict[_Equation, list[tuple[str, Bounded | None]]] = {}

    def follow(self, row: Sequence[float]) -> None:
        """Take the next row of values."""
        if len(self._rows) == self._batch:
            self._before, self._rows, self._inherited, self._errors = self._rows, [], None, []
        self._rows.append(row)

    def here(self) -> dict[str, float]:
        """Return an absolute error bound for each quantity of the last row."""
        if self._before and self._inherited is None:
            errors = self._bounds(self._before[0], _given_or_at_start)
            for above, row in pairwise(self._before):
                errors = self._bounds(row, _later, above, errors)
            self._inherited = errors
        while len(self._errors) < len(self._rows):
            self._errors.append(self._bounds_of(len(self._errors)))
        return self._errors[-1]

    def _bounds_of(self, index: int) -> dict[str, float]:
        """Return the bounds of a row of this batch, from those of the row above it."""
        row = self._rows[index]
        if index:
            return self._bounds(row, _later, self._rows[index - 1], self._errors[-1])
        if self._inherited is not None:
            return self._bounds(row, _later, self._before[-1], self._inherited)
        return self._bounds(row, _at_once)

    def _bounds(
        self,
        row: Sequence[float],
        equation: _Equation,
        above: Sequence[float] = (),
        errors_above: Mapping[str, float] | None = None,
    ) -> dict[str, float]:
        """Return the bounds of every quantity of a row; one without an equation starts with its own rounding."""
        names = self._graph.names
        values = {**self._constants, **dict(zip(names, row, strict=True))}
        values_above = dict(zip(names, above, strict=False))
        errors = {name: self._unit * abs(value) for name, value in self._constants.items()}
        here = BoundedNumbers(values.__getitem__, errors.__getitem__)
        known = Known(here, self._unit, BoundedNumbers(values_above.__getitem__, (errors_above or {}).__getitem__))
        for name, computed in self._equations(equation):
            errors[name] = self._unit * abs(values[name]) if computed is None else computed(known)[1]
        return {name: errors[name] for name in names}

    def _equations(self, equation: _Equation) -> list[tuple[str, Bounded | None]]:
        """Return what computes every quantity with its error bound, compiled once."""
        if equation not in self._compiled:
            chosen = ((quantity.name, equation(quantity)) for quantity in self._graph.quantities)
            self._compiled[equation] = [
                (name, None if expr is None else compiled(expanded(expr))) for name, expr in chosen
            ]
        return self._compiled[equation]


_Equation = Callable[[Quantity], Expr | None]
"""Says by which equation a quantity comes about in a row, if by any."""


def _at_once(quantity: Quantity) -> Expr | None:
    """Return the equation of a quantity in the first row of the training."""
    return quantity.in_row(first=True)


def _given_or_at_start(quantity: Quantity) -> Expr | None:
    """Return the equation of a quantity in the first row of the batch before, whose data and weights are given."""
    return None if quantity.is_given else _at_start(quantity)


def _later(quantity: Quantity) -> Expr | None:
    return quantity.in_row(first=False)


def _at_start(quantity: Quantity) -> Expr | None:
    """Return the equation of a quantity in the first row of a batch, where a mean begins anew."""
    return quantity.first if quantity.section == Section.MEANS else None if quantity.first else quantity.equation
