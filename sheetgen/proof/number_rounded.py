"""Whether a number format shows a number as finely as the one that its cell was built with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from sheetgen.proof.number_shown import placeholders

_GENERAL_DIGITS = 6
"""The digits that General shows at least of a number, in the narrowest of our columns that hold one."""
_SAME = 1e-9
"""By how much of itself a number may differ from what is shown, and be shown whole."""
_WHOLE = 1e15
"""How many units a number must have at least, for its digits to be all there are."""


@dataclass(frozen=True)
class Fineness:
    """The digits that a number format shows: behind the point, or behind the first digit where it is ``scientific``."""

    digits: int
    scientific: bool

    def unit(self, number: float) -> float:
        """Return the last digit that is shown of a number, as a number."""
        return 10.0 ** ((_power(number) if self.scientific else 0) - self.digits)


@cache
def fineness(code: str) -> Fineness | None:
    """Return how finely a number format shows numbers, the coarsest of its sections; None for one that rounds none."""
    found = [Fineness(digits, scientific) for digits, scientific in placeholders(code)]
    return min(found, key=lambda one: (not one.scientific, one.digits), default=None)


@cache
def always_as_fine(code: str, built: str) -> bool:
    """Whether a number format shows every number as finely as the one with which its cell was built."""
    found, ours = fineness(code), fineness(built)
    if found is None or found == ours:
        return True
    return ours is not None and found.scientific == ours.scientific and found.digits >= ours.digits


def as_fine(number: float, code: str, built: str) -> bool:
    """Whether a number format shows a number as finely as the one with which its cell was built, or whole."""
    found = fineness(code)
    if always_as_fine(code, built) or found is None or not number or not math.isfinite(number):
        return True
    ours = fineness(built) or Fineness(_GENERAL_DIGITS - 1, scientific=True)
    unit = found.unit(number)
    if unit <= ours.unit(number) * (1 + _SAME) or abs(number) / unit > _WHOLE:
        return True
    return abs(number - round(number / unit) * unit) <= _SAME * abs(number)


def _power(number: float) -> int:
    """Return the power of ten of the first digit of a number."""
    return math.floor(math.log10(abs(number)))
