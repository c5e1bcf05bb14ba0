"""What the independent reference knows of a function of tensors: its value, and how a gain comes back to an operand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sheetgen.proof.reference_functions import FUNCTIONS
from sheetgen.proof.reference_slopes import passed_on, slope_of
from sheetgen.proof.tensor_arrays import Array, aligned, gathered, with_rows

Gain = Array | None


@dataclass(frozen=True)
class TensorFunction:
    """A function of arrays with an axis of rows.

    ``value`` takes the operands and the options; ``back`` the gain of the result, in all rows, which of the operands is
    meant, the operands and the options, and gives the gain of that operand, None where it has none.
    """

    value: Callable[..., Any]
    back: Callable[..., Gain]


def nothing_back(*_: object, **__: object) -> Gain:
    """Say of a function that only jumps that its operands gain nothing."""
    return None


def elementwise(name: str) -> TensorFunction:
    """Return a function of numbers as one of tensors, which are broadcast; its slope is taken by a complex step."""

    def value(*operands: Any) -> Any:
        return with_rows(np.real(FUNCTIONS[name](*aligned(operands))))

    def back(gain: Array, index: int, *operands: Any) -> Gain:
        slope = slope_of(name, aligned(operands), index)
        return None if slope is None else gathered(passed_on(gain, slope), operands[index].shape[1:])

    return TensorFunction(value, back)
