"""How far two right computations of one number may lie apart.

A fixed relative tolerance fails where nearly equal numbers are subtracted: 1 − a of a saturated neuron
keeps few digits, and spreadsheets snap such differences to 0. So each quantity also gets a running error
bound, scaled to the operands that it was computed from (Higham, Accuracy and Stability of Numerical
Algorithms, 2002, section 3.3).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS, ValueOf, evaluate_expanded, expanded, nothing
from sheetgen.algebra.expr import Apply, Before, Const, Expr, Held, Var
from sheetgen.algebra.ops import PRIMITIVES, operands_by_letter
from sheetgen.algebra.parser import parse_row
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


def same_when_saved(a: float, b: float) -> bool:
    """Whether two numbers are one to 15 digits, which is what LibreOffice keeps of a number that it saves."""
    return a == b or abs(a - b) <= 1e-14 * max(abs(a), abs(b))


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
        self._compiled: dict[_Choice, list[tuple[str, _Bounded | None]]] = {}

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
        equation: _Choice,
        above: Sequence[float] = (),
        errors_above: Mapping[str, float] | None = None,
    ) -> dict[str, float]:
        """Return the bounds of every quantity of a row; one without an equation starts with its own rounding."""
        names = self._graph.names
        values = {**self._constants, **dict(zip(names, row, strict=True))}
        values_above = dict(zip(names, above, strict=False))
        errors = {name: self._unit * abs(value) for name, value in self._constants.items()}
        here = BoundedNumbers(values.__getitem__, errors.__getitem__)
        known = _Known(here, self._unit, BoundedNumbers(values_above.__getitem__, (errors_above or {}).__getitem__))
        for name, computed in self._equations(equation):
            errors[name] = self._unit * abs(values[name]) if computed is None else computed(known)[1]
        return {name: errors[name] for name in names}

    def _equations(self, equation: _Choice) -> list[tuple[str, _Bounded | None]]:
        """Return what computes every quantity with its error bound, compiled once."""
        if equation not in self._compiled:
            chosen = ((quantity.name, equation(quantity)) for quantity in self._graph.quantities)
            self._compiled[equation] = [
                (name, None if expr is None else _compiled(expanded(expr))) for name, expr in chosen
            ]
        return self._compiled[equation]


_Choice = Callable[[Quantity], Expr | None]
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
    return _compiled(expanded(expr))(_Known(BoundedNumbers(value, error), unit, held=held))[1]


@dataclass(frozen=True)
class _Known:
    """The numbers that an expression is computed from: of a row, of the row above and of the network as it is."""

    here: BoundedNumbers
    unit: float
    above: BoundedNumbers = _NONE
    held: BoundedNumbers = _NONE


_ORDERS = frozenset({"gt", "ge", "lt", "le"})

_Bounded = Callable[[_Known], tuple[float, float]]
"""Gives the value of an expression and its error bound."""


def _compiled(expr: Expr) -> _Bounded:
    """Return the function that computes an expression, in which nothing is left to expand, with its error bound."""
    if isinstance(expr, Const):
        constant = expr.value, 0.0
        return lambda known: constant
    if not isinstance(expr, Apply):
        return _named(expr)
    if expr.op == "where":
        return _choice(expr.args[0], *map(_compiled, expr.args))
    return _operation(expr.op, [_compiled(arg) for arg in expr.args])


def _named(expr: Var | Before | Held) -> _Bounded:
    name = expr.name
    if isinstance(expr, Var):
        return lambda known: (known.here.value(name), known.here.error(name))
    if isinstance(expr, Before):
        return lambda known: (known.above.value(name), known.above.error(name))
    return lambda known: (known.held.value(name), known.held.error(name))


def _choice(test: Expr, condition: _Bounded, yes: _Bounded, no: _Bounded) -> _Bounded:
    """Return the function of `where`; where rounding decides between its branches, either may be right.

    Bounds grow with the unit, but whether rounding decides does not: so it is asked at the tolerance's own unit, and
    what lies between the branches is put into the bound as so much of the unit that is asked for.
    """
    orders = isinstance(test, Apply) and test.op in _ORDERS
    sides = [_compiled(arg) for arg in test.args] if isinstance(test, Apply) and orders else []

    def computed(known: _Known) -> tuple[float, float]:
        taken, other = (yes, no) if condition(known)[0] else (no, yes)
        result, error = taken(known)
        if sides:
            (a, a_error), (b, b_error) = (side(known) for side in sides)
            units = known.unit / Tolerance.atol or 1.0
            if 0 < abs(a - b) * units <= a_error + b_error + known.unit * (abs(a) + abs(b)):
                with suppress(*ARITHMETIC_ERRORS):
                    error += abs(other(known)[0] - result) * units
        return result, error

    return computed


def _operation(op: str, operands: Sequence[_Bounded]) -> _Bounded:
    """Return the function of an operation: its own rounding, and the errors of its operands times its slopes."""
    row = PRIMITIVES[op]
    slopes = _slopes(row.derivatives)
    assert row.evaluate is not None, f"{op} has neither an evaluation nor an expansion"
    function = row.evaluate

    def computed(known: _Known) -> tuple[float, float]:
        bounded = [operand(known) for operand in operands]
        values = [value for value, _ in bounded]
        result = _finite(op, function(*values))
        total = known.unit * (sum(map(abs, values)) if row.cancels else abs(result))
        if row.kinks:
            return result, total + _reach(op, function, bounded, result)
        for (_, error), slope in zip(bounded, slopes, strict=True):
            if error:
                total += error * slope(values, result)
        return result, total

    return computed


def _finite(op: str, value: float) -> float:
    if not math.isfinite(value):
        raise OverflowError(f"{op} overflows")
    return value


def _reach(op: str, function: Callable[..., float], operands: Sequence[tuple[float, float]], result: float) -> float:
    """Return how far an operation with kinks moves: its slope on one side of a kink tells nothing of the other."""
    try:
        moved = [_finite(op, function(*[value + sign * error for value, error in operands])) for sign in (1, -1)]
    except OverflowError:
        return max(error for _, error in operands)
    return max(abs(value - result) for value in moved)


_Slope = Callable[[Sequence[float], float], float]
"""Gives |∂y/∂operand| from the operands and the result."""


@cache
def _slopes(rules: tuple[str, ...]) -> tuple[_Slope, ...]:
    """Return the slopes of an operation, one for each operand, from the rules of the table."""
    return tuple(_slope(expanded(parse_row(rule))) for rule in rules)


def _slope(rule: Expr) -> _Slope:
    """Return a rule of the table as a function; it gives 0 at the edge of the operation's domain."""
    if isinstance(rule, Const):
        constant = abs(rule.value)
        return lambda operands, result: constant
    if isinstance(rule, Var) and rule.name != "y":
        place = "abc".index(rule.name)
        return lambda operands, result: abs(operands[place])

    def slope(operands: Sequence[float], result: float) -> float:
        names = {**operands_by_letter(operands), "y": result}
        try:
            return abs(evaluate_expanded(rule, names.__getitem__))
        except ARITHMETIC_ERRORS:
            return 0.0

    return slope
