"""What plain layers give, computed in double precision: the values that files keep beside their formulas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnn.net.folded import Array, PlainLayer


def forward(layers: Sequence[PlainLayer], image: Array) -> list[Array]:
    """Return what each layer gives, (channels, side, side), for an image (28, 28); that of the last are the logits."""
    maps, given = image[None], []
    for layer in layers:
        maps = applied(layer, maps)
        given.append(maps)
    return given


def applied(layer: PlainLayer, maps: Array) -> Array:
    """Return what one layer gives for maps (channels, side, side)."""
    result = _applied(layer, ringed(layer, maps))
    return np.maximum(result, 0.0) if layer.relu else result


def ringed(layer: PlainLayer, maps: Array) -> Array:
    """Return maps with the ring around each that a layer asks for."""
    if layer.ring is None:
        return maps
    side = maps.shape[1] + 2 * layer.padding
    wide = np.broadcast_to(layer.ring[:, None, None], (len(maps), side, side)).copy()
    wide[:, layer.padding : -layer.padding, layer.padding : -layer.padding] = maps
    return wide


def _applied(layer: PlainLayer, maps: Array) -> Array:
    windows = sliding_window_view(maps, (layer.kernel, layer.kernel), axis=(1, 2))
    windows = windows[:, :: layer.stride, :: layer.stride]
    if layer.kind == "maxpool":
        return np.asarray(windows.max(axis=(3, 4)))
    if layer.kind == "avgpool":
        return np.asarray(windows.mean(axis=(3, 4)))
    assert layer.weight is not None
    assert layer.bias is not None
    bias = layer.bias[:, None, None]
    if layer.kind == "scale":
        return np.asarray(layer.weight[:, None, None] * maps + bias)
    weight = layer.weight.reshape(layer.channels, layer.channels_in, layer.kernel, layer.kernel)
    products = weight[:, :, None, None] * windows  # no matrix product: its last bits depend on where numbers lie
    return np.asarray(products.sum(axis=(1, 4, 5)) + bias)


def softmax(logits: Array) -> Array:
    """Return the probabilities of logits (n,)."""
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum())
