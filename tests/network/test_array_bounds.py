"""Error bounds of arrays are, number by number, those of single expressions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trees import EXPRESSIONS

from sheetgen.algebra.arithmetic import excel_power
from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS, evaluate, expanded
from sheetgen.algebra.expr import Before, Expr, Held, Var
from sheetgen.algebra.parser import parse
from sheetgen.network import array_values
from sheetgen.network.array_bounds import Known, Pair, compiled
from sheetgen.network.array_values import Array
from sheetgen.network.error_bounds import error_bound
from sheetgen.network.tolerance import Tolerance

NUMBERS = [0.0, 0.1, 0.3, 0.1 + 0.2, 0.5, 0.75, 1.0, -1.0, -1.25, 2.0, 2.5, 1 - 2**-52, 1e-300, 1e200, -700.0, 1e5]
ROWS = 6
POINTS = st.lists(st.tuples(*[st.sampled_from(NUMBERS)] * 4), min_size=ROWS, max_size=ROWS)
ERRORS = st.lists(st.tuples(*[st.sampled_from([0.0, 1e-16, 1e-15, 1e-9, 0.25])] * 4), min_size=ROWS, max_size=ROWS)
EXACT = {"abs", "sign", "max", "min", "floor"}


def bounded(tree: Expr, points: Array, errors: Array, unit: float) -> Pair:
    def numbers(name: Var | Before | Held) -> Pair:
        return points[:, "abcd".index(name.name)], errors[:, "abcd".index(name.name)]

    with np.errstate(all="ignore"):
        values, bounds = compiled(expanded(tree))(Known(numbers, unit))
    return np.broadcast_to(values, len(points)), np.broadcast_to(bounds, len(points))


def hold_equal(tree: Expr, points: Array, errors: Array, unit: float) -> int:
    """Hold values and bounds against those of every row by itself; return how many rows have any."""
    values, bounds = bounded(tree, points, errors, unit)
    defined = 0
    for row in range(len(points)):
        value = dict(zip("abcd", points[row].tolist(), strict=True)).__getitem__
        error = dict(zip("abcd", errors[row].tolist(), strict=True)).__getitem__
        try:
            expected = evaluate(tree, value), error_bound(tree, value, error, unit)
        except ARITHMETIC_ERRORS:
            continue
        defined += 1
        assert (values[row], bounds[row]) == pytest.approx(expected, rel=1e-15, abs=0.0), (tree, row)
    return defined


@pytest.fixture
def of_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every function that rounds be Python's: NumPy's is off by a bit here and there, which a jump may magnify."""
    exact = {op: function for op, function in array_values._FUNCTIONS.items() if op in EXACT}
    power = array_values._one_by_one(excel_power, 2)
    monkeypatch.setattr(array_values, "_FUNCTIONS", {**exact, "pow": power})


@pytest.mark.usefixtures("of_python")
def test_bounds_of_random_equations_are_those_of_every_row_by_itself() -> None:
    defined = []

    @settings(max_examples=300, deadline=None)
    @given(EXPRESSIONS, POINTS, ERRORS, st.sampled_from([1e-15, Tolerance.atol, 1.0]))
    def same(tree: Expr, points: list[tuple[float, ...]], errors: list[tuple[float, ...]], unit: float) -> None:
        defined.append(hold_equal(tree, np.array(points), np.array(errors), unit))

    same()
    assert sum(defined) > ROWS * len(defined) / 4, "most have a value"


TEXTS = [
    "where(a > b, c*2, d*5)", "where(a > 0, ln(a), exp(b)) + c", "where(a == b, a/b, b/a)", "max(a, b, c) - min(b, d)",
    "abs(a - b)", "floor(a/b)", "mod(a, b)", "held(a*b)", "a^b", "(a + b)^3", "a^-1", "sqrt(a) + ln(b)",
    "1/(1 + exp(-a))",    "tanh(a*b)", "softplus(a)", "gelu(a)", "huber(a, b)", "bce(a, b)", "sign(a - b)*c",
    "sin(a) + cos(b)", "pi()*a - 3",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("unit", [1e-15, 1.0])
def test_bounds_with_the_functions_of_numpy(text: str, unit: float) -> None:
    """At ordinary numbers, and with branches, kinks and edges of domains on both sides."""
    points = np.array([(a, b, 0.7, -1.3) for a in (-2.0, 0.1, 0.5, 0.9, 3.0) for b in (-1.0, 0.25, 0.5, 0.8)])
    for errors in (np.zeros_like(points), 1e-12 * np.abs(points)):
        values, bounds = bounded(parse(text), points, errors, unit)
        for row, point in enumerate(points.tolist()):
            value = dict(zip("abcd", point, strict=True)).__getitem__
            error = dict(zip("abcd", errors[row].tolist(), strict=True)).__getitem__
            try:
                expected = evaluate(parse(text), value), error_bound(parse(text), value, error, unit)
            except ARITHMETIC_ERRORS:
                assert math.isnan(values[row]), point
                continue
            assert (values[row], bounds[row]) == pytest.approx(expected, rel=1e-12), point


def test_rounding_that_decides_widens_the_bound_where_it_does() -> None:
    points = np.array([(0.1 + 0.2, 0.3, 0.0, 0.0), (0.31, 0.3, 0.0, 0.0), (0.3, 0.3, 0.0, 0.0)])
    errors = Tolerance.atol * np.abs(points)
    assert bounded(parse("where(a > b, 7, 2)"), points, errors, Tolerance.atol)[1].tolist() == [5.0, 0.0, 0.0]


def test_the_other_branch_may_have_no_value() -> None:
    points = np.array([(1e-300, 0.0, 0.0, 0.0), (1e-300, 0.5, 0.0, 0.0)])
    found = bounded(parse("where(a > 0, 1, 1/b)"), points, np.full_like(points, 1e-299), Tolerance.atol)
    assert found[1].tolist() == [0.0, 1.0]


def test_a_branch_that_nobody_takes_is_not_computed() -> None:
    def numbers(name: Var | Before | Held) -> Pair:
        assert name.name != "b"
        return np.array([1.0, 2.0]), np.array([0.0, 0.0])

    assert compiled(parse("where(a > 0, a, b)"))(Known(numbers, 1e-15))[0].tolist() == [1.0, 2.0]


def test_an_infinity_does_not_vanish() -> None:
    """1/(1e200·1e200) has no value, though NumPy's is 0."""
    assert np.isnan(bounded(parse("1/(a*a)"), np.full((1, 4), 1e200), np.zeros((1, 4)), 1.0)[0])
