"""How far two right computations may lie apart: enough, and no more than that."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given, settings
from mpmath import mpf, workdps  # type: ignore[import-untyped]
from tracing import trace
from trees import ERRORS, EXPRESSIONS, VALUES, exact, settled

from sheetgen import Tolerance, load
from sheetgen.algebra.evaluate import evaluate, expanded
from sheetgen.algebra.expr import Apply, Expr
from sheetgen.algebra.parser import parse
from sheetgen.network.row_program import Row
from sheetgen.network.study import Study
from sheetgen.network.tolerance import RowBounds, error_bound

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


def row_bounds(seed: Study, rows: list[Row], unit: float) -> dict[str, float]:
    bounds = RowBounds(seed.graph, seed.constants(0), unit, seed.batch)
    for row in rows:
        bounds.follow(row)
    return bounds.here()


def test_the_bounds_of_a_row_of_the_seed() -> None:
    seed = load()
    rows = next(iter(trace(seed))).rows[0]
    row = dict(zip(seed.graph.names, rows[0], strict=True))
    bounds = row_bounds(seed, rows[:1], UNIT)
    assert set(seed.graph.names) <= set(bounds)
    assert bounds["iteration"] == 0
    for name in seed.graph.names[1:]:
        assert 0 < bounds[name] < 1e-13 * max(1.0, abs(row[name])), name
    halved = row_bounds(seed, rows[:1], UNIT / 2)
    assert halved["∂E_total/∂w1"] == pytest.approx(bounds["∂E_total/∂w1"] / 2)


def test_bounds_do_not_grow_from_row_to_row() -> None:
    seed = load()
    rows = next(iter(trace(seed))).rows[0]
    early, late = (row_bounds(seed, rows[:count], UNIT)["w1"] for count in (3, 100))
    assert UNIT * 0.1 < late < 2 * early


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


def test_the_other_branch_may_have_no_value() -> None:
    numbers = {"a": 1e-300, "b": 0.0}
    expr = parse("where(a > 0, 1, 1/b)")
    assert error_bound(expr, numbers.__getitem__, lambda name: 1e-299, UNIT) == 0
