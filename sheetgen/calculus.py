"""Differentiation: the table's local derivatives, put together by the chain rule."""

from __future__ import annotations

from functools import cache

from sheetgen.expr import ONE, ZERO, Const, Expr, Var, add, mul, simplify, substitute
from sheetgen.ops import PRIMITIVES
from sheetgen.parser import parse


def derivative(expr: Expr, name: str, own: Expr | None = None) -> Expr:
    """Return ∂expr/∂name.

    ``own`` is the quantity that holds the value of ``expr``, where there is one: a rule that is written
    in its operation's own output then refers to that quantity instead of repeating the expression.
    """
    if isinstance(expr, Const):
        return ZERO
    if isinstance(expr, Var):
        return ONE if expr.name == name else ZERO
    total: Expr = ZERO
    bound = {**dict(zip("ab", expr.args, strict=False)), "y": own or expr}
    for operand, arg in enumerate(expr.args):
        inner = derivative(arg, name)
        if inner != ZERO:
            local = simplify(substitute(rule(expr.op, operand), bound.__getitem__))
            total = add(total, mul(local, inner))
    return total


@cache
def rule(op: str, operand: int) -> Expr:
    """Return the local derivative of a primitive, in its operands ``a``, ``b`` and its output ``y``."""
    return parse(PRIMITIVES[op].derivatives[operand])
