"""A trained network folded into plain layers: no batch norm, no normalisation of the input, no dropout is left.

In evaluation a batch norm is y = s·x + t for each channel, s = γ/√(σ² + ε) and t = β − s·μ (Ioffe and Szegedy, 2015),
and so is the normalisation of the input. Such a map goes into the weights of the layer before it, where no ReLU stands
between, and otherwise waits for the next layer that has weights; on its way it passes through averages, and through
maxima where every s is positive. What can go neither way stays as a layer of its own, ``scale``.

A padded convolution pads what the map gives with zeros, that is with −t/s what the map takes: this is its ``ring``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnn.net.networks import LayerFacts

Array = NDArray[np.float64]
Weights = Callable[[LayerFacts], Mapping[str, Any]]
"""Gives the arrays of a layer by torch's names: weight, bias, running_mean, running_var."""
PlainKind = Literal["conv", "maxpool", "avgpool", "scale", "linear"]
EPSILON = 1e-5
"""That of torch's batch norms."""


@dataclass(frozen=True)
class PlainLayer:
    """A layer that is computed from numbers alone: ``kind``, and then max(0, ·) where ``relu``.

    ``weight`` is (out, in, k, k) of a convolution, (out, in) of a linear layer, (c,) of a scale, and ``bias`` (out,).
    ``ring`` (in,) stands around each map that a convolution pads. Sides and the receptive field are in pixels.
    """

    kind: PlainKind
    kernel: int
    stride: int
    padding: int
    channels_in: int
    channels: int
    side_in: int
    side: int
    receptive_field: int
    jump: int
    relu: bool = False
    weight: Array | None = None
    bias: Array | None = None
    ring: Array | None = None

    @property
    def numbers(self) -> int:
        """How many weights and biases it has."""
        return sum(part.size for part in (self.weight, self.bias) if part is not None)

    @property
    def is_global(self) -> bool:
        """Whether it is the average of a whole map."""
        return self.kind == "avgpool" and self.side == 1


@dataclass(frozen=True)
class Affine:
    """The map s·x + t of each channel."""

    scale: Array
    shift: Array

    def then(self, other: Affine) -> Affine:
        """Return this map followed by another."""
        return Affine(self.scale * other.scale, self.shift * other.scale + other.shift)


def normalisation(mean: float, deviation: float) -> Affine:
    """Return the map from pixels of 0…255 to the network's input, whose mean and deviation are given for 0…1."""
    return Affine(np.array([1 / (255 * deviation)]), np.array([-mean / deviation]))


def fold(layers: Sequence[LayerFacts], weights: Weights, before: Affine) -> tuple[PlainLayer, ...]:
    """Return the plain layers that give the logits of a network in evaluation, from what ``before`` takes."""
    folder = _Folder(before, layers[0].side_in)
    for layer in layers:
        folder.add(layer, weights)
    folder.settle()
    return tuple(folder.layers)


class _Folder:
    """The plain layers so far, and the map that waits for the next weights."""

    def __init__(self, before: Affine, side: int) -> None:
        self.layers: list[PlainLayer] = []
        self.waiting: Affine | None = before
        self.side = side

    def add(self, layer: LayerFacts, weights: Weights) -> None:
        """Take the next layer of the network."""
        match layer.kind:
            case "conv" | "linear":
                self._weighted(layer, weights(layer))
            case "batchnorm":
                self._affine(_of_norm(weights(layer)))
            case "relu":
                self.settle()
                self.layers[-1] = replace(self.layers[-1], relu=True)
            case "maxpool" | "avgpool":
                self._pool(layer)
        self.side = layer.side

    def settle(self) -> None:
        """Give the map that waits a layer of its own."""
        if self.waiting is None:
            return
        count, side = len(self.waiting.scale), self.side
        field, jump = (self.layers[-1].receptive_field, self.layers[-1].jump) if self.layers else (1, 1)
        plain = PlainLayer("scale", 1, 1, 0, count, count, side, side, field, jump)
        self.layers.append(replace(plain, weight=self.waiting.scale, bias=self.waiting.shift))
        self.waiting = None

    def _weighted(self, layer: LayerFacts, arrays: Mapping[str, Any]) -> None:
        weight = np.asarray(arrays["weight"], dtype=np.float64)
        bias = np.asarray(arrays["bias"], dtype=np.float64) if layer.bias else np.zeros(len(weight))
        if layer.padding and self.waiting is not None and not self.waiting.scale.all():
            self.settle()
        ring = np.zeros(layer.channels_in)
        if self.waiting is not None:
            scale, shift = self.waiting.scale, self.waiting.shift
            if layer.padding:
                ring = -shift / scale
            along = weight.reshape(*weight.shape[:2], -1)
            bias = bias + (along * shift[:, None]).sum(axis=(1, 2))
            weight = (along * scale[:, None]).reshape(weight.shape)
            self.waiting = None
        kind: PlainKind = "linear" if layer.kind == "linear" else "conv"
        plain = _plain(kind, layer)
        self.layers.append(replace(plain, weight=weight, bias=bias, ring=ring if layer.padding else None))

    def _affine(self, norm: Affine) -> None:
        last = self.layers[-1] if self.layers else None
        if self.waiting is None and last is not None and last.weight is not None and not last.relu:
            assert last.bias is not None
            scale = norm.scale.reshape(-1, *[1] * (last.weight.ndim - 1))
            weight, bias = last.weight * scale, last.bias * norm.scale + norm.shift
            self.layers[-1] = replace(last, weight=weight, bias=bias)
        else:
            self.waiting = norm if self.waiting is None else self.waiting.then(norm)

    def _pool(self, layer: LayerFacts) -> None:
        if layer.kind == "maxpool" and self.waiting is not None and not (self.waiting.scale > 0).all():
            self.settle()
        self.layers.append(_plain("maxpool" if layer.kind == "maxpool" else "avgpool", layer))


def _of_norm(arrays: Mapping[str, Any]) -> Affine:
    """Return the map of a batch norm in evaluation."""
    gamma, beta, mean, variance = (
        np.asarray(arrays[name], dtype=np.float64) for name in ("weight", "bias", "running_mean", "running_var")
    )
    scale = gamma / np.sqrt(variance + EPSILON)
    return Affine(scale, beta - scale * mean)


def _plain(kind: PlainKind, layer: LayerFacts) -> PlainLayer:
    """Return a plain layer in the place of one of the network's."""
    return PlainLayer(
        kind, layer.kernel, layer.stride, layer.padding, layer.channels_in, layer.channels, layer.side_in, layer.side,
        layer.receptive_field, layer.jump,
    )  # fmt: skip
