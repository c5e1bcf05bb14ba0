"""How far two right computations may lie apart: enough, and no more than that."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given, settings
from mpmath import mpf, workdps  # type: ignore[import-untyped]
from trees import ERRORS, EXPRESSIONS, VALUES, exact

from sheetgen import Tolerance, load
from sheetgen.expr import Apply, Expr
from sheetgen.numeric import evaluate
from sheetgen.parser import parse
from sheetgen.tolerance import bound, row_bounds
from sheetgen.trace import trace

UNIT = 1e-15


@pytest.mark.parametrize(
    ("a", "b", "extra", "answer"),
    [
        (1.0, 1.0, 0.0, True),
        (0.0, 0.0, 0.0, True),
        (1.0, 1.0 + 9e-13, 0.0, True),
        (1.0, 1.0 + 2e-12, 0.0, False),
        (1e-300, 1e-300 * (1 + 9e-13), 0.0, True),
        (1e-300, 2e-300, 0.0, False),
        (0.0, 1e-17, 0.0, False),
        (0.0, 1e-17, 1e-16, True),
        (1.0, -1.0, 0.0, False),
        (math.inf, math.inf, 0.0, True),
        (math.nan, math.nan, 1.0, False),
        (1.0, math.nan, 1.0, False),
    ],
)
def test_close_in_both_directions_alike(a: float, b: float, extra: float, answer: bool) -> None:
    assert Tolerance().close(a, b, extra) is answer
    assert Tolerance().close(b, a, extra) is answer


def test_an_infinity_is_close_to_nothing_else() -> None:
    assert not Tolerance().close(1.0, math.inf)
    assert not Tolerance().close(-math.inf, math.inf)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a + b", 3.0),
        ("a - b", 3.0),
        ("a*b", 2.0),
        ("b/a", 2.0),
        ("0.5*b", 1.0),
        ("-b", 2.0),
        ("a", 0.0),
        ("3", 0.0),
    ],
)
def test_the_bound_of_one_operation_is_scaled_to_its_operands(text: str, wanted: float) -> None:
    value = {"a": 1.0, "b": 2.0}.__getitem__
    assert bound(parse(text), value, lambda _: 0.0, 1.0) == wanted


def test_errors_of_operands_travel_by_the_derivative() -> None:
    value, error = {"a": 3.0, "b": 2.0}.__getitem__, {"a": 0.1, "b": 0.01}.__getitem__
    assert bound(parse("a*b"), value, error, 0.0) == pytest.approx(2 * 0.1 + 3 * 0.01)
    assert bound(parse("a^2"), value, error, 0.0) == pytest.approx(6 * 0.1)
    assert bound(parse("exp(b)"), value, error, 0.0) == pytest.approx(math.exp(2) * 0.01)
    assert bound(parse("a - a"), value, error, 0.0) == pytest.approx(0.2)


def test_cancellation_is_granted_what_it_loses() -> None:
    """1 − a of a saturated neuron: 1e-16 off is rounding, though half of the number."""
    value = {"a": 1 - 2**-52}.__getitem__
    granted = bound(parse("1 - a"), value, lambda _: 0.0, UNIT)
    assert 2**-53 < granted < 1e-14


@settings(max_examples=400, deadline=None)
@given(EXPRESSIONS)
def test_the_bound_holds_the_error_of_floating_point(tree: Expr) -> None:
    values = VALUES.__getitem__
    try:
        found = evaluate(tree, values)
        truth = exact(tree, float)
        granted = bound(tree, values, lambda _: 0.0, UNIT)
    except ERRORS:
        assume(False)
    assume(_ordinary(tree))
    with workdps(60):
        assert abs(mpf(found) - truth) <= mpf(granted) + mpf("1e-300"), "underflow aside"


def _ordinary(tree: Expr) -> bool:
    """Whether no operand stands where its function has no slope, or a steep one: the bound is of first order."""
    if not isinstance(tree, Apply):
        return True
    values = [evaluate(arg, VALUES.__getitem__) for arg in tree.args]
    steep = tree.op in ("div", "ln", "sqrt", "pow") and any(abs(value) < 1e-6 for value in values)
    return not steep and all(map(_ordinary, tree.args))


def test_the_bounds_of_a_row_of_the_seed() -> None:
    seed = load()
    row = dict(zip(seed.graph.names, next(iter(trace(seed))).rows[0][0], strict=True))
    bounds = row_bounds(seed.graph, row, 0.1, UNIT)
    assert set(seed.graph.names) <= set(bounds)
    for name in seed.graph.names:
        assert 0 < bounds[name] < 1e-13 * max(1.0, abs(row[name])), name
    halved = row_bounds(seed.graph, row, 0.1, UNIT / 2)
    assert halved["∂E_total/∂w1"] == pytest.approx(bounds["∂E_total/∂w1"] / 2)
