"""Layers that scale what they read: torch's LayerNorm and RMSNorm over the last axis, BatchNorm1d over the rows."""

from __future__ import annotations

from sheetgen.template.stack.layer import Layer

_FUNCTIONS = {"layer": "layernorm", "batch": "batchnorm", "rms": "rmsnorm"}
_EPS = 1e-5


def norm(layer: Layer) -> None:
    """Write the rows, or for ``batch`` the columns, with mean 0 and variance 1, times a gain and plus a bias."""
    x, mode = layer.source, layer.word("mode", _FUNCTIONS, "layer")
    if not x.shape or (mode == "batch" and len(x.shape) != 2):
        layer.fail_source("rows of features" if mode == "batch" else "a vector, or rows of vectors")
    operands = [x.name, *_affine(layer, x.shape[-1], mode)]
    options = f", eps={layer.share('eps', _EPS)!r}" if "eps" in layer.table else ""
    layer.write("z", f"{_FUNCTIONS[mode]}({', '.join(operands)}{options})", x.shape)


def _affine(layer: Layer, size: int, mode: str) -> list[str]:
    """Return the gain and the bias, numbers where the layer has none to learn."""
    learned, biased = layer.flag("affine", True), layer.flag("bias", mode != "rms")
    if mode == "rms" and biased:
        layer.fail("RMSNorm has no bias", "leave it out", "bias")
    gain = layer.filled("g", (size,), "features", "ones") if learned else "1"
    if mode == "rms":
        return [gain]
    return [gain, layer.filled("b", (size,), "features", "zeros") if learned and biased else "0"]
