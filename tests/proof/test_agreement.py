"""When two values of a cell agree, and when they do not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetgen import Tolerance
from sheetgen.engines.base import CellError, Value
from sheetgen.proof.agreement import apart, cached_agrees, values_agree

TOLERANCE = Tolerance()
NAN, INFINITY = math.nan, math.inf
NUM, DIV = CellError("#NUM!"), CellError("#DIV/0!")

AGREE: list[tuple[Value, Value, float]] = [
    (0.5, 0.5, 0.0),
    (1.0, 1.0 + 5e-13, 0.0),
    (-1e300, -1e300 * (1 + 5e-13), 0.0),
    (0.0, 1e-15, 1e-15),
    (3.0, 3, 0.0),
    (INFINITY, INFINITY, 0.0),
    ("h1", "h1", 0.0),
    ("rate 1E-05", "rate 0.00001", 0.0),
    ("from 0.1 to 1E+3", "from 0.10000000000000001 to 1000", 0.0),
    ("η = 0,1", "η = 0.1", 0.0),
    ("η = 0\u066b1", "η = 0.1", 0.0),
    ("η = \u0660\u066b\u0661", "η = 0.1", 0.0),
    ("η = 1,00000000000000E-007, after 2", "η = 0.0000001, after 2", 0.0),
    ("β1.5: 0,1, 0,25; 3 steps.", "β1.5: 0.1, 0.25; 3 steps.", 0.0),
    ("(2,0,5)", "(2,0.5)", 0.0),
    (None, "", 0.0),
    ("", None, 0.0),
    (True, True, 0.0),
    (NUM, CellError("#NUM!"), 0.0),
]
DIFFER: list[tuple[Value, Value, float]] = [
    (0.5, 0.25, 0.0),
    (1.0, 1.0 + 5e-12, 0.0),
    (0.0, 1e-15, 0.0),
    (NAN, NAN, 1.0),
    (INFINITY, -INFINITY, 1.0),
    (INFINITY, 1.0, 1.0),
    (NUM, 0.5, 1.0),
    (0.5, NUM, 1.0),
    (NUM, DIV, 1.0),
    ("h1", "h2", 0.0),
    ("h1", "H1", 0.0),
    ("rate 1E-05", "rate 0.00002", 0.0),
    ("rate 1E-05", "Rate 1E-05", 0.0),
    ("1 and 2", "1 and", 0.0),
    ("η = 0,2", "η = 0.1", 0.0),
    ("η = 01", "η = 0.1", 0.0),
    ("η = 0;1", "η = 0.1", 0.0),
    ("η = 0, 1", "η = 0.1", 0.0),
    ("η = 1,000", "η = 1000", 0.0),
    ("η = ,1", "η = 0.1", 0.0),
    ("at 48, it", "at 48. it", 0.0),
    ("η = 0,1 and 0,3", "η = 0.1 and 0.2", 0.0),
    (None, 0.0, 1.0),
    ("", 0.0, 1.0),
    ("0.5", 0.5, 1.0),
]


@pytest.mark.parametrize(("value", "expected", "bound"), AGREE)
def test_values_that_agree(value: Value, expected: Value, bound: float) -> None:
    assert values_agree(value, expected, TOLERANCE, bound)


@pytest.mark.parametrize(("value", "expected", "bound"), DIFFER)
def test_values_that_differ(value: Value, expected: Value, bound: float) -> None:
    assert not values_agree(value, expected, TOLERANCE, bound)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_agree_in_both_directions(a: float, b: float) -> None:
    assert values_agree(a, b, TOLERANCE, 0.0) == values_agree(b, a, TOLERANCE, 0.0)
    assert values_agree(a, b, TOLERANCE, 0.0) == (math.isclose(a, b, rel_tol=1e-12, abs_tol=0.0))


@pytest.mark.parametrize("size", [1e-300, 1e-10, 0.5, 1.0, 7.0, 1e10, 1e300])
@pytest.mark.parametrize("bound", [0.0, 1e-11, 1.0])
def test_many_numbers_are_apart_where_two_are(size: float, bound: float) -> None:
    others = np.array([0.0, size, -size, size * (1 + 5e-13), size * (1 - 5e-12), size + bound, INFINITY, NAN])
    expected = [not TOLERANCE.close(size, float(other), bound) for other in others]
    assert apart(np.full(len(others), size), others, TOLERANCE, bound).tolist() == expected
    assert True in expected
    assert False in expected


@pytest.mark.parametrize(
    ("cached", "recalculated", "agrees"),
    [(NUM, DIV, True), (NUM, 0.5, False), (0.5, NUM, False), (0.0, 5e-15, True), (0.0, 5e-14, False), ("", None, True),
     (None, "", True),
     ("1E-05", "0.00001", True), ("a 0,5", "a 0.5", True), ("a 0,5", "a 0.6", False),
     (True, True, True), (True, False, False), (2.0, 2.0, True)],
)  # fmt: skip
def test_a_cached_value_and_the_recalculated_one(cached: Value, recalculated: Value, agrees: bool) -> None:
    """Engines give other codes for one error, so any two errors agree; texts may spell numbers otherwise."""
    assert cached_agrees(cached, recalculated, TOLERANCE) is agrees
