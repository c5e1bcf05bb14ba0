"""The simplifying constructors of expressions, which the chain rule uses.

The parser keeps an equation exactly as its author typed it; here products by 1 vanish, constants gather in front,
−(a − b) is b − a.
"""

from __future__ import annotations

from collections.abc import Callable

from sheetgen.algebra.expr import ONE, ZERO, Apply, Const, Expr


def is_literal(value: float) -> bool:
    """Whether a spreadsheet formula can hold the number: literals are cut to 15 digits, and end at 1E±307."""
    return value == 0 or (1e-307 <= abs(value) <= 1e307 and float(f"{value:.15g}") == value)


def _fold(a: Expr, b: Expr, operation: Callable[[float, float], float]) -> Const | None:
    """Compute with two constants, unless the result needs more digits than a formula can hold."""
    if not (isinstance(a, Const) and isinstance(b, Const)):
        return None
    value = operation(a.value, b.value)
    return Const(value) if is_literal(value) else None


def add(a: Expr, b: Expr) -> Expr:
    """Return a + b."""
    if a == ZERO:
        return b
    if b == ZERO:
        return a
    if (folded := _fold(a, b, lambda x, y: x + y)) is not None:
        return folded
    if isinstance(b, Apply) and b.op == "neg":
        return sub(a, b.args[0])
    return Apply("add", (a, b))


def sub(a: Expr, b: Expr) -> Expr:
    """Return a − b."""
    if b == ZERO:
        return a
    if a == ZERO:
        return neg(b)
    if (folded := _fold(a, b, lambda x, y: x - y)) is not None:
        return folded
    if isinstance(b, Apply) and b.op == "neg":
        return add(a, b.args[0])
    return Apply("sub", (a, b))


def neg(a: Expr) -> Expr:
    """Return −a; −(b − c) is c − b."""
    if isinstance(a, Const):
        return Const(-a.value)
    if isinstance(a, Apply) and a.op == "neg":
        return a.args[0]
    if isinstance(a, Apply) and a.op == "sub":
        return Apply("sub", (a.args[1], a.args[0]))
    return Apply("neg", (a,))


def mul(a: Expr, b: Expr) -> Expr:
    """Return a·b as one flat product, its constant gathered in front."""
    (a_factor, a_rest), (b_factor, b_rest) = _split(a), _split(b)
    factor, rest = a_factor * b_factor, a_rest + b_rest
    if not _gathers(a_factor, b_factor):
        return Apply("mul", (a, b))
    if factor == 0:
        return ZERO
    if not rest:
        return Const(factor)
    if factor < 0 and isinstance(rest[0], Apply) and rest[0].op == "sub":
        factor, rest = -factor, (neg(rest[0]), *rest[1:])
    product = _chain(rest if abs(factor) == 1 else (Const(abs(factor)), *rest))
    return Apply("neg", (product,)) if factor < 0 else product


def div(a: Expr, b: Expr) -> Expr:
    """Return a/b."""
    if a == ZERO or b == ONE:
        return a
    if b != ZERO and (folded := _fold(a, b, lambda x, y: x / y)) is not None:
        return folded
    if isinstance(a, Apply) and a.op == "neg":
        return neg(div(a.args[0], b))
    return Apply("div", (a, b))


def power(a: Expr, b: Expr) -> Expr:
    """Return a^b."""
    if b == ONE:
        return a
    if b == ZERO:
        return ONE
    return Apply("pow", (a, b))


def where(condition: Expr, a: Expr, b: Expr) -> Expr:
    """Return a where the condition holds and b elsewhere; where both are the same there is nothing to choose."""
    return a if a == b else Apply("where", (condition, a, b))


_CONSTRUCTORS: dict[str, Callable[..., Expr]] = {
    "add": add, "sub": sub, "neg": neg, "mul": mul, "div": div, "pow": power, "where": where,
}  # fmt: skip


def simplify(expr: Expr) -> Expr:
    """Rebuild an expression through the simplifying constructors."""
    if not isinstance(expr, Apply):
        return expr
    args = tuple(simplify(arg) for arg in expr.args)
    constructor = _CONSTRUCTORS.get(expr.op)
    return constructor(*args) if constructor else Apply(expr.op, args)


def _gathers(a: float, b: float) -> bool:
    """Whether the product of two constants can stand in a formula in their place; underflow to 0 cannot."""
    return is_literal(a * b) and (a * b != 0 or a == 0 or b == 0)


def _split(expr: Expr) -> tuple[float, tuple[Expr, ...]]:
    """Split a product into its constant and its other factors."""
    if isinstance(expr, Const):
        return expr.value, ()
    if isinstance(expr, Apply) and expr.op == "neg":
        factor, rest = _split(expr.args[0])
        return -factor, rest
    if isinstance(expr, Apply) and expr.op == "mul":
        (left, first), (right, second) = _split(expr.args[0]), _split(expr.args[1])
        if _gathers(left, right):
            return left * right, first + second
    return 1.0, (expr,)


def _chain(factors: tuple[Expr, ...]) -> Expr:
    """Multiply from the left; times 1/b is written as a division by b."""
    product = factors[0]
    for factor in factors[1:]:
        if isinstance(factor, Apply) and factor.op == "div" and factor.args[0] == ONE:
            product = Apply("div", (product, factor.args[1]))
        else:
            product = Apply("mul", (product, factor))
    return product
