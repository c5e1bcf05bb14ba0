"""Layers of matrices: ``linear`` (torch's Linear), ``embedding`` (Embedding), ``position`` (a learned row a place)."""

from __future__ import annotations

from sheetgen.template.stack.layer import Layer


def linear(layer: Layer) -> None:
    """Write x @ W.T + b over the last axis."""
    x = layer.source
    if not x.shape:
        layer.fail_source("a vector, or rows of vectors")
    size = layer.size("out_features", "W", 0)
    weight = layer.weight("W", (size, x.shape[-1]), "out_features × in_features", (x.shape[-1], size))
    bias = layer.bias("b", size, "out_features")
    layer.write("z", f"{x.name} @ {weight}.T{bias}", (*x.shape[:-1], size))


def embedding(layer: Layer) -> None:
    """Write the rows of a matrix that whole numbers name, counted from 0; or that one-hot rows name."""
    x = layer.source
    size, columns = _words(layer), layer.size("embedding_dim", "W", 1)
    weight = layer.weight("W", (size, columns), "num_embeddings × embedding_dim", (size, columns))
    if len(x.shape) > 1 and x.shape[-1] == size:
        layer.write("z", f"{x.name} @ {weight}", (*x.shape[:-1], columns))
    elif len(x.shape) > 1:
        layer.fail_source(f"whole numbers, or one-hot rows of {size}")
    else:
        layer.write("z", f"embedding({x.name}, {weight})", (*x.shape, columns))


def _words(layer: Layer) -> int:
    """Return how many rows the matrix has: as many as one-hot rows have columns, where nothing is said."""
    shape = layer.source.shape
    told = "num_embeddings" in layer.table or layer.typed_shape("W") is not None
    return shape[-1] if len(shape) > 1 and not told else layer.size("num_embeddings", "W", 0)


def position(layer: Layer) -> None:
    """Write the sum of each row and a learned row of its place."""
    x = layer.source
    if len(x.shape) != 2:
        layer.fail_source("rows of features")
    weight = layer.weight("W", x.shape, "length × features", (x.shape[-1], x.shape[-1]))
    layer.write("z", f"{x.name} + {weight}", x.shape)
