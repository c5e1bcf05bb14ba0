"""Every derivative of the table, and of compound expressions, against mathematics done elsewhere."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import sympy  # type: ignore[import-untyped]

from sheetgen.algebra.calculus import derivative, local_derivative
from sheetgen.algebra.evaluate import evaluate
from sheetgen.algebra.expr import ONE, ZERO, Apply, Const, Expr, Var, names
from sheetgen.algebra.ops import PRIMITIVES
from sheetgen.algebra.parser import parse
from sheetgen.algebra.simplify import simplify

A, B = 0.7, 1.3
POINTS = [(A, B), (2.1, 0.4), (0.05, 3.0)]

OTHER_POINTS = {"bce": [(0.7, 1.0), (0.3, 0.2)]}
PIECEWISE = {
    *("gt", "ge", "lt", "le", "eq", "where", "abs", "sign", "max", "min", "floor", "mod", "held"),
    *("relu", "leaky_relu", "elu", "huber", "cce", "l1_penalty"),
}
"""What has a kink, a jump or a slope of its own choice: in test_ops."""

SYMPY: Mapping[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pow": lambda a, b: a**b,
    "exp": sympy.exp,
    "ln": sympy.log,
    "sqrt": sympy.sqrt,
    "sigmoid": lambda a: 1 / (1 + sympy.exp(-a)),
    "stable_sigmoid": lambda a: 1 / (1 + sympy.exp(-a)),
    "tanh": sympy.tanh,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "pi": lambda: sympy.pi,
    "identity": lambda a: a,
    "softplus": lambda a: sympy.log(1 + sympy.exp(a)),
    "gelu": lambda a: a * (1 + sympy.tanh(sympy.sqrt(2 / sympy.pi) * (a + 0.044715 * a**3))) / 2,
    "silu": lambda a: a / (1 + sympy.exp(-a)),
    "squared_error": lambda a, b: (a - b) ** 2,
    "half_squared_error": lambda a, b: (a - b) ** 2 / 2,
    "bce": lambda a, b: -b * sympy.log(a) - (1 - b) * sympy.log(1 - a),
    "bce_with_logits": lambda a, b: sympy.log(1 + sympy.exp(a)) - a * b,
    "l2_penalty": lambda a: a**2,
}
COMPLEX: Mapping[str, Callable[..., complex]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pow": lambda a, b: cmath.exp(b * cmath.log(a)),
    "exp": cmath.exp,
    "ln": cmath.log,
    "sqrt": cmath.sqrt,
    "sigmoid": lambda a: 1 / (1 + cmath.exp(-a)),
    "stable_sigmoid": lambda a: 1 / (1 + cmath.exp(-a)),
    "tanh": cmath.tanh,
    "sin": cmath.sin,
    "cos": cmath.cos,
    "pi": lambda: complex(math.pi),
    "identity": lambda a: a,
    "softplus": lambda a: cmath.log(1 + cmath.exp(a)),
    "gelu": lambda a: a * (1 + cmath.tanh(math.sqrt(2 / math.pi) * (a + 0.044715 * a * a * a))) / 2,
    "silu": lambda a: a / (1 + cmath.exp(-a)),
    "squared_error": lambda a, b: (a - b) * (a - b),
    "half_squared_error": lambda a, b: (a - b) * (a - b) / 2,
    "bce": lambda a, b: -b * cmath.log(a) - (1 - b) * cmath.log(1 - a),
    "bce_with_logits": lambda a, b: cmath.log(1 + cmath.exp(a)) - a * b,
    "l2_penalty": lambda a: a * a,
}


def no_names(name: str) -> float:
    raise KeyError(name)


def test_the_oracles_know_every_row() -> None:
    assert set(SYMPY) == set(COMPLEX) == set(PRIMITIVES) - PIECEWISE


@pytest.mark.parametrize(("op", "point"), [(op, point) for op in SYMPY for point in OTHER_POINTS.get(op, POINTS)])
def test_each_row_of_the_table(op: str, point: tuple[float, float]) -> None:
    arity = PRIMITIVES[op].arity
    operands = point[:arity]
    names = dict(zip("ab", operands, strict=False))
    y = evaluate(Apply(op, tuple([Var(name) for name in names])), names.__getitem__)
    for operand in range(arity):
        slope = evaluate(local_derivative(op, operand), {**names, "y": y}.__getitem__)

        shifted = [complex(x, 1e-20 * (i == operand)) for i, x in enumerate(operands)]
        assert slope == pytest.approx(COMPLEX[op](*shifted).imag / 1e-20, rel=1e-12, abs=1e-15), "complex step"

        symbols = sympy.symbols("a b", positive=True)[:arity]
        exact = sympy.diff(SYMPY[op](*symbols), symbols[operand])
        assert slope == pytest.approx(float(exact.subs(dict(zip(symbols, operands, strict=True))))), "SymPy"

        step = 1e-6

        def at(h: float, operand: int = operand) -> float:
            moved = [x + h * (i == operand) for i, x in enumerate(operands)]
            return evaluate(Apply(op, tuple(map(Const, moved))), no_names)

        assert slope == pytest.approx((at(step) - at(-step)) / (2 * step), rel=1e-7), "central difference"


@pytest.mark.parametrize("text", [text for row in PRIMITIVES.values() for text in row.derivatives])
def test_a_rule_speaks_of_its_operands_and_output_only(text: str) -> None:
    assert set(names(parse(text))) <= {"a", "b", "c", "y"}


COMPOUND = [
    "a*b + a",
    "a*a*a",
    "0.5*(b - a)^2",
    "sigmoid(a*b + 0.5)",
    "tanh(sigmoid(a)*b)",
    "a/(a + b)",
    "-(a - b)^3",
    "exp(-a*a)",
    "ln(1 + exp(a))",
    "sqrt(a^2 + b^2)",
    "a^b",
    "2^(a*b)",
    "(a*b)^(-1.5)",
    "-(b*ln(sigmoid(a)) + (1 - b)*ln(1 - sigmoid(a)))",
    "a^2/(1 - a/b)",
    "1/(1/a + 1/b)",
    "b",
]


@pytest.mark.parametrize("text", COMPOUND)
@pytest.mark.parametrize("own", [None, Var("own")])
def test_compound_expressions_against_sympy(text: str, own: Expr | None) -> None:
    a, b = sympy.symbols("a b", positive=True)
    space = {"a": a, "b": b, "sigmoid": SYMPY["sigmoid"], "ln": sympy.log}
    truth = sympy.sympify(text.replace("^", "**"), locals=space)
    expr = parse(text)
    for x, y in POINTS[:2]:
        at = {"a": x, "b": y}
        value = evaluate(expr, at.__getitem__)
        for name, symbol in (("a", a), ("b", b)):
            slope = evaluate(derivative(expr, name, own), {**at, "own": value}.__getitem__)
            assert slope == pytest.approx(float(sympy.diff(truth, symbol).subs({a: x, b: y})), rel=1e-11)


@pytest.mark.parametrize(
    ("text", "own", "expected"),
    [
        ("sigmoid(h)", "a_h", "a_h*(1 - a_h)"),
        ("tanh(h)", "y", "1 - y^2"),
        ("exp(h)", "y", "y"),
        ("0.5*(t - h)^2", "E", "h - t"),
        ("w*h + v*i", "o", "w"),
        ("h/s", "q", "1/s"),
        ("sqrt(h)", "r", "1/(2*r)"),
        ("t", "x", "0"),
        ("h", "x", "1"),
        ("relu(h)", "a", "where(a > 0, 1, 0)"),
        ("leaky_relu(h)", "a", "where(a > 0, 1, 0.01)"),
        ("where(h > 0, sigmoid(h), 2*h)", "a", "where(h > 0, a*(1 - a), 2)"),
        ("where(h > t, u, v)", "a", "0"),
        ("where(t > 0, h, h)", "a", "1"),
        ("max(t, h)", "m", "where(t >= h, 0, 1)"),
        ("max(h, t, u)", "m", "where(max(h, t) >= u, 1, 0)*where(h >= t, 1, 0)"),
        ("exp(h - held(h))", "e", "e"),
        ("h*held(h)", "q", "held(h)"),
        ("sqrt(floor(h))", "q", "0"),
        ("mod(h, t)", "r", "1"),
        ("huber(h, t)", "E", "max(-1, min(1, h - t))"),
        ("cce(h, t)", "E", "where(t == 0, 0, -(t/h))"),
        ("bce(h, t)", "E", "(h - t)/(h*(1 - h))"),
        ("0.01*l1_penalty(h)", "E", "0.01*sign(h)"),
    ],
)
def test_it_reads_as_a_textbook_writes_it(text: str, own: str, expected: str) -> None:
    assert derivative(parse(text), "h", Var(own)) == simplify(parse(expected))


def test_own_is_used_instead_of_the_expression() -> None:
    with_own = derivative(parse("sigmoid(w*x)"), "w", Var("a"))
    assert set(names(with_own)) == {"a", "x"}
    assert "a" not in set(names(derivative(parse("sigmoid(w*x)"), "w")))


def test_constants_and_strangers() -> None:
    assert derivative(Const(3.0), "x") == ZERO
    assert derivative(Var("x"), "x") == ONE
    assert derivative(parse("sigmoid(a*b)"), "x") == ZERO


def test_the_power_of_a_negative_base() -> None:
    slope = derivative(parse("a^3"), "a")
    assert math.isclose(evaluate(slope, {"a": -2.0}.__getitem__), 12.0)
