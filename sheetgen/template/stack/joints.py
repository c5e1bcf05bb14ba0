"""Layers without weights: ``flatten``, ``residual`` (a skip over the layers before), ``dropout`` with a given mask."""

from __future__ import annotations

from math import prod

from sheetgen.errors import did_you_mean
from sheetgen.template.stack.layer import Layer
from sheetgen.template.stack.tables import Tensor
from sheetgen.tensors.labels import shape_text


def flatten(layer: Layer) -> None:
    """Write all elements along one axis."""
    layer.write("z", f"flatten({layer.source.name})", (prod(layer.source.shape),))


def residual(layer: Layer) -> None:
    """Write the sum of what the layer reads and what one of the layers before it reads, or of a named quantity."""
    x, skipped = layer.source, _skipped(layer)
    if skipped.shape != x.shape:
        problem = f"it adds {skipped.name}, {shape_text(skipped.shape)}, to {x.name}, {shape_text(x.shape)}"
        layer.fail(problem, "make them alike: a linear layer on one of the two ways, say", "over")
    layer.write("z", f"{x.name} + {skipped.name}", x.shape)


def _skipped(layer: Layer) -> Tensor:
    tables = layer.tables
    if "add" not in layer.table:
        over = layer.whole("over", 1)
        if over >= layer.number:
            layer.fail(f"over = {over}, and there are {layer.number - 1} layers before it", "skip fewer", "over")
        return tables.sources[layer.number - 1 - over]
    if "over" in layer.table:
        layer.fail("over and add both say what is added", "keep one", "add")
    name = layer.table["add"]
    if not isinstance(name, str) or name not in tables.shapes:
        hint = did_you_mean(str(name), tables.shapes, f"there are {', '.join(tables.shapes)}")
        layer.fail(f"there is nothing called {name!r} to add", hint, "add")
    return Tensor(name, tables.shapes[name])


def dropout(layer: Layer) -> None:
    """Write what a mask of 0 and 1 keeps, grown by 1/(1 − p); the mask is data, and has the shape of what is read."""
    x, p = layer.source, layer.share("p", 0.5)
    mask = layer.table.get("mask", layer.name("mask"))
    shape = layer.tables.inputs.get(mask) if isinstance(mask, str) else None
    if shape is None:
        problem = f"its mask {mask!r} is no input"
        layer.fail(problem, f"give one of {shape_text(x.shape)}, 1 for what is kept and 0 for what is not", "mask")
    if shape != x.shape:
        problem = f"its mask {mask} is {shape_text(shape)}, and {x.name} is {shape_text(x.shape)}"
        layer.fail(problem, "make them alike", "mask")
    layer.write("z", f"dropout({x.name}, {mask}, p={p!r})", x.shape)
