"""The gradients of the loss by every number of the network, computed for the values beside the formulas.

E = −ln p of the right class. Of the scores, ∂E/∂s = p − y; a layer passes ∂E/∂z, z being what it gives before its ReLU,
to the layer before it, where that gave more than 0. Of equal numbers in a window the first is the largest, as in torch.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnn.net.folded import Array, PlainLayer
from cnn.net.plain import ringed, softmax


def backward(layers: Sequence[PlainLayer], values: Sequence[Array], label: int) -> list[Array]:
    """Return ∂E/∂z of each layer, (channels, side, side), given what each gives."""
    slope = softmax(values[-1].ravel())
    slope[label] -= 1
    slopes = [slope.reshape(-1, 1, 1)]
    for number in range(len(layers) - 1, 0, -1):
        passed = _passed(layers[number], values[number - 1], values[number], slopes[0])
        if layers[number - 1].relu:
            passed = np.where(values[number - 1] > 0, passed, 0.0)
        slopes.insert(0, passed)
    return slopes


def _passed(layer: PlainLayer, given: Array, result: Array, slope: Array) -> Array:
    """Return ∂E by what a layer takes."""
    if layer.kind == "avgpool":
        return np.broadcast_to(slope / layer.kernel**2, given.shape).copy()
    passed = np.zeros_like(given)
    if layer.kind == "maxpool":
        free, step, side = np.ones_like(result, dtype=bool), layer.stride, layer.side
        for a in range(layer.kernel):
            for b in range(layer.kernel):
                part = np.s_[:, a : a + step * side : step, b : b + step * side : step]
                chosen = free & (given[part] == result)
                passed[part] = np.where(chosen, slope, 0.0)
                free &= ~chosen
        return passed
    assert layer.weight is not None
    if layer.kind == "scale":
        return np.asarray(layer.weight[:, None, None] * slope)
    p, side = layer.padding, layer.side
    wide = np.zeros((len(given), given.shape[1] + 2 * p, given.shape[2] + 2 * p))
    weight = layer.weight.reshape(layer.channels, layer.channels_in, layer.kernel, layer.kernel)
    for a in range(layer.kernel):
        for b in range(layer.kernel):
            products = weight[:, :, a, b, None, None] * slope[:, None]
            wide[:, a : a + side, b : b + side] += products.sum(axis=0)
    return wide[:, p : p + given.shape[1], p : p + given.shape[2]]


def weight_slopes(layer: PlainLayer, given: Array, slope: Array) -> tuple[Array, Array]:
    """Return ∂E by the weights of a layer, of their shape, and by its biases."""
    assert layer.weight is not None
    if layer.kind == "scale":
        return (slope * given).sum(axis=(1, 2)), slope.sum(axis=(1, 2))
    maps, side = ringed(layer, given), layer.side
    found = np.empty((layer.channels, layer.channels_in, layer.kernel, layer.kernel))
    for a in range(layer.kernel):
        for b in range(layer.kernel):
            window = maps[:, a : a + side, b : b + side]
            found[:, :, a, b] = (slope[:, None] * window).sum(axis=(2, 3))
    return found.reshape(layer.weight.shape), slope.sum(axis=(1, 2))
