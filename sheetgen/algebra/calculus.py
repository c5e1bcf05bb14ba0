"""Differentiation: the table's local derivatives, put together by the chain rule."""

from __future__ import annotations

from sheetgen.algebra.expr import ONE, ZERO, Before, Const, Expr, Held, Var, substitute
from sheetgen.algebra.ops import PRIMITIVES, operands_by_letter
from sheetgen.algebra.parser import parse_row
from sheetgen.algebra.simplify import add, mul, simplify, where


def derivative(expr: Expr, name: str, own: Expr | None = None) -> Expr:
    """Return ∂expr/∂name.

    ``own`` is the quantity that holds the value of ``expr``, where there is one: a rule that is written
    in its operation's own output then refers to that quantity instead of repeating the expression.
    """
    if isinstance(expr, Const | Before | Held):
        return ZERO
    if isinstance(expr, Var):
        return ONE if expr.name == name else ZERO
    if expr.op == "where":
        # Each branch is differentiated where it is taken, and there it has the value of the whole.
        condition, *branches = expr.args
        return where(condition, *[derivative(branch, name, own) for branch in branches])
    total: Expr = ZERO
    operands = {**operands_by_letter(expr.args), "y": own or expr}
    for operand, arg in enumerate(expr.args):
        rule = local_derivative(expr.op, operand)
        if rule == ZERO:
            continue
        inner = derivative(arg, name)
        if inner != ZERO:
            local = simplify(substitute(rule, operands.__getitem__))
            total = add(total, mul(local, inner))
    return total


def local_derivative(op: str, operand: int) -> Expr:
    """Return the local derivative of a primitive, in its operands ``a``, ``b``, ``c`` and its output ``y``."""
    return parse_row(PRIMITIVES[op].derivatives[operand])
