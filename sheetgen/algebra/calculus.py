"""Differentiation: the table's local derivatives, put together by the chain rule."""

from __future__ import annotations

from sheetgen.algebra.expr import ONE, ZERO, Before, Const, Expr, Held, OverBatch, Var, substitute
from sheetgen.algebra.ops import PRIMITIVES, operands_by_letter
from sheetgen.algebra.parser import parse_row
from sheetgen.algebra.simplify import add, mul, simplify, where


def derivative(expr: Expr, name: str, own: Expr | None = None) -> Expr:
    """Return ∂expr/∂name; ``own`` as in `derivatives`."""
    return derivatives(expr, own).get(name, ZERO)


def derivatives(expr: Expr, own: Expr | None = None) -> dict[str, Expr]:
    """Return ∂expr/∂name for every name along which that is not 0.

    ``own`` is the quantity that holds the value of ``expr``, where there is one: a rule that is written
    in its operation's own output then refers to that quantity instead of repeating the expression.
    """
    if isinstance(expr, Const | Before | Held | OverBatch):
        return {}
    if isinstance(expr, Var):
        return {expr.name: ONE}
    if expr.op == "where":
        # Each branch is differentiated where it is taken, and there it has the value of the whole.
        condition, *branches = expr.args
        slopes = [derivatives(branch, own) for branch in branches]
        used = dict.fromkeys(name for slope in slopes for name in slope)
        return _not_zero({name: where(condition, *[slope.get(name, ZERO) for slope in slopes]) for name in used})
    total: dict[str, Expr] = {}
    operands = {**operands_by_letter(expr.args), "y": own or expr}
    for operand, arg in enumerate(expr.args):
        rule = local_derivative(expr.op, operand)
        if rule != ZERO and (inner := derivatives(arg)):
            local = simplify(substitute(rule, operands.__getitem__))
            total = _plus(total, inner if local == ONE else _times(local, inner))
    return total


def _plus(total: dict[str, Expr], more: dict[str, Expr]) -> dict[str, Expr]:
    """Return the sums of two sets of derivatives, of which neither is used any more.

    The smaller goes into the larger: a long sum takes a step for each of its terms.
    """
    fewer, result = (more, total) if len(more) <= len(total) else (total, more)
    for name in fewer:
        both = add(total.get(name, ZERO), more.get(name, ZERO))
        if both == ZERO:
            del result[name]
        else:
            result[name] = both
    return result


def _times(local: Expr, inner: dict[str, Expr]) -> dict[str, Expr]:
    return _not_zero({name: mul(local, slope) for name, slope in inner.items()})


def _not_zero(slopes: dict[str, Expr]) -> dict[str, Expr]:
    return {name: slope for name, slope in slopes.items() if slope != ZERO}


def local_derivative(op: str, operand: int) -> Expr:
    """Return the local derivative of a primitive, in its operands ``a``, ``b``, ``c`` and its output ``y``."""
    return parse_row(PRIMITIVES[op].derivatives[operand])
