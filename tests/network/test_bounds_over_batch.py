"""The bounds of numbers of a whole batch, against exact fractions of what rounded numbers may have been."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import pytest

from sheetgen.algebra.over_batch import MAX, MEAN, SUM, VAR
from sheetgen.network.bounds_over_batch import bound_over_batch

UNIT = 2.0**-53
Exactly = Callable[[Sequence[Fraction]], Fraction]


def mean(x: Sequence[Fraction]) -> Fraction:
    return sum(x, Fraction()) / len(x)


def variance(x: Sequence[Fraction]) -> Fraction:
    return mean([(one - mean(x)) ** 2 for one in x])


EXACTLY: dict[str, Exactly] = {MEAN: mean, VAR: variance, SUM: lambda x: sum(x, Fraction()), MAX: max}
ROUNDED = {
    MEAN: lambda x: sum(x) / len(x),
    VAR: lambda x: sum((one - sum(x) / len(x)) ** 2 for one in x) / len(x),
    SUM: sum,
    MAX: max,
}


@pytest.mark.parametrize("function", EXACTLY)
@pytest.mark.parametrize("middle", [0.0, 1.0, 1e6])
def test_what_rounding_does_lies_within_and_not_far_within(function: str, middle: float) -> None:
    """Each number may be off by its error; terms are added in any order."""
    rng = np.random.default_rng(5)
    nearest = 0.0
    for _ in range(60):
        true = middle + rng.normal(size=6)
        errors = 1e-9 * rng.uniform(0, 1, size=6)
        given = true + errors * rng.choice([-1, 1], size=6)
        bound = bound_over_batch(
            function, given[:, np.newaxis], errors[:, np.newaxis] + UNIT * np.abs(true[:, np.newaxis]), UNIT
        )
        assert np.all(bound == bound[0])
        exact = EXACTLY[function]([Fraction(float(number)) for number in true])
        found = ROUNDED[function](rng.permutation(given).tolist())
        off = abs(Fraction(float(found)) - exact)
        assert off <= Fraction(float(bound[0, 0]))
        nearest = max(nearest, float(off / Fraction(float(bound[0, 0]))))
    assert nearest > 0.1
