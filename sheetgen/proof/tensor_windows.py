"""Convolutions and pools for the independent reference, one place of the window after the other, for all windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

import numpy as np

from sheetgen.proof.tensor_arrays import Array, Shape
from sheetgen.proof.tensor_function import Gain, TensorFunction

Index = tuple[Any, ...]
"""An index of the last axes of an array."""


def _sizes(image: Shape, window: Shape, strides: Shape, dilation: int = 1) -> Shape:
    """Return how many windows lie along each axis."""
    sides = (1 + (side - 1) * dilation for side in window)
    return tuple((size - side) // step + 1 for size, side, step in zip(image, sides, strides, strict=True))


def _under(window: Shape, sizes: Shape, strides: Shape, dilation: int = 1) -> Iterator[tuple[Index, Index]]:
    """Yield each place of a window, and which elements of an image lie under it as the window moves."""
    for place in product(*map(range, window)):
        starts = [dilation * at for at in place]
        ends = (start + step * (size - 1) + 1 for start, size, step in zip(starts, sizes, strides, strict=True))
        yield (..., *place), (..., *map(slice, starts, ends, strides))


# --- convolutions ---


class _Convolution:
    """Images (rows, channels, *image) and kernels (rows, kernels, channels, *window), from what an equation gives."""

    def __init__(self, x: Array, kernel: Array, axes: int, stride: int, padding: int, dilation: int) -> None:
        self.axes, self.stride, self.padding, self.dilation = axes, stride, padding, dilation
        images = x if x.ndim == axes + 2 else x[:, None]
        kernels = kernel if kernel.ndim == axes + 3 else kernel[:, :, None]
        if kernel.ndim == axes + 1:
            kernels = kernel[:, None, None]
        around = [(0, 0)] * 2 + [(padding, padding)] * axes
        self.images, self.kernels = np.pad(images, around), kernels
        self.sizes = _sizes(self.images.shape[2:], kernels.shape[3:], (stride,) * axes, dilation)

    def under(self) -> Iterator[tuple[Index, Index]]:
        return _under(self.kernels.shape[3:], self.sizes, (self.stride,) * self.axes, self.dilation)

    def flat(self, x: Array) -> Array:
        """Return images, or parts of them, as a matrix: a row a channel."""
        return x.reshape(*x.shape[:2], -1)

    def value(self) -> Array:
        total: Any = 0.0
        for place, here in self.under():
            total = total + self.kernels[place] @ self.flat(self.images[here])
        return np.asarray(total).reshape(*np.shape(total)[:2], *self.sizes)

    def back_to_images(self, gain: Array) -> Array:
        gained = np.zeros((len(gain), *self.images.shape[1:]))
        for place, here in self.under():
            moved = self.kernels[place].swapaxes(1, 2) @ self.flat(gain)
            gained[here] += moved.reshape(*moved.shape[:2], *self.sizes)
        inner: Index = (..., *(slice(self.padding, size - self.padding) for size in gained.shape[2:]))
        return np.asarray(gained[inner])

    def back_to_kernels(self, gain: Array) -> Array:
        gained = np.empty((len(gain), *self.kernels.shape[1:]))
        for place, here in self.under():
            gained[place] = self.flat(gain) @ self.flat(self.images[here]).swapaxes(1, 2)
        return gained


def _convolution(axes: int) -> TensorFunction:
    def value(x: Array, kernel: Array, stride: int = 1, padding: int = 0, dilation: int = 1, groups: int = 1) -> Array:
        parts = zip(_split(x, groups), _split(kernel, groups), strict=True)
        made = [_Convolution(*part, axes, stride, padding, dilation).value() for part in parts]
        return made[0][:, 0] if kernel.ndim == axes + 1 else np.concatenate(made, axis=1)

    def back(
        gain: Array,
        index: int,
        x: Array,
        kernel: Array,
        stride: int = 1,
        padding: int = 0,
        dilation: int = 1,
        groups: int = 1,
    ) -> Gain:
        gain = gain[:, None] if kernel.ndim == axes + 1 else gain
        made = []
        for gained, *operands in zip(*(_split(one, groups) for one in (gain, x, kernel)), strict=True):
            image, of_image = operands
            convolution = _Convolution(image, of_image, axes, stride, padding, dilation)
            moved = convolution.back_to_kernels(gained) if index else convolution.back_to_images(gained)
            made.append(moved.reshape(len(moved), *operands[index].shape[1:]))
        return np.concatenate(made, axis=1)

    return TensorFunction(value, back)


def _split(x: Array, groups: int) -> list[Array]:
    """Return the groups of channels, or of kernels, which lie along the first axis of a tensor."""
    return np.split(x, groups, axis=1)


# --- pools ---


class _Pool:
    """The elements of each window, over the last axes of a tensor."""

    def __init__(self, x: Array, sizes: Shape, stride: int, axes: int) -> None:
        axes = axes or min(x.ndim - 1, 2)
        window = sizes * axes if len(sizes) == 1 else sizes
        strides = (stride,) * axes if stride else window
        self.shape = x.shape[1:]
        self.under = [here for _, here in _under(window, _sizes(x.shape[-axes:], window, strides), strides)]
        self.elements = np.stack([x[here] for here in self.under])

    def back(self, gains: Callable[[int], Array], rows: int) -> Array:
        """Return what the tensor gains; ``gains`` says what the elements at each place of the windows do."""
        gained = np.zeros((rows, *self.shape))
        for number, here in enumerate(self.under):
            gained[here] += gains(number)
        return gained


def _largest(x: Array, sizes: Shape, stride: int = 0, axes: int = 0) -> Array:
    return np.asarray(_Pool(x, sizes, stride, axes).elements.max(axis=0))


def _largest_back(gain: Array, _: int, x: Array, sizes: Shape, stride: int = 0, axes: int = 0) -> Gain:
    pool = _Pool(x, sizes, stride, axes)
    first = pool.elements.argmax(axis=0)
    return pool.back(lambda number: np.where(first == number, gain, 0.0), len(gain))


def _mean(x: Array, sizes: Shape, stride: int = 0, axes: int = 0) -> Array:
    return np.asarray(_Pool(x, sizes, stride, axes).elements.mean(axis=0))


def _mean_back(gain: Array, _: int, x: Array, sizes: Shape, stride: int = 0, axes: int = 0) -> Gain:
    pool = _Pool(x, sizes, stride, axes)
    return pool.back(lambda _: gain / len(pool.under), len(gain))


WINDOWS: Mapping[str, TensorFunction] = {
    "conv1d": _convolution(1),
    "conv2d": _convolution(2),
    "maxpool": TensorFunction(_largest, _largest_back),
    "avgpool": TensorFunction(_mean, _mean_back),
}
