"""How far two right computations of an expression may lie apart: enough, and no more than that."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given, settings
from mpmath import mpf, workdps  # type: ignore[import-untyped]
from trees import ERRORS, EXPRESSIONS, VALUES, exact, settled

from sheetgen import Tolerance
from sheetgen.algebra.evaluate import evaluate, expanded
from sheetgen.algebra.expr import Apply, Expr
from sheetgen.algebra.parser import parse
from sheetgen.network.error_bounds import error_bound

UNIT = 1e-15


@pytest.mark.parametrize(
    ("text", "expected"),
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
def test_the_bound_of_one_operation_is_scaled_to_its_operands(text: str, expected: float) -> None:
    value = {"a": 1.0, "b": 2.0}.__getitem__
    assert error_bound(parse(text), value, lambda _: 0.0, 1.0) == expected


def test_a_sum_that_cancels_is_rounded_on_the_scale_of_its_operands() -> None:
    value = {"a": 1.0, "b": -2.0}.__getitem__
    assert error_bound(parse("a + b"), value, lambda _: 0.0, 1.0) == 3.0


def test_errors_of_operands_travel_by_the_derivative() -> None:
    value, error = {"a": 3.0, "b": 2.0}.__getitem__, {"a": 0.1, "b": 0.01}.__getitem__
    assert error_bound(parse("a*b"), value, error, 0.0) == pytest.approx(2 * 0.1 + 3 * 0.01)
    assert error_bound(parse("a^2"), value, error, 0.0) == pytest.approx(6 * 0.1)
    assert error_bound(parse("exp(b)"), value, error, 0.0) == pytest.approx(math.exp(2) * 0.01)
    assert error_bound(parse("a - a"), value, error, 0.0) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("where(a > b, a*2, b*5)", 0.2),
        ("where(a < b, a*2, b*5)", 0.05),
        ("max(a, b)", 0.1),
        ("min(a, b)", 0.01),
        ("min(a, b + 0.95)", 0.05),  # where both may be the smaller one, the bound reaches beyond the slope
        ("max(a, b + 0.95)", 0.1),
        ("max(2 + b, 1 + a)", 0.1),
        ("abs(a - 3)", 0.1),
        ("abs(b)", 0.01),
        ("mod(a, b)", 0.1 + 0.01),
        ("held(a)", 0.1),
        ("floor(a/b)", 0.0),
    ],
)
def test_the_bound_of_operations_with_kinks_and_jumps(text: str, expected: float) -> None:
    value, error = {"a": 3.0, "b": 2.0}.__getitem__, {"a": 0.1, "b": 0.01}.__getitem__
    assert error_bound(parse(text), value, error, 0.0) == pytest.approx(expected)


def test_cancellation_is_granted_what_it_loses() -> None:
    """1 − a of a saturated neuron: 1e-16 off is rounding, though half of the number."""
    value = {"a": 1 - 2**-52}.__getitem__
    granted = error_bound(parse("1 - a"), value, lambda _: 0.0, UNIT)
    assert 2**-53 < granted < 1e-14


@settings(max_examples=400, deadline=None)
@given(EXPRESSIONS)
def test_the_bound_holds_the_error_of_floating_point(tree: Expr) -> None:
    values = VALUES.__getitem__
    try:
        value = evaluate(tree, values)
        truth = exact(tree, float)
        granted = error_bound(tree, values, lambda _: 0.0, UNIT)
        assume(settled(tree, float) and _ordinary(expanded(tree)))
    except ERRORS:
        assume(False)
    with workdps(60):
        assert abs(mpf(value) - truth) <= mpf(granted) + mpf("1e-300"), "underflow aside"


def _ordinary(tree: Expr) -> bool:
    """Whether no operand stands where its function has no slope, or a steep one: the bound is of first order."""
    if not isinstance(tree, Apply):
        return True
    if tree.op == "where":
        condition, yes, no = tree.args
        return _ordinary(condition) and _ordinary(yes if evaluate(condition, VALUES.__getitem__) else no)
    values = [evaluate(arg, VALUES.__getitem__) for arg in tree.args]
    if tree.op in ("sin", "cos", "mod") and abs(values[0]) > 1e3:
        return False
    steep = tree.op in ("div", "ln", "sqrt", "pow") and any(abs(value) < 1e-6 for value in values)
    return not steep and all(map(_ordinary, tree.args))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (0.1 + 0.2, 0.3, 5.0),  # rounding decides: LibreOffice takes these two for equal, Excel and Python do not
        (0.31, 0.3, 0.0),
        (0.3, 0.3, 0.0),  # equal in every program: nothing to decide
        (2.0, 1.0, 0.0),  # a counter against a count
    ],
)
def test_where_rounding_chooses_a_branch_either_may_be_right(a: float, b: float, expected: float) -> None:
    numbers = {"a": a, "b": b}
    for unit in (Tolerance.atol, 1.0):  # in units of an operation's error it comes to the same
        error = {name: unit * number for name, number in numbers.items()}
        granted = error_bound(parse("where(a > b, 7, 2)"), numbers.__getitem__, error.__getitem__, unit)
        assert granted == expected * unit / Tolerance.atol


@pytest.mark.parametrize("sign", [">", ">=", "<", "<=", "=="])
def test_rounding_decides_every_comparison_of_neighbours(sign: str) -> None:
    """LibreOffice takes 0.1 + 0.2 and 0.3 for equal."""
    numbers = {"a": 0.1 + 0.2, "b": 0.3}
    assert error_bound(parse(f"where(a {sign} b, 7, 2)"), numbers.__getitem__, lambda _: 0.0, Tolerance.atol) == 5.0


def test_the_other_branch_may_have_no_value() -> None:
    numbers = {"a": 1e-300, "b": 0.0}
    expr = parse("where(a > 0, 1, 1/b)")
    assert error_bound(expr, numbers.__getitem__, lambda name: 1e-299, UNIT) == 0
