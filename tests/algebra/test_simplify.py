"""The simplifying constructors keep the value."""

from __future__ import annotations

import math

import mpmath  # type: ignore[import-untyped]
import pytest
from hypothesis import assume, given, settings
from trees import ERRORS, EXPRESSIONS, VALUES, exact, settled

from sheetgen.algebra.evaluate import evaluate
from sheetgen.algebra.expr import Apply, Const, Expr, Var
from sheetgen.algebra.simplify import add, div, is_literal, mul, neg, power, simplify, sub, where

x, y, z = Var("x"), Var("y"), Var("z")
ZERO, ONE, TWO = Const(0.0), Const(1.0), Const(2.0)
_CHOICE = Apply("where", (Apply("gt", (x, ZERO)), ONE, ZERO))


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (add(x, ZERO), x),
        (add(ZERO, x), x),
        (add(x, neg(y)), Apply("sub", (x, y))),
        (add(ONE, ONE), TWO),
        (add(Const(0.1), Const(0.2)), Apply("add", (Const(0.1), Const(0.2)))),
        (sub(ZERO, x), Apply("neg", (x,))),
        (sub(x, neg(y)), Apply("add", (x, y))),
        (neg(neg(x)), x),
        (neg(sub(x, y)), Apply("sub", (y, x))),
        (mul(ONE, x), x),
        (mul(x, ZERO), ZERO),
        (mul(x, TWO), Apply("mul", (TWO, x))),
        (mul(mul(TWO, x), Const(0.5)), x),
        (
            mul(Apply("mul", (Apply("mul", (TWO, x)), Apply("mul", (Const(4.0), y)))), z),
            Apply("mul", (Apply("mul", (Apply("mul", (Const(8.0), x)), y)), z)),
        ),
        (mul(Const(-1.0), x), Apply("neg", (x,))),
        (mul(Const(-1.0), mul(sub(x, y), z)), Apply("mul", (Apply("sub", (y, x)), z))),
        (mul(x, div(ONE, y)), Apply("div", (x, y))),
        (mul(Const(1e200), Const(1e200)), Apply("mul", (Const(1e200), Const(1e200)))),
        (mul(Const(1e-200), Const(1e-200)), Apply("mul", (Const(1e-200), Const(1e-200)))),
        (mul(x, mul(Const(1e-200), Const(1e-200))) != ZERO, True),
        (add(Const(1e307), Const(1e308)), Apply("add", (Const(1e307), Const(1e308)))),
        (div(x, ONE), x),
        (div(ONE, TWO), Const(0.5)),
        (div(ONE, Const(3.0)), Apply("div", (ONE, Const(3.0)))),
        (div(ONE, ZERO), Apply("div", (ONE, ZERO))),
        (power(x, ONE), x),
        (where(Apply("gt", (x, ZERO)), y, y), y),
        (mul(y, where(Apply("gt", (x, ZERO)), ONE, ZERO)), Apply("mul", (y, _CHOICE))),
        (mul(Const(-2.0), _CHOICE), Apply("neg", (Apply("mul", (TWO, _CHOICE)),))),
    ],
)
def test_constructors(actual: object, expected: object) -> None:
    assert actual == expected


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        (0.5, True),
        (0.1, True),
        (1e-5, True),
        (0.0, True),
        (1 / 3, False),
        (0.1 + 0.2, False),
        (math.inf, False),
        (math.nan, False),
        (1e-310, False),
        (123456789012345.0, True),
        (1234567890123456.0, False),
    ],
)
def test_a_literal_has_fifteen_digits(value: float, answer: bool) -> None:
    assert is_literal(value) is answer


@settings(max_examples=400, deadline=None)
@given(EXPRESSIONS)
def test_simplifying_keeps_the_value(tree: Expr) -> None:
    try:
        evaluate(tree, VALUES.__getitem__)
        expected = exact(tree)
        assume(settled(tree))
    except ERRORS:
        assume(False)
    assume(mpmath.isfinite(expected) and expected.imag == 0)
    assert abs(exact(simplify(tree)) - expected) <= abs(expected) * mpmath.mpf("1e-40") + mpmath.mpf("1e-45")
