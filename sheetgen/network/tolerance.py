"""When two right computations of one number agree.

A fixed relative tolerance fails where nearly equal numbers are subtracted: 1 − a of a saturated neuron
keeps few digits, and spreadsheets snap such differences to 0. So each quantity also gets an error bound of its own
(`sheetgen.network.error_bounds`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Tolerance:
    """``rtol`` is relative to the larger number; ``atol`` to the operands the number was computed from."""

    rtol: float = 1e-12
    atol: float = 1e-14

    def close(self, a: float, b: float, bound: float = 0.0) -> bool:
        """Whether two numbers agree, in both directions alike; ``bound`` is an absolute error bound."""
        distance = abs(a - b)
        return a == b or (math.isfinite(distance) and distance <= self.rtol * max(abs(a), abs(b)) + bound)


def same_when_saved(a: float, b: float) -> bool:
    """Whether two numbers are one to 15 digits, which is what LibreOffice keeps of a number that it saves."""
    return a == b or abs(a - b) <= 1e-14 * max(abs(a), abs(b))
