"""The slope of one function by one of its operands, by a complex step."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from sheetgen.proof.reference_functions import FUNCTIONS

STEP = 2.0**-166
"""Far below any number that is differentiated at: the logarithm of a probability of 1e-30 still has its slope.

A power of two, by which nothing is rounded.
"""

SMALLEST_SLOPE = sys.float_info.min / STEP
"""A derivative below this is lost to underflow."""


def slope_of(function: str, operands: Sequence[Any], index: int) -> Any:
    """Return ∂function/∂operand, elementwise; None where the function only jumps, or the operand is no number."""
    if np.asarray(operands[index]).dtype == bool:
        return None
    moved = [*operands]
    moved[index] = operands[index] + 1j * STEP
    result = FUNCTIONS[function](*moved)
    return result.imag / STEP if np.iscomplexobj(result) else None


def passed_on(gain: Any, slope: Any) -> Any:
    """Return the product; where nothing is to be passed on, a slope that is infinite or no number does not leak."""
    return np.where(gain == 0, 0.0, gain * slope)
