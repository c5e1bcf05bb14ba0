"""The network of the cells computed anew, by NumPy and by torch, in double precision, without a formula."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cnn.live.recorded import RecordedLayer
from cnn.net.folded import Array


def numpy_maps(layers: Sequence[RecordedLayer], image: Array) -> list[Array]:
    """Return what each layer gives, (maps, side, side), each kernel's element times a shifted map at a time."""
    maps, found = image[None], []
    for layer in layers:
        maps = numpy_sums(layer, maps)
        if layer.relu:
            maps = np.where(maps > 0, maps, 0.0)
        found.append(maps)
    return found


def numpy_softmax(scores: Array) -> Array:
    """Return the probabilities of scores (n,)."""
    return np.asarray(np.exp(scores - np.logaddexp.reduce(scores)))


def numpy_taken(layer: RecordedLayer, maps: Array) -> Array:
    """Return maps as a layer takes them, with what stands around them where it pads them."""
    if layer.ring is None:
        return maps
    p, wide = layer.padding, maps.shape[1] + 2 * layer.padding
    padded = np.empty((len(maps), wide, wide))
    padded[...] = layer.ring.reshape(-1, 1, 1)
    padded[:, p : wide - p, p : wide - p] = maps
    return padded


def numpy_sums(layer: RecordedLayer, maps: Array) -> Array:
    """Return what a layer gives before its ReLU."""
    step, side = layer.stride, layer.side
    maps = numpy_taken(layer, maps)
    reach = step * (side - 1) + 1
    shifted = [
        (a, b, maps[:, a : a + reach : step, b : b + reach : step])
        for a in range(layer.kernel)
        for b in range(layer.kernel)
    ]
    if layer.kind == "maxpool":
        return np.asarray(np.maximum.reduce([part for *_, part in shifted]))
    if layer.kind == "avgpool":
        return np.asarray(sum(part for *_, part in shifted) / len(shifted))
    assert layer.weight is not None
    assert layer.bias is not None
    total = np.zeros((layer.count, side, side)) + layer.bias.reshape(-1, 1, 1)
    for a, b, part in shifted:
        weight = layer.weight[:, :, a, b]
        total += weight.reshape(-1, 1, 1) * part if layer.kind == "scale" else np.tensordot(weight, part, 1)
    return total


def torch_logits(layers: Sequence[RecordedLayer], images: Sequence[Array]) -> Array:
    """Return the logits (pictures, classes) by torch's own functions."""
    import torch

    weights = [layer.weight if layer.weight is None else torch.from_numpy(layer.weight) for layer in layers]
    biases = [layer.bias if layer.bias is None else torch.from_numpy(layer.bias) for layer in layers]
    return np.asarray(_by_torch(layers, weights, biases, images).numpy())


def torch_step(
    layers: Sequence[RecordedLayer], image: Array, label: int, rate: float
) -> tuple[list[tuple[Array, Array]], float, float, Array]:
    """Return the gradients of the loss by the weights and biases of each layer that has some, by torch's autograd, the
    loss before and after a step of gradient descent, and the logits after it.
    """
    import torch
    from torch.nn import functional

    leaves: list[Any] = [
        layer.weight if layer.weight is None else (_leaf(layer.weight), _leaf(layer.bias)) for layer in layers
    ]
    target = torch.tensor([label])

    def loss_of(pairs: list[Any]) -> tuple[Any, Any]:
        logits = _by_torch(layers, [p and p[0] for p in pairs], [p and p[1] for p in pairs], [image])
        return functional.cross_entropy(logits, target), logits

    before, _ = loss_of(leaves)
    before.backward()
    gradients = [(pair[0].grad.numpy(), pair[1].grad.numpy()) for pair in leaves if pair is not None]
    with torch.no_grad():
        moved = [None if pair is None else tuple(part - rate * part.grad for part in pair) for pair in leaves]
        after, logits = loss_of(moved)
    return gradients, float(before.detach()), float(after), np.asarray(logits[0].numpy())


def _leaf(numbers: Array | None) -> Any:
    """Return numbers as a tensor that collects its gradient."""
    import torch

    return torch.tensor(numbers, requires_grad=True)


def _by_torch(layers: Sequence[RecordedLayer], weights: list[Any], biases: list[Any], images: Sequence[Array]) -> Any:
    """Return the logits of some pictures as a tensor, with weights and biases given by layer."""
    import torch
    from torch.nn import functional

    x = torch.from_numpy(np.stack(images))[:, None]
    for layer, weight, bias in zip(layers, weights, biases, strict=True):
        if layer.ring is not None:
            ring, p = torch.from_numpy(layer.ring).view(1, -1, 1, 1), layer.padding
            x = functional.pad(x - ring, (p, p, p, p)) + ring
        if layer.kind == "maxpool":
            x = functional.max_pool2d(x, layer.kernel, layer.stride)
        elif layer.kind == "avgpool":
            x = functional.avg_pool2d(x, layer.kernel, layer.stride)
        else:
            groups = x.shape[1] if layer.kind == "scale" else 1
            x = functional.conv2d(x, weight, bias, layer.stride, groups=groups)
        x = x.relu() if layer.relu else x
    return x.flatten(1)
