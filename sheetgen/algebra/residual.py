"""How far a column is from its equation, as a part of an array formula.

A logarithm is the one function that has no short way around it in arithmetic. Where an equation is linear in
logarithms, as a cross-entropy is, both sides are raised: e^y against the product of powers.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetgen.algebra.arrays import Arrays, applied, is_fragile, is_inexact
from sheetgen.algebra.expr import ONE, ZERO, Apply, Expr
from sheetgen.algebra.ops import NEGATION, POWER, PRODUCT

_SHARE = 256
"""Both sides are raised to a share of their size, so that a loss of 700 does not overflow."""


def residual(y: str, expr: Expr, arrays: Arrays, e: str) -> str:
    """Return y less an expression that is written out; ``e`` is the cell of Euler's number."""
    if not has_logarithm(expr) or not _is_log_linear(expr):
        return f"{y}-{arrays.part(expr, NEGATION + 1)}"
    rest, powers = y, []
    for sign, term in _terms(expr, "+"):
        if has_logarithm(term):
            powers.append(_power(term, f"({'-' if sign == '+' else ''}1/{_SHARE})", arrays, e))
        else:
            rest += f"{'-' if sign == '+' else '+'}{arrays.part(term, NEGATION + 1)}"
    return f"{_SHARE}*({e}^(({rest})/{_SHARE})*{'*'.join(powers)}-1)"


def magnifies(expr: Expr) -> bool:
    """Whether the residual of an expression that is written out may magnify the rounding of its functions."""
    if has_logarithm(expr) and _is_log_linear(expr):
        logarithms = [node for node in applied(expr) if node.op == "ln"]
        return any(is_inexact(node.args[0]) for node in logarithms) or is_fragile(_without_logarithms(expr))
    return is_fragile(expr)


def has_logarithm(expr: Expr) -> bool:
    """Whether an expression holds a logarithm, whose rounding is on the scale of 1 where its operand is near 1."""
    return any(node.op == "ln" for node in applied(expr))


def _is_log_linear(expr: Expr) -> bool:
    """Whether logarithms only stand in sums, each with factors that hold none."""
    if not isinstance(expr, Apply) or not has_logarithm(expr):
        return True
    logarithmic = [arg for arg in expr.args if has_logarithm(arg)]
    if expr.op == "ln":
        return not logarithmic
    one_factor = expr.op == "mul" and len(logarithmic) == 1
    numerator = expr.op == "div" and not has_logarithm(expr.args[1])
    branches = expr.op == "where" and not has_logarithm(expr.args[0])
    return (expr.op in ("add", "sub", "neg") or one_factor or numerator or branches) and all(
        map(_is_log_linear, logarithmic)
    )


def _terms(expr: Expr, sign: str) -> Iterator[tuple[str, Expr]]:
    """Yield the terms of a sum, each with its sign."""
    if isinstance(expr, Apply) and expr.op in ("add", "sub"):
        left, right = expr.args
        yield from _terms(left, sign)
        yield from _terms(right, sign if expr.op == "add" else _other(sign))
    elif isinstance(expr, Apply) and expr.op == "neg":
        yield from _terms(expr.args[0], _other(sign))
    else:
        yield sign, expr


def _other(sign: str) -> str:
    return "-" if sign == "+" else "+"


def _power(expr: Expr, exponent: str, arrays: Arrays, e: str) -> str:
    """Return e to the power of an expression times an exponent; the logarithm of a is the power of a itself."""
    if expr == ZERO:
        return "1"
    if not isinstance(expr, Apply) or not has_logarithm(expr):
        return f"{e}^({arrays.part(expr, PRODUCT)}*{exponent})"
    args = expr.args
    if expr.op == "ln":
        return f"({arrays.part(args[0], 0)})^{exponent}"
    if expr.op == "neg":
        return _power(args[0], f"(-{exponent})", arrays, e)
    if expr.op == "mul":
        factor, logarithmic = args if has_logarithm(args[1]) else args[::-1]
        return _power(logarithmic, f"({arrays.part(factor, PRODUCT)}*{exponent})", arrays, e)
    if expr.op == "div":
        return _power(args[0], f"({exponent}/{arrays.part(args[1], POWER)})", arrays, e)
    if expr.op == "where":
        yes, no = (_power(arg, exponent, arrays, e) for arg in args[1:])
        return f"IF({arrays.part(args[0], 0)},{yes},{no})"
    left, right = args
    other = exponent if expr.op == "add" else f"(-{exponent})"
    return f"({_power(left, exponent, arrays, e)}*{_power(right, other, arrays, e)})"


def _without_logarithms(expr: Expr) -> Expr:
    if not isinstance(expr, Apply):
        return expr
    return ONE if expr.op == "ln" else Apply(expr.op, tuple(map(_without_logarithms, expr.args)))
