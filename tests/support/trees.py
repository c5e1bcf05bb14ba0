"""Random expressions for property tests, and ways to evaluate that share nothing with the package."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import mpmath  # type: ignore[import-untyped]
from hypothesis import strategies as st
from mpmath import mpf, workdps

from sheetgen.algebra.expr import Apply, Const, Expr, Var
from sheetgen.algebra.ops import PRIMITIVES

VALUES: Mapping[str, float] = {"a": 0.75, "b": -1.25, "c": 2.5, "d": 0.1}
COMPARISONS = ("gt", "ge", "lt", "le", "eq")
UNARY = tuple(name for name, row in PRIMITIVES.items() if row.arity == 1)
BINARY = tuple(name for name, row in PRIMITIVES.items() if row.arity == 2 and name not in COMPARISONS)

_CONSTANTS = (0.0, 0.5, 1.0, 2.0, 3.0, -1.0, -2.0, -0.5, 1e-5, 0.1)

LEAVES = st.one_of(
    st.sampled_from([Const(c) for c in _CONSTANTS]), st.sampled_from([*map(Var, VALUES), Apply("pi", ())])
)


def _applied(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    unary = st.builds(lambda op, a: Apply(op, (a,)), st.sampled_from(UNARY), inner)
    binary = st.builds(lambda op, a, b: Apply(op, (a, b)), st.sampled_from(BINARY), inner, inner)
    compared = st.builds(lambda op, a, b: Apply(op, (a, b)), st.sampled_from(COMPARISONS), inner, inner)
    choice = st.builds(lambda *args: Apply("where", args), compared, inner, inner)
    return st.one_of(unary, binary, binary, choice)


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
    "abs": math.fabs,
    "sign": lambda z: 0.0 if z == 0 else math.copysign(1.0, z),
    "floor": lambda z: float(z // 1),
    "sin": math.sin,
    "cos": math.cos,
    "held": float,
    "relu": lambda z: z if z > 0 else 0.0,
    "elu": lambda z: z if z > 0 else math.exp(z) - 1,
    "l1_penalty": math.fabs,
}
"""Functions of the template language, of one operand, written down anew."""

ERRORS = (ValueError, OverflowError, ZeroDivisionError)


class Float(float):
    """A float that computes as a spreadsheet does: overflow is an error, and so is 0^0."""

    def __add__(self, other: float) -> Float:
        return _finite(float(self) + float(other))

    def __sub__(self, other: float) -> Float:
        return _finite(float(self) - float(other))

    def __mul__(self, other: float) -> Float:
        return _finite(float(self) * float(other))

    def __truediv__(self, other: float) -> Float:
        return _finite(float(self) / float(other))

    def __neg__(self) -> Float:
        return Float(-float(self))

    def __pos__(self) -> Float:
        return self

    def __pow__(self, other: float, mod: None = None) -> Float:
        return _finite(spreadsheet_power(float(self), float(other)))


def _finite(value: float) -> Float:
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
        if tree.op == "where":
            condition, yes, no = tree.args
            return exact(yes if exact(condition, number) else no, number)
        result = _EXACT[tree.op](*(exact(arg, number) for arg in tree.args))
        return result if isinstance(result, bool) else +result


def _real_part(a: Any) -> Any:
    """Return a number of which only the real part may be compared; ValueError where it is complex."""
    if getattr(a, "imag", 0) != 0:
        raise ValueError("not real")
    return getattr(a, "real", a)


def _real(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *operands: function(*map(_real_part, operands))


def _gelu(z: Any) -> Any:
    return z / 2 * (1 + mpmath.tanh(mpmath.sqrt(2 / mpmath.pi) * (z + mpf("0.044715") * z**3)))


def _huber(a: Any, b: Any) -> Any:
    return (a - b) ** 2 / 2 if abs(a - b) <= 1 else abs(a - b) - mpf("0.5")


def _cce(a: Any, b: Any) -> Any:
    return mpf(0) if b == 0 else -b * mpmath.log(a)


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
    "stable_sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "tanh": mpmath.tanh,
    "gt": _real(operator.gt),
    "ge": _real(operator.ge),
    "lt": _real(operator.lt),
    "le": _real(operator.le),
    "eq": _real(operator.eq),
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "pi": lambda: mpf(mpmath.pi),
    "abs": _real(abs),
    "sign": _real(mpmath.sign),
    "max": _real(max),
    "min": _real(min),
    "floor": _real(mpmath.floor),
    "mod": _real(lambda a, b: a - b * mpmath.floor(a / b)),
    "held": lambda z: z,
    "identity": lambda z: z,
    "relu": _real(lambda z: max(z, mpf(0))),
    "leaky_relu": _real(lambda z: max(z, mpf("0.01") * z)),
    "elu": _real(lambda z: z if z > 0 else mpmath.expm1(z)),
    "softplus": _real(lambda z: mpmath.log(1 + mpmath.exp(z))),
    "gelu": _gelu,
    "silu": lambda z: z / (1 + mpmath.exp(-z)),
    "squared_error": lambda a, b: (a - b) ** 2,
    "half_squared_error": lambda a, b: (a - b) ** 2 / 2,
    "huber": _real(_huber),
    "bce": lambda a, b: -b * mpmath.log(a) - (1 - b) * mpmath.log(1 - a),
    "bce_with_logits": lambda a, b: mpmath.log(1 + mpmath.exp(a)) - a * b,
    "cce": _cce,
    "l1_penalty": _real(abs),
    "l2_penalty": lambda z: z**2,
}


def settled(tree: Expr, number: Callable[[float], Any] = repr) -> bool:
    """Whether no comparison, sign or whole part stands so near its jump that rounding could decide it."""
    if not isinstance(tree, Apply):
        return True
    if not all(settled(arg, number) for arg in tree.args):
        return False
    operands = [] if tree.op == "where" else [exact(arg, number) for arg in tree.args]
    near = mpf("1e-9")
    if tree.op in COMPARISONS:
        return bool(abs(operands[0] - operands[1]) > near)
    if tree.op in ("sign", "floor", "mod"):
        jump = operands[0] / operands[1] if tree.op == "mod" else operands[0]
        return bool(abs(jump - mpmath.nint(jump.real)) > near)
    return True


def nodes(expr: Expr) -> Iterator[Expr]:
    """Yield an expression and everything it is made of."""
    yield expr
    for arg in getattr(expr, "args", ()):
        yield from nodes(arg)
