"""The folded network as a description and arrays, which every format holds."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnn.extra import require
from cnn.net.folded import Array, PlainLayer

FORMAT = 1
INPUT = "28 × 28 pixels from 0 (paper) to 255 (ink)"
OUTPUT = "a score for each digit from 0 to 9; their softmax are the probabilities"
_ARRAYS = ("weight", "bias", "ring")


@dataclass(frozen=True)
class Exported:
    """What is exported: the run and the epoch its weights are of, the network's name, and its plain layers."""

    run: str
    epoch: int
    network: str
    layers: tuple[PlainLayer, ...]


def description(exported: Exported) -> dict[str, Any]:
    """Return what is to be known of a network besides its numbers."""
    return {
        "format": FORMAT,
        "network": exported.network,
        "run": exported.run,
        "epoch": exported.epoch,
        "input": INPUT,
        "output": OUTPUT,
        "layers": [_described(layer) for layer in exported.layers],
    }


def _described(layer: PlainLayer) -> dict[str, Any]:
    names = ("kind", "kernel", "stride", "padding", "channels_in", "channels", "side_in", "side", "relu")
    return {name: getattr(layer, name) for name in names}


def arrays(layers: Sequence[PlainLayer]) -> dict[str, Array]:
    """Return the numbers by name: ``1.weight``, ``1.bias`` and, of a convolution that pads, ``1.ring``."""
    named = ((f"{n}.{name}", getattr(layer, name)) for n, layer in enumerate(layers, start=1) for name in _ARRAYS)
    return {name: np.ascontiguousarray(array) for name, array in named if array is not None}


def as_json(exported: Exported) -> bytes:
    """Return a JSON object: the description, each layer with its numbers as nested lists."""
    content = description(exported)
    for layer, plain in zip(content["layers"], exported.layers, strict=True):
        found: Mapping[str, Array | None] = {name: getattr(plain, name) for name in _ARRAYS}
        layer |= {name: array.tolist() for name, array in found.items() if array is not None}
    return (json.dumps(content, ensure_ascii=False) + "\n").encode()


def as_npz(exported: Exported) -> bytes:
    """Return NumPy's archive: the arrays in double precision, and the description as JSON in ``description``."""
    content = io.BytesIO()
    told = np.array(json.dumps(description(exported), ensure_ascii=False))
    named: dict[str, Any] = {**arrays(exported.layers), "description": told}
    np.savez(content, **named)
    return content.getvalue()


def as_safetensors(exported: Exported) -> bytes:
    """Return the arrays in double precision as safetensors, the description as JSON in its metadata."""
    require("safetensors", extra="export")
    from safetensors.numpy import save

    told = {"description": json.dumps(description(exported), ensure_ascii=False)}
    content: bytes = save(arrays(exported.layers), metadata=told)
    return content
