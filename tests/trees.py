"""Random expressions for property tests, and ways to evaluate that share nothing with the package."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

import mpmath  # type: ignore[import-untyped]
from hypothesis import strategies as st
from mpmath import mpf, workdps

from sheetgen.expr import Apply, Const, Expr, Var
from sheetgen.ops import PRIMITIVES

VALUES: Mapping[str, float] = {"a": 0.75, "b": -1.25, "c": 2.5, "d": 0.1}
BINARY = ("add", "sub", "mul", "div", "pow")
UNARY = ("neg", *(name for name, row in PRIMITIVES.items() if row.is_function))

_CONSTANTS = (0.0, 0.5, 1.0, 2.0, 3.0, -1.0, -2.0, -0.5, 1e-5, 0.1)

LEAVES = st.one_of(st.sampled_from([Const(c) for c in _CONSTANTS]), st.sampled_from([Var(n) for n in VALUES]))


def _applied(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    one = st.builds(lambda op, a: Apply(op, (a,)), st.sampled_from(UNARY), inner)
    two = st.builds(lambda op, a, b: Apply(op, (a, b)), st.sampled_from(BINARY), inner, inner)
    return st.one_of(one, two)


EXPRESSIONS: st.SearchStrategy[Expr] = st.recursive(LEAVES, _applied, max_leaves=12)


def spreadsheet_power(base: float, exponent: float) -> float:
    if base == exponent == 0:
        raise ValueError("0^0")
    return math.pow(base, exponent)


FUNCTIONS = {
    "exp": math.exp,
    "ln": math.log,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
}
"""The functions of the template language, written down anew."""

ERRORS = (ValueError, OverflowError, ZeroDivisionError)


class Float(float):
    """A float that computes as a spreadsheet does: overflow is an error, and so is 0^0."""

    def __add__(self, other: float) -> Float:
        return _kept(float(self) + float(other))

    def __sub__(self, other: float) -> Float:
        return _kept(float(self) - float(other))

    def __mul__(self, other: float) -> Float:
        return _kept(float(self) * float(other))

    def __truediv__(self, other: float) -> Float:
        return _kept(float(self) / float(other))

    def __neg__(self) -> Float:
        return Float(-float(self))

    def __pos__(self) -> Float:
        return self

    def __pow__(self, other: float, mod: None = None) -> Float:
        return _kept(spreadsheet_power(float(self), float(other)))


def _kept(value: float) -> Float:
    if not math.isfinite(value):
        raise OverflowError
    return Float(value)


def exact(tree: Expr, number: Callable[[float], Any] = repr) -> Any:
    """Evaluate with 60 digits: no rounding to argue about.

    A constant is the decimal that it is written as; with ``number=float`` it is the double.
    """
    with workdps(60):
        if isinstance(tree, Const):
            return mpf(number(tree.value))
        if isinstance(tree, Var):
            return mpf(VALUES[tree.name])
        return +_EXACT[tree.op](*(exact(arg, number) for arg in tree.args))


_EXACT: Mapping[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
    "pow": mpmath.power,
    "exp": mpmath.exp,
    "ln": mpmath.log,
    "sqrt": mpmath.sqrt,
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "tanh": mpmath.tanh,
}
