"""How far two right computations of one expression may lie apart: a running error bound.

It is scaled to the operands that the expression is computed from (Higham, Accuracy and Stability of Numerical
Algorithms, 2002, section 3.3).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS, ValueOf, evaluate_expanded, expanded, nothing
from sheetgen.algebra.expr import Apply, Before, Const, Expr, Held, OverBatch, Var
from sheetgen.algebra.ops import PRIMITIVES, comparisons, operands_by_letter
from sheetgen.algebra.parser import parse_row
from sheetgen.network.tolerance import Tolerance


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
    return compiled(expanded(expr))(Known(BoundedNumbers(value, error), unit, held=held))[1]


@dataclass(frozen=True)
class Known:
    """The numbers that an expression is computed from: of a row, of the row above and of the network as it is."""

    here: BoundedNumbers
    unit: float
    above: BoundedNumbers = _NONE
    held: BoundedNumbers = _NONE


_COMPARISONS = frozenset(comparisons().values())

Bounded = Callable[[Known], tuple[float, float]]
"""Gives the value of an expression and its error bound."""


def compiled(expr: Expr) -> Bounded:
    """Return the function that computes an expression, in which nothing is left to expand, with its error bound."""
    if isinstance(expr, Const):
        constant = expr.value, 0.0
        return lambda known: constant
    if not isinstance(expr, Apply):
        return _named(expr)
    if expr.op == "where":
        return _choice(expr.args[0], *map(compiled, expr.args))
    return _operation(expr.op, [compiled(arg) for arg in expr.args])


def _named(expr: Var | Before | Held | OverBatch) -> Bounded:
    assert not isinstance(expr, OverBatch), f"{expr.function} is no number of one row"
    name = expr.name
    if isinstance(expr, Var):
        return lambda known: (known.here.value(name), known.here.error(name))
    if isinstance(expr, Before):
        return lambda known: (known.above.value(name), known.above.error(name))
    return lambda known: (known.held.value(name), known.held.error(name))


def _choice(test: Expr, condition: Bounded, yes: Bounded, no: Bounded) -> Bounded:
    """Return the function of `where`; where rounding decides between its branches, either may be right.

    Bounds grow with the unit, but whether rounding decides does not: so it is asked at the tolerance's own unit, and
    what lies between the branches is put into the bound as so much of the unit that is asked for.
    """
    compared = isinstance(test, Apply) and test.op in _COMPARISONS
    sides = [compiled(arg) for arg in test.args] if isinstance(test, Apply) and compared else []

    def computed(known: Known) -> tuple[float, float]:
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


def _operation(op: str, operands: Sequence[Bounded]) -> Bounded:
    """Return the function of an operation: its own rounding, and the errors of its operands times its slopes."""
    row = PRIMITIVES[op]
    slopes = _slopes(row.derivatives)
    assert row.evaluate is not None, f"{op} has neither an evaluation nor an expansion"
    function = row.evaluate
    if len(operands) == 2 and not row.kinks:
        return _of_two(op, function, operands, slopes, row.cancels)

    def computed(known: Known) -> tuple[float, float]:
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


def _of_two(
    op: str, function: Callable[..., float], operands: Sequence[Bounded], slopes: tuple[_Slope, ...], cancels: bool
) -> Bounded:
    """Return the function of an operation of two operands and no kinks, which most are: the same, in fewer steps."""
    (first, second), (along_first, along_second) = operands, slopes

    def computed(known: Known) -> tuple[float, float]:
        a, a_error = first(known)
        b, b_error = second(known)
        result = _finite(op, function(a, b))
        total = known.unit * (abs(a) + abs(b) if cancels else abs(result))
        if a_error:
            total += a_error * along_first((a, b), result)
        if b_error:
            total += b_error * along_second((a, b), result)
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
