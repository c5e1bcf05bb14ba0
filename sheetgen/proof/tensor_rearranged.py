"""Tensors whose elements are put elsewhere, hidden, or made of nothing, for the independent reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sheetgen.proof.tensor_arrays import Array, Shape, with_rows
from sheetgen.proof.tensor_function import Gain, TensorFunction, nothing_back
from sheetgen.proof.tensor_words import Items


def _transposed(x: Any) -> Array:
    x = with_rows(x)
    return np.transpose(x, (0, *range(x.ndim - 1, 0, -1)))


def _reshaped(x: Any, sizes: Shape = (-1,)) -> Array:
    x = with_rows(x)
    return np.asarray(x.reshape(len(x), *sizes))


def _reshaped_back(gain: Array, _: int, x: Array, sizes: Shape = (-1,)) -> Gain:
    return gain.reshape(len(gain), *x.shape[1:])


def _as_long(parts: tuple[Any, ...]) -> list[Array]:
    """Return parts that all have as many rows."""
    with_axes = [with_rows(part) for part in parts]
    rows = max(map(len, with_axes))
    return [np.broadcast_to(part, (rows, *part.shape[1:])) for part in with_axes]


def _behind_rows(axis: int) -> int:
    return axis + 1 if axis >= 0 else axis


def _stacked(*parts: Any, axis: int = 0) -> Array:
    return np.stack(_as_long(parts), axis=_behind_rows(axis))


def _stacked_back(gain: Array, index: int, *parts: Array, axis: int = 0) -> Gain:
    return np.asarray(np.take(gain, index, axis=_behind_rows(axis)))


def _joined(*parts: Any, axis: int = 0) -> Array:
    return np.concatenate(_as_long(parts), axis=_behind_rows(axis))


def _joined_back(gain: Array, index: int, *parts: Array, axis: int = 0) -> Gain:
    along = _behind_rows(axis)
    ends = np.cumsum([part.shape[along] for part in parts])[:-1]
    return np.split(gain, ends, axis=along)[index]


def _picked(x: Array, items: Items) -> Array:
    return x[(slice(None), *items)]


def _picked_back(gain: Array, _: int, x: Array, items: Items) -> Gain:
    gained = np.zeros((len(gain), *x.shape[1:]))
    gained[(slice(None), *items)] = gain
    return gained


def _seen(x: Array) -> NDArray[np.bool_]:
    """Return what a causal mask lets through: each row sees the columns up to its own."""
    return np.arange(x.shape[-1]) <= np.arange(x.shape[-2])[:, None]


def _masked(x: Array) -> Array:
    return np.where(_seen(x), x, -np.inf)


def _masked_back(gain: Array, _: int, x: Array) -> Gain:
    return np.where(_seen(x), gain, 0.0)


def _onehot(x: Any, sizes: Shape) -> Array:
    return np.equal(with_rows(x)[..., None], np.arange(sizes[0])).astype(float)


REARRANGED: Mapping[str, TensorFunction] = {
    "transpose": TensorFunction(_transposed, lambda gain, _, x: _transposed(gain)),
    "reshape": TensorFunction(_reshaped, _reshaped_back),
    "flatten": TensorFunction(_reshaped, _reshaped_back),
    "stack": TensorFunction(_stacked, _stacked_back),
    "concat": TensorFunction(_joined, _joined_back),
    "mask": TensorFunction(_masked, _masked_back),
    "onehot": TensorFunction(_onehot, nothing_back),
    "zeros": TensorFunction(lambda sizes: np.zeros((1, *sizes)), nothing_back),
    "ones": TensorFunction(lambda sizes: np.ones((1, *sizes)), nothing_back),
    "[]": TensorFunction(_picked, _picked_back),
}
"""The functions by their names; brackets take a part: at each of the first axes a place, or a span."""
