"""Running error bounds of whole arrays: what `error_bounds` says of one number, of many at once.

The two are written alike, function by function, and the tests hold them equal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, reduce

import numpy as np
from numpy.typing import NDArray

from sheetgen.algebra.evaluate import expanded
from sheetgen.algebra.expr import Apply, Before, Const, Expr, Held, OverBatch, Var
from sheetgen.algebra.ops import PRIMITIVES, comparisons, operands_by_letter
from sheetgen.algebra.parser import parse_row
from sheetgen.network import array_values
from sheetgen.network.array_values import Array, Function, function_of
from sheetgen.network.tolerance import Tolerance

Pair = tuple[Array, Array]
"""The values of an expression, and their error bounds."""


@dataclass(frozen=True)
class Known:
    """The numbers that an expression is computed from, and the relative error granted to every operation."""

    numbers: Callable[[Var | Before | Held], Pair]
    unit: float

    def values(self, name: Var | Before | Held) -> Array:
        """Return the values of a name."""
        return self.numbers(name)[0]


Bounded = Callable[[Known], Pair]
"""Gives the values of an expression and their error bounds."""


def compiled(expr: Expr) -> Bounded:
    """Return the function that computes an expression, in which nothing is left to expand, with its error bounds."""
    if isinstance(expr, Const):
        constant = np.array(expr.value), np.array(0.0)
        return lambda known: constant
    assert not isinstance(expr, OverBatch), f"{expr} is no number of one row"
    if not isinstance(expr, Apply):
        return lambda known: known.numbers(expr)
    if expr.op == "where":
        return _choice(*expr.args)
    return _operation(expr.op, [compiled(arg) for arg in expr.args])


def _choice(test: Expr, if_true: Expr, if_false: Expr) -> Bounded:
    """Return the function of `where`, which computes a branch only if some element takes it.

    Where rounding decides between the branches, either may be right.
    """
    condition, yes, no = array_values.compiled(test), compiled(if_true), compiled(if_false)
    compared = isinstance(test, Apply) and test.op in comparisons().values()
    sides = [compiled(arg) for arg in test.args] if isinstance(test, Apply) and compared else []

    def computed(known: Known) -> Pair:
        taken = condition(known.values)
        if taken.all():
            result, error = yes(known)
        elif not taken.any():
            result, error = no(known)
        else:
            (a, a_error), (b, b_error) = yes(known), no(known)
            result, error = np.where(taken, a, b), np.where(taken, a_error, b_error)
        if sides:
            units = known.unit / Tolerance.atol or 1.0
            near = _near([side(known) for side in sides], known.unit, units)
            if near.any():
                apart = np.abs(np.where(taken, no(known)[0], yes(known)[0]) - result) * units
                error = error + np.where(near & np.isfinite(apart), apart, 0.0)
        return result, error

    return computed


def _near(sides: Sequence[Pair], unit: float, units: float) -> NDArray[np.bool_]:
    """Return where rounding decides how two sides compare."""
    (a, a_error), (b, b_error) = sides
    apart = np.abs(a - b) * units
    return (apart > 0) & (apart <= a_error + b_error + unit * (np.abs(a) + np.abs(b)))


def _operation(op: str, operands: Sequence[Bounded]) -> Bounded:
    """Return the function of an operation: its own rounding, and the errors of its operands times its slopes."""
    row, function = PRIMITIVES[op], function_of(op)
    slopes = _slopes(row.derivatives)

    def computed(known: Known) -> Pair:
        bounded = [operand(known) for operand in operands]
        values = [value for value, _ in bounded]
        result = function(*values)
        total = known.unit * (reduce(np.add, map(np.abs, values)) if row.cancels else np.abs(result))
        if row.kinks:
            return result, total + _reach(function, bounded, result)
        for (_, error), slope in zip(bounded, slopes, strict=True):
            if np.count_nonzero(error):  # several times as fast as any() for a few numbers
                total = total + error * slope(values, result)
        return result, total

    return computed


def _reach(function: Function, operands: Sequence[Pair], result: Array) -> Array:
    """Return how far an operation with kinks moves, with every operand moved up and every operand moved down."""
    up, down = (function(*[value + sign * error for value, error in operands]) for sign in (1, -1))
    reach = np.maximum(np.abs(up - result), np.abs(down - result))
    return np.where(np.isnan(reach), reduce(np.maximum, (error for _, error in operands)), reach)


_Slope = Callable[[Sequence[Array], Array], Array]
"""Gives |∂y/∂operand| from the operands and the result."""


@cache
def _slopes(rules: tuple[str, ...]) -> tuple[_Slope, ...]:
    """Return the slopes of an operation, one for each operand, from the rules of the table."""
    return tuple(_slope(array_values.compiled(expanded(parse_row(rule)))) for rule in rules)


def _slope(rule: Callable[[array_values.ArrayOf], Array]) -> _Slope:
    """Return a rule of the table as a function; it gives 0 at the edge of the operation's domain."""

    def slope(operands: Sequence[Array], result: Array) -> Array:
        arrays = {**operands_by_letter(operands), "y": result}
        slopes = np.abs(rule(lambda letter: arrays[letter.name]))
        finite = np.isfinite(slopes)
        return slopes if finite.all() else np.where(finite, slopes, 0.0)

    return slope
