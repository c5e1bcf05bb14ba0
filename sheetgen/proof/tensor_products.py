"""Products of matrices, and rows of a matrix that are looked up, for the independent reference."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sheetgen.proof.tensor_arrays import Array, aligned, gathered, with_rows
from sheetgen.proof.tensor_function import Gain, TensorFunction


def _matrices(left: Array, right: Array) -> tuple[Array, Array]:
    """Return both sides of a product as matrices: a vector on the left is a row, one on the right a column."""
    left = left[:, None, :] if left.ndim == 2 else left
    right = right[:, :, None] if right.ndim == 2 else right
    left, right = aligned((left, right))
    return left, right


def _product(left: Array, right: Array) -> Array:
    rows, columns = _matrices(left, right)
    result = rows @ columns
    if right.ndim == 2:
        result = result[..., 0]
    return result[..., 0, :] if left.ndim == 2 and right.ndim > 2 else result[..., 0] if left.ndim == 2 else result


def _product_back(gain: Array, index: int, left: Array, right: Array) -> Gain:
    rows, columns = _matrices(left, right)
    if right.ndim == 2:
        gain = gain[..., None]
    if left.ndim == 2:
        gain = gain[..., None, :]
    moved = gain @ columns.swapaxes(-1, -2) if index == 0 else rows.swapaxes(-1, -2) @ gain
    operand = (rows, columns)[index]
    return gathered(moved, operand.shape[1:]).reshape(len(moved), *(left, right)[index].shape[1:])


def _looked_up(places: Array, matrix: Array) -> Array:
    """Return rows of a matrix, or numbers of a vector, at some places, counted from 0; zeros where there is none."""
    places, matrix = with_rows(places), with_rows(matrix)
    where, there = _where(places, matrix)
    return np.asarray(matrix[where] * _over_rows(there, matrix))


def _looked_up_back(gain: Array, index: int, places: Array, matrix: Array) -> Gain:
    if index == 0:
        return None
    gained = np.zeros((len(gain), *matrix.shape[1:]))
    where, there = _where(with_rows(places), gained)
    np.add.at(gained, where, gain * _over_rows(there, gained))
    return gained


def _over_rows(there: NDArray[np.bool_], matrix: Array) -> NDArray[np.bool_]:
    """Return which rows there are, with an axis more where a row holds several numbers."""
    return there[..., None] if matrix.ndim > 2 else there


def _where(places: Array, matrix: Array) -> tuple[tuple[NDArray[np.intp], NDArray[np.intp]], NDArray[np.bool_]]:
    """Return where the rows of a matrix stand, and which of them there are."""
    count = max(len(places), len(matrix))
    places = np.broadcast_to(places, (count, *places.shape[1:]))
    there = np.isin(places, np.arange(matrix.shape[1]))
    rows = np.arange(count).reshape(count, *(1,) * (places.ndim - 1))
    rows = np.broadcast_to(rows if len(matrix) > 1 else rows * 0, places.shape)
    return (rows, np.where(there, places, 0).astype(np.intp)), there


PRODUCTS: Mapping[str, TensorFunction] = {
    "matmul": TensorFunction(_product, _product_back),
    "embedding": TensorFunction(_looked_up, _looked_up_back),
}
