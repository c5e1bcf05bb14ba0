"""Sums, means and extremes along an axis of a tensor, or over all of it, for the independent reference."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sheetgen.proof.tensor_arrays import Array, with_rows
from sheetgen.proof.tensor_function import Gain, TensorFunction, nothing_back


def _axes(x: Array, axis: int | None) -> tuple[int, ...]:
    """Return the axes of an array that are folded, of which the rows are none."""
    if axis is None:
        return tuple(range(1, x.ndim))
    return (axis % (x.ndim - 1) + 1,)


def _folding(fold: Callable[..., Any]) -> Callable[..., Array]:
    def value(x: Any, axis: int | None = None, keepdims: bool = False) -> Array:
        x = with_rows(x)
        return np.asarray(fold(x, axis=_axes(x, axis), keepdims=keepdims))

    return value


def _spread(gain: Array, x: Array, axis: int | None, keepdims: bool) -> Array:
    """Return the gain of a folded tensor at every element that was folded."""
    gain = gain if keepdims else np.expand_dims(gain, _axes(x, axis))
    return np.broadcast_to(gain, (len(gain), *x.shape[1:]))


def _sum_back(gain: Array, _: int, x: Array, axis: int | None = None, keepdims: bool = False) -> Gain:
    return _spread(gain, x, axis, keepdims)


def _mean_back(gain: Array, _: int, x: Array, axis: int | None = None, keepdims: bool = False) -> Gain:
    count = math.prod(x.shape[place] for place in _axes(x, axis))
    return np.asarray(_spread(gain, x, axis, keepdims) / count)


def _first(x: Array, axis: int | None, find: Callable[..., Any]) -> NDArray[np.bool_]:
    """Return where the first of the extreme elements stands."""
    along = x.reshape(len(x), -1) if axis is None else np.moveaxis(x, _axes(x, axis)[0], -1)
    found: NDArray[np.bool_] = np.equal(np.arange(along.shape[-1]), find(along, axis=-1, keepdims=True))
    return found.reshape(x.shape) if axis is None else np.moveaxis(found, -1, _axes(x, axis)[0])


def _extreme_back(find: Callable[..., Any]) -> Callable[..., Gain]:
    def back(gain: Array, _: int, x: Array, axis: int | None = None, keepdims: bool = False) -> Gain:
        return np.where(_first(x, axis, find), _spread(gain, x, axis, keepdims), 0.0)

    return back


AXES: Mapping[str, TensorFunction] = {
    "sum": TensorFunction(_folding(np.sum), _sum_back),
    "mean": TensorFunction(_folding(np.mean), _mean_back),
    "max": TensorFunction(_folding(np.max), _extreme_back(np.argmax)),
    "min": TensorFunction(_folding(np.min), _extreme_back(np.argmin)),
    "argmax": TensorFunction(lambda x: np.argmax(x, axis=-1).astype(float), nothing_back),
}
