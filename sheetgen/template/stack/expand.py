"""The tables ``[[layers]]`` in order: each becomes parameters and equations in tensors, as a person would type them.

Layer n writes z<n>, from what the layer before it gives, and a<n> where it has an activation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sheetgen.algebra.ops import activations
from sheetgen.errors import did_you_mean
from sheetgen.template.document import Document
from sheetgen.template.stack.kinds import KINDS
from sheetgen.template.stack.layer import Layer
from sheetgen.template.stack.loss import write_loss
from sheetgen.template.stack.tables import Tables, Tensor
from sheetgen.template.stack.typed import equation_shape
from sheetgen.tensors.labels import Shape

_KEYS = ("kind", "from", "activation")
_FOLLOWS = "it follows from what the layer reads: leave it out"
_ELSEWHERE = {
    "in_features": _FOLLOWS,
    "input_size": _FOLLOWS,
    "in_channels": _FOLLOWS,
    "embed_dim": _FOLLOWS,
    "normalized_shape": _FOLLOWS,
    "num_features": _FOLLOWS,
    "num_layers": "only rnn, lstm and gru have it: write a table [[layers]] for each of them",
    "bidirectional": "only rnn, lstm and gru have it: leave it out",
    "batch_first": "it reads one sample, a row for each step: leave it out",
    "dilation": "only a conv has it: leave it out",
    "groups": "only a conv has it: leave it out",
    "padding_mode": "what it adds are zeros: leave it out",
}
"""What to do about options of torch, or of others, that no layer has."""
_IDENTITY = "identity"
_OF_ROWS = ("softmax", "log_softmax")


def is_stack(document: Document) -> bool:
    """Whether a template has tables ``[[layers]]``, and not the one table ``[layers]``."""
    return isinstance(document.data.get("layers"), list)


def expand_stack(document: Document, inputs: Mapping[str, Shape], targets: Mapping[str, Shape]) -> None:
    """Put what ``[[layers]]`` stands for into the document's tables, where what is typed goes before it.

    ``inputs`` and ``targets`` are the shapes of the samples. Raises TemplateError for the first mistake.
    """
    items = document.data.pop("layers")
    loss = document.data.pop("loss") if isinstance(document.data.get("loss"), str) else None
    if not items or not all(isinstance(item, dict) for item in items):
        document.fail("layers must be a list of tables", "each under a line [[layers]]", "", "layers")
    tables = Tables(document, inputs, targets, dict(inputs))
    output, activation = None, ""
    for number, item in enumerate(items, 1):
        layer = _layer(tables, number, item, items, output)
        tables.sources.append(layer.source)
        output, activation = _written(layer)
    assert output is not None
    write_loss(tables, loss, layer, output, activation)
    _require_free(tables)
    tables.merge()


def _layer(
    tables: Tables, number: int, item: Mapping[str, Any], items: list[Mapping[str, Any]], before: Tensor | None
) -> Layer:
    """Return a layer, its kind and its keys known, and what it reads."""
    kind = item.get("kind")
    known = isinstance(kind, str) and kind in KINDS
    layer = Layer(tables, number, item, str(kind) if known else "?", before or Tensor("", ()))
    if not known:
        hint = did_you_mean(str(kind), KINDS, f"there are {', '.join(KINDS)}")
        if kind is None:
            layer.fail("its kind is missing", "sizes belongs to the one table [layers]" if "sizes" in item else hint)
        layer.fail(f"there is no kind {kind!r}", hint, "kind")
    keys = (*_KEYS, *KINDS[str(kind)].options)
    for key in item:
        if key not in keys:
            hint = _ELSEWHERE.get(key) or did_you_mean(key, keys, f"it has {', '.join(keys)}")
            above = "it belongs above the first table" if key in ("loss", "seed", "rates", "iterations") else hint
            layer.fail(f"there is no key {key!r}", above, key)
    if "from" in item:
        layer.source = _named(layer, item["from"])
    elif before is None:
        layer.source = _first(layer, items)
    return layer


def _named(layer: Layer, name: object) -> Tensor:
    shapes = layer.tables.shapes
    if isinstance(name, str) and name not in shapes and (shape := equation_shape(layer.tables, name)) is not None:
        return Tensor(name, shape)
    if not isinstance(name, str) or name not in shapes:
        hint = did_you_mean(str(name), shapes, f"there are {', '.join(shapes)}")
        layer.fail(f"it reads {name!r}, which is no input and no result of a layer before it", hint, "from")
    return Tensor(name, shapes[name])


def _first(layer: Layer, items: list[Mapping[str, Any]]) -> Tensor:
    """Return what the first layer reads: the input, or all inputs that are numbers, side by side as z0.

    A linear layer takes a single number for a vector of one.

    Masks are none of those, nor are others that a layer asks for by name, if some are left.
    """
    masks = {str(item.get("mask", f"mask{number}")) for number, item in enumerate(items, 1)}
    asked = {str(item.get(key)) for item in items for key in ("from", "add")}
    free = {name: shape for name, shape in layer.tables.inputs.items() if name not in masks}
    free = {name: shape for name, shape in free.items() if name not in asked} or free
    if len(free) == 1 and (any(free.values()) or layer.kind != "linear"):
        return Tensor(*next(iter(free.items())))
    if not free or any(free.values()):
        named = ", ".join(free or layer.tables.inputs)
        layer.fail(f"it reads the input, and the inputs are {named}", 'say which: from = "…"')
    layer.tables.write("forward", "z0", f"stack({', '.join(free)})", layer.line)
    layer.tables.shapes["z0"] = (len(free),)
    return Tensor("z0", (len(free),))


def _written(layer: Layer) -> tuple[Tensor, str]:
    """Write a layer and its activation; return what the next layer reads, and the activation that made it."""
    KINDS[layer.kind].write(layer)
    shape = layer.tables.shapes[layer.name("z")]
    activation = layer.word("activation", (*activations(), *_OF_ROWS), _IDENTITY)
    if activation == _IDENTITY:
        return Tensor(layer.name("z"), shape), ""
    if activation in _OF_ROWS and not shape:
        layer.fail(f"{activation} is of a vector, and z{layer.number} is a number", "leave it out", "activation")
    name = layer.write("a", f"{activation}({layer.name('z')})", shape)
    return Tensor(name, layer.tables.shapes[name]), activation


def _require_free(tables: Tables) -> None:
    """Refuse inputs and targets with a name that a layer uses; spreadsheets take no notice of capitals."""
    made = {key.partition("[")[0]: key for entries in tables.written.values() for key in entries}
    taken = {name.lower(): name for name in made}
    for kind, shapes in (("input", tables.inputs), ("target", tables.targets)):
        for name in shapes:
            if name.lower() in taken:
                problem = f"[[layers]] makes a quantity {taken[name.lower()]!r}"
                tables.document.fail(problem, f"rename the {kind} {name!r}", kind + "s", name, quantity=name)
