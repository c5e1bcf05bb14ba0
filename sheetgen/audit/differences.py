"""A derivative from the values of a function alone: central differences, extrapolated, with a bound of their error.

Richardson, The deferred approach to the limit, 1927: the error of a central difference has even powers of the step
only, so that two steps give an estimate without the first of them, three steps one without the second.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

STEPS = 3
SIDES = (1.0, -1.0)
_UNIT = 2.0**-53
_TRUST = 4.0
"""By how much the error may be larger than the last correction."""


@dataclass(frozen=True)
class Estimate:
    """A derivative, and how far off it may be."""

    slope: float
    error: float

    def allows(self, value: float, error: float = 0.0) -> bool:
        """Whether a number, known to an error, may be the derivative."""
        return abs(value - self.slope) <= self.error + error


def steps(at: float, scale: float) -> list[float]:
    """Return three steps around a number, each half of the one before, such that ``at`` ± a step is exact enough.

    ``scale`` is the first relative to the number, which is taken to be at least a tenth.
    """
    first = 2.0 ** round(math.log2(scale * max(abs(at), 0.1)))
    return [first / 2**index for index in range(STEPS)]


def estimate(sizes: Sequence[float], values: Sequence[tuple[float, float]], error: float) -> Estimate:
    """Return the derivative from the values above and below at each step; ``error`` is how far off a value may be."""
    first = [(above - below) / (2 * size) for size, (above, below) in zip(sizes, values, strict=True)]
    second = [(4 * finer - coarser) / 3 for coarser, finer in pairwise(first)]
    third = (16 * second[1] - second[0]) / 15
    largest = max(abs(value) for pair in values for value in pair)
    rounding = 2 * (error + _UNIT * largest) / sizes[-1]
    return Estimate(third, _TRUST * abs(third - second[1]) + rounding + 4 * _UNIT * abs(third))
