"""How far two right computations of one number may lie apart.

A fixed relative tolerance fails where nearly equal numbers are subtracted: 1 − a of a saturated neuron
keeps few digits, and spreadsheets snap such differences to 0. So each quantity also gets a running error
bound, scaled to the operands that it was computed from (Higham, Accuracy and Stability of Numerical
Algorithms, 2002, section 3.3).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sheetgen.algebra.calculus import local_derivative
from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS, ValueOf, evaluate, expanded, nothing
from sheetgen.algebra.expr import Apply, Before, Const, Expr, Held, Var
from sheetgen.algebra.ops import PRIMITIVES, operands_by_letter
from sheetgen.network.graph import Graph, Quantity, Section


@dataclass(frozen=True)
class Tolerance:
    """``rtol`` is relative to the larger number; ``atol`` to the operands the number was computed from."""

    rtol: float = 1e-12
    atol: float = 1e-14

    def close(self, a: float, b: float, bound: float = 0.0) -> bool:
        """Whether two numbers agree, in both directions alike; ``bound`` is an absolute error bound."""
        distance = abs(a - b)
        return a == b or (math.isfinite(distance) and distance <= self.rtol * max(abs(a), abs(b)) + bound)


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

    def follow(self, row: Sequence[float]) -> None:
        """Take the next row of values."""
        if len(self._rows) == self._batch:
            self._before, self._rows, self._inherited, self._errors = self._rows, [], None, []
        self._rows.append(row)

    def here(self) -> dict[str, float]:
        """Return an absolute error bound for each quantity of the last row."""
        if self._before and self._inherited is None:
            errors = self._bounds(self._before[0], lambda quantity: None if quantity.is_given else _at_start(quantity))
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
        return self._bounds(row, lambda quantity: quantity.in_row(first=True))

    def _bounds(
        self,
        row: Sequence[float],
        equation: Callable[[Quantity], Expr | None],
        above: Sequence[float] = (),
        errors_above: Mapping[str, float] | None = None,
    ) -> dict[str, float]:
        """Return the bounds of every quantity of a row; one without an equation starts with its own rounding."""
        names = self._graph.names
        values = {**self._constants, **dict(zip(names, row, strict=True))}
        values_above = dict(zip(names, above, strict=False))
        errors = {name: self._unit * abs(value) for name, value in self._constants.items()}
        here = BoundedNumbers(values.__getitem__, errors.__getitem__)
        numbers_above = BoundedNumbers(values_above.__getitem__, (errors_above or {}).__getitem__)
        computed = _Computed(here, self._unit, above=numbers_above)
        for quantity in self._graph.quantities:
            expr = equation(quantity)
            own = self._unit * abs(values[quantity.name])
            errors[quantity.name] = own if expr is None else computed.of(expanded(expr))[1]
        return {name: errors[name] for name in names}


def _later(quantity: Quantity) -> Expr | None:
    return quantity.in_row(first=False)


def _at_start(quantity: Quantity) -> Expr | None:
    """Return the equation of a quantity in the first row of a batch, where a mean begins anew."""
    return quantity.first if quantity.section == Section.MEANS else None if quantity.first else quantity.equation


@dataclass(frozen=True)
class BoundedNumbers:
    """The value of each name, and an absolute error bound for it."""

    value: ValueOf
    error: ValueOf


_NONE = BoundedNumbers(nothing, nothing)


def error_bound(expr: Expr, value: ValueOf, error: ValueOf, unit: float, held: BoundedNumbers = _NONE) -> float:
    """Return an absolute error bound for an expression over names with values and error bounds.

    ``held`` are the numbers of the network as it is.
    """
    return _Computed(BoundedNumbers(value, error), unit, held=held).of(expanded(expr))[1]


@dataclass(frozen=True)
class _Computed:
    """What is computed from the numbers of a row, of the row above and of the network as it is."""

    here: BoundedNumbers
    unit: float
    above: BoundedNumbers = _NONE
    held: BoundedNumbers = _NONE

    def of(self, expr: Expr) -> tuple[float, float]:
        """Return the value of an expression and its error bound."""
        if isinstance(expr, Const):
            return expr.value, 0.0
        if isinstance(expr, Var):
            return self.here.value(expr.name), self.here.error(expr.name)
        if isinstance(expr, Before):
            return self.above.value(expr.name), self.above.error(expr.name)
        if isinstance(expr, Held):
            return self.held.value(expr.name), self.held.error(expr.name)
        if expr.op == "where":
            condition, yes, no = expr.args
            holds = evaluate(condition, self.here.value, self.above.value, self.held.value)
            return self.of(yes if holds else no)
        row = PRIMITIVES[expr.op]
        operands = [self.of(arg) for arg in expr.args]
        names = operands_by_letter([operand[0] for operand in operands])
        result = _apply(expr.op, list(names.values()))
        scale = sum(map(abs, names.values())) if row.cancels else abs(result)
        total = self.unit * scale
        if row.kinks:
            return result, total + _reach(expr.op, operands, result)
        for index, (_, operand_error) in enumerate(operands):
            if operand_error:
                total += operand_error * _slope(expr.op, index, {**names, "y": result})
        return result, total


def _apply(op: str, operands: Sequence[float]) -> float:
    names = operands_by_letter(operands)
    return evaluate(Apply(op, tuple([Var(name) for name in names])), names.__getitem__)


def _reach(op: str, operands: Sequence[tuple[float, float]], result: float) -> float:
    """Return how far an operation with kinks moves: its slope on one side of a kink tells nothing of the other."""
    try:
        moved = [_apply(op, [value + sign * error for value, error in operands]) for sign in (1, -1)]
    except OverflowError:
        return max(error for _, error in operands)
    return max(abs(value - result) for value in moved)


def _slope(op: str, operand: int, names: Mapping[str, float]) -> float:
    """Return |∂y/∂operand| from the table; 0 at the edge of a function's domain."""
    try:
        return abs(evaluate(local_derivative(op, operand), names.__getitem__))
    except ARITHMETIC_ERRORS:
        return 0.0
