"""Tensors of many rows of the training as NumPy's arrays: the rows are the first axis, the tensor's own come behind.

What is the same in every row has a first axis of 1; a number that stands in an equation has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Shape = tuple[int, ...]


def with_rows(value: Any) -> Array:
    """Return a value with an axis of rows."""
    array = np.asarray(value)
    return array if array.ndim else array.reshape(1)


def aligned(operands: Sequence[Any]) -> list[Any]:
    """Return operands whose last axes stand under each other, as NumPy broadcasts, behind the axis of the rows."""
    axes = max((np.ndim(operand) for operand in operands), default=0)
    return [_filled_up(operand, axes) if np.ndim(operand) else operand for operand in operands]


def _filled_up(operand: Array, axes: int) -> Array:
    return operand.reshape(len(operand), *(1,) * (axes - operand.ndim), *operand.shape[1:])


def gathered(gain: Array, shape: Shape) -> Array:
    """Return what a tensor of a shape gains where it was broadcast: the sum over the axes along which it was."""
    gain = gain.sum(axis=tuple(range(1, gain.ndim - len(shape))))
    stretched = [axis for axis, size in enumerate(shape, start=1) if size == 1 and gain.shape[axis] != 1]
    return np.asarray(gain.sum(axis=tuple(stretched), keepdims=True))
