"""Arrays of expressions: what a tensor's elements are, as formulas over named scalars, computed with place by place.

Zeros that are known to be zeros vanish, and what a mask hides goes no further than a softmax: the formulas are those
that a person would type.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sheetgen.algebra.expr import ONE, ZERO, Apply, Const, Expr, Var
from sheetgen.tensors.fitting import require_room
from sheetgen.tensors.labels import Shape

Array = NDArray[np.object_]

MASKED = Const(-math.inf)
"""What a mask puts where nothing is to be seen: its exponential is 0, and it is never the largest."""


def array(elements: Iterable[Expr], shape: Shape) -> Array:
    """Return an array of expressions, given row by row. Raises ShapeError where there would be too many."""
    require_room(shape)
    made = np.empty(math.prod(shape), dtype=object)
    for place, element in zip(range(made.size), elements, strict=True):
        made[place] = element
    return made.reshape(shape)


def named(names: Iterable[str], shape: Shape) -> Array:
    """Return an array of quantities by their names, row by row."""
    return array(map(Var, names), shape)


def as_array(value: Any) -> Array:
    """Return what NumPy gives for a part of an array: an element by itself becomes an array of no axes."""
    if isinstance(value, np.ndarray):
        return value
    return array([value], ())


def part(x: Array, at: Sequence[int | slice]) -> Array:
    """Return a part of an array: at each of its first axes one place, which drops the axis, or several."""
    return as_array(x[tuple(at)])


def elementwise(function: Callable[..., Expr], *operands: Array) -> Array:
    """Return a function of each place's elements; the operands' shapes must fit by NumPy's rules of broadcasting.

    Raises ValueError where they do not.
    """
    shape = np.broadcast_shapes(*(operand.shape for operand in operands))
    require_room(shape)
    spread = [np.broadcast_to(operand, shape).reshape(-1) for operand in operands]
    elements = zip(*spread, strict=True) if operands else [()]  # π has no operand
    return array((function(*each) for each in elements), shape)


def is_plain(elements: Array) -> bool:
    """Whether every element is a name or a number."""
    return all(isinstance(element, Var | Const) for element in elements.reshape(-1))


def operations(expr: Expr) -> int:
    """Return how many operations an expression has."""
    return 1 + sum(map(operations, expr.args)) if isinstance(expr, Apply) else 0


def summed(terms: Sequence[Expr]) -> Expr:
    """Return a sum, from the left."""
    total: Expr = ZERO
    for term in terms:
        total = applied("add", total, term)
    return total


def product(a: Expr, b: Expr) -> Expr:
    """Return a product."""
    return applied("mul", a, b)


def ratio(a: Expr, b: Expr) -> Expr:
    """Return a quotient whose divisor is known to be above 0."""
    return a if a in (ZERO, MASKED) else applied("div", a, b)


def applied(operation: str, *operands: Expr) -> Expr:
    """Return an operation of the algebra, simplified where an operand is 0, 1 or masked."""
    simpler = _SIMPLER.get(operation)
    found = simpler(*operands) if simpler else None
    return Apply(operation, operands) if found is None else found


def _add(a: Expr, b: Expr) -> Expr | None:
    if MASKED in (a, b):
        return MASKED
    if a == ZERO:
        return b
    return a if b == ZERO else None


def _sub(a: Expr, b: Expr) -> Expr | None:
    if a == MASKED:
        return None if b == MASKED else MASKED
    if b == ZERO:
        return a
    return Apply("neg", (b,)) if a == ZERO else None


def _mul(a: Expr, b: Expr) -> Expr | None:
    if a == ONE:
        return b
    if b == ONE:
        return a
    return ZERO if ZERO in (a, b) and MASKED not in (a, b) else None


def _div(a: Expr, b: Expr) -> Expr | None:
    return a if b == ONE or (a in (ZERO, MASKED) and _is_positive(b)) else None


def _is_positive(expr: Expr) -> bool:
    """Whether an expression is above 0 whatever the quantities in it are."""
    if isinstance(expr, Const):
        return expr.value > 0
    if not isinstance(expr, Apply):
        return False
    return expr.op == "exp" or (expr.op in ("add", "mul", "div", "sqrt") and all(map(_is_positive, expr.args)))


def _max(a: Expr, b: Expr) -> Expr | None:
    if a == MASKED:
        return b
    return a if b == MASKED else None


_SIMPLER: dict[str, Callable[..., Expr | None]] = {
    "add": _add,
    "sub": _sub,
    "mul": _mul,
    "div": _div,
    "max": _max,
    "pow": lambda a, b: ZERO if a == ZERO and isinstance(b, Const) and b.value > 0 else None,
    "exp": lambda a: {MASKED: ZERO, ZERO: ONE}.get(a),
    "held": lambda a: a if isinstance(a, Const) else None,
    "neg": lambda a: ZERO if a == ZERO else None,
}
