"""What layers are called beside their maps and their weights."""

from __future__ import annotations

from cnn.net.folded import PlainLayer

_NAMES = {"maxpool": "max pool", "avgpool": "average pool", "scale": "scale and shift", "linear": "linear"}


def layer_name(layer: PlainLayer) -> str:
    """Return what a layer is called: ``conv 3×3, ReLU``."""
    if layer.is_global:
        name = "average of each map"
    elif layer.kind in ("scale", "linear"):
        name = _NAMES[layer.kind]
    else:
        padding = f", padded by {layer.padding}" if layer.padding else ""
        name = f"{_NAMES.get(layer.kind, layer.kind)} {layer.kernel}×{layer.kernel}{padding}"
    return name + (", ReLU" if layer.relu else "")


def shape(layer: PlainLayer) -> str:
    """Return how many maps of which size a layer gives."""
    if layer.side == 1:
        return f"{layer.channels} numbers"
    return f"{layer.channels} maps of {layer.side} × {layer.side}"


def sight(layer: PlainLayer) -> str:
    """Return what one number of a layer sees of the image."""
    return f"each number sees {layer.receptive_field} × {layer.receptive_field} pixels of the image"
