"""When two right computations agree: enough, and no more than that."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from sheetgen import Tolerance
from sheetgen.network.tolerance import same_when_saved

UNIT = 1e-15
PAGE = Path(__file__).parents[2] / "docs" / "verification.md"


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


def test_the_defaults_are_those_of_the_page() -> None:
    assert f"defaults are rtol = {Tolerance().rtol} and atol = {Tolerance().atol};" in PAGE.read_text("utf-8")


def test_as_far_apart_as_is_allowed_is_close() -> None:
    assert Tolerance(rtol=0.0).close(1.0, 1.5, 0.5)
    assert not Tolerance(rtol=0.0).close(1.0, 1.5, 0.25)


def test_an_infinity_is_close_to_nothing_else() -> None:
    assert not Tolerance().close(1.0, math.inf)
    assert not Tolerance().close(-math.inf, math.inf)


@pytest.mark.parametrize("size", [1e-200, 1e-10, 1.0, 1e200])
def test_numbers_are_the_same_when_saved_to_15_digits(size: float) -> None:
    assert same_when_saved(size, size * (1 + 5e-15))
    assert not same_when_saved(size, size * (1 + 2e-14))
    assert not same_when_saved(size, -size)


def test_numbers_as_far_apart_as_15_digits_allow_are_the_same() -> None:
    apart = 45 * 2.0**-52
    size = apart / 1e-14
    assert (1e-14 * size, size - (size - apart)) == (apart, apart)
    assert same_when_saved(size, size - apart)
