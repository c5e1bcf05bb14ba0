"""Expressions over whole arrays, elementwise; what a spreadsheet shows as an error is NaN.

The values may be a rounding off those of `sheetgen.algebra.evaluate`: NumPy's exponential is not Python's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS
from sheetgen.algebra.expr import Apply, Before, Const, Expr, Held, OverBatch, Var
from sheetgen.algebra.ops import PRIMITIVES

Array = NDArray[np.float64]

ArrayOf = Callable[[Var | Before | Held], Array]
"""Gives the array of a name."""

Function = Callable[..., Any]
"""Takes arrays and gives one, of truth values where it compares."""


def compiled(expr: Expr) -> Callable[[ArrayOf], Array]:
    """Return the function that computes an expression in which nothing is left to expand."""
    if isinstance(expr, Const):
        constant = np.array(expr.value)
        return lambda array: constant
    assert not isinstance(expr, OverBatch), f"{expr} is no number of one row"
    if not isinstance(expr, Apply):
        return lambda array: array(expr)
    operands = [compiled(arg) for arg in expr.args]
    if expr.op == "where":
        return _choice(operands)
    function = function_of(expr.op)
    return lambda array: function(*[operand(array) for operand in operands])


def _choice(operands: Sequence[Callable[[ArrayOf], Array]]) -> Callable[[ArrayOf], Array]:
    """Return the function of `where`, which computes a branch only if some element takes it."""
    condition, yes, no = operands

    def computed(array: ArrayOf) -> Array:
        test = condition(array)
        if test.all():
            return yes(array)
        return np.where(test, yes(array), no(array)) if test.any() else no(array)

    return computed


def function_of(op: str) -> Function:
    """Return the function of an operation that has no expansion."""
    row = PRIMITIVES[op]
    assert row.evaluate is not None, f"{op} has neither an evaluation nor an expansion"
    if row.kind == "comparison":
        return row.evaluate
    if op in _FUNCTIONS or row.kind == "operator":
        return _or_nan(_FUNCTIONS.get(op, row.evaluate))
    return _or_nan(_one_by_one(row.evaluate, row.arity))


def _or_nan(function: Function) -> Function:
    """Let an infinity be NaN at once: it would vanish in 1/x."""

    def computed(*operands: Array) -> Array:
        result = function(*operands)
        finite = np.isfinite(result)
        return result if finite.all() else np.where(finite, result, np.nan)

    return computed


def _one_by_one(function: Callable[..., float], arity: int) -> Function:
    """Return a function of numbers as one of arrays."""

    def computed(*operands: float) -> float:
        try:
            return float(function(*operands))
        except ARITHMETIC_ERRORS:
            return np.nan

    if arity == 0:
        return lambda: np.array(computed())
    of_arrays: Any = np.frompyfunc(computed, arity, 1)
    return lambda *operands: np.asarray(of_arrays(*operands), dtype=float)


def _power(base: Array, exponent: Array) -> Array:
    """Raise as Excel does, where 0^0 is an error."""
    power, zeroth = base**exponent, exponent == 0
    return np.where(zeroth & (base == 0), np.nan, power) if zeroth.any() else power


_FUNCTIONS: dict[str, Function] = {
    "pow": _power,
    "exp": np.exp,
    "ln": np.log,
    "sqrt": np.sqrt,
    "tanh": np.tanh,
    "abs": np.abs,
    "sign": np.sign,
    "max": np.maximum,
    "min": np.minimum,
    "floor": np.floor,
}
"""NumPy's own functions. Operators work on arrays as they are; what is neither is asked number by number."""
