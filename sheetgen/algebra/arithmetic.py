"""Arithmetic as a spreadsheet does it, where Python's own differs: what has no value there has none here.

Each raises ValueError, OverflowError or ZeroDivisionError where a spreadsheet shows #NUM! or #DIV/0!.
"""

from __future__ import annotations

import math
from collections.abc import Callable

_EXCEL_LIMIT = 2.0**27
"""Excel gives #NUM! for the sine and cosine of larger numbers."""


def excel_power(base: float, exponent: float) -> float:
    """Raise as Excel does, where 0^0 is an error."""
    if base == 0 and exponent == 0:
        raise ValueError("0^0 is undefined")
    return math.pow(base, exponent)


def of_angle(function: Callable[[float], float]) -> Callable[[float], float]:
    """Return a trigonometric function that refuses what Excel refuses."""

    def limited(a: float) -> float:
        if abs(a) >= _EXCEL_LIMIT:
            raise OverflowError("the angle is too large")
        return function(a)

    return limited


def sign(a: float) -> float:
    """Return −1, 0 or 1."""
    return float((a > 0) - (a < 0))
