"""The trees of equations become equations over tensors of known shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np

from sheetgen.algebra.expr import Const, Var
from sheetgen.tensors.composites import COMPOSITES
from sheetgen.tensors.functions import FUNCTIONS
from sheetgen.tensors.known import spelled
from sheetgen.tensors.labels import Place, Shape, window_places
from sheetgen.tensors.matrices import Item, Made, Matrix, Name, Number, Part, Stretch, Turn, broadcast, part, stand_in
from sheetgen.tensors.tree import Call, Index, Sizes, Span, Tree

Key = tuple[str, Place]
"""A tensor, or with a place a part of one that has an equation of its own."""


class Shapes:
    """The shapes of the tensors that are given, or have had their equation."""

    def __init__(self, given: Mapping[str, Shape]) -> None:
        self.whole = dict(given)
        self.parts: dict[str, dict[Place, Shape]] = {}

    def add(self, key: Key, shape: Shape) -> None:
        """Add a tensor, or a part of one."""
        name, place = key
        if place:
            self.parts.setdefault(name, {})[place] = shape
        else:
            self.whole[name] = shape

    def named(self, key: Key) -> Name | Part:
        """Return a tensor, or a part that has an equation of its own."""
        name, place = key
        if not place:
            return Name(name, self.whole[name])
        return Part(Name(name, ()), place, self.parts[name][place])

    # --- reading ---

    def read(self, tree: Tree) -> Matrix:
        """Return a tree over the tensors added so far."""
        if isinstance(tree, Const):
            return Number(tree.value)
        if isinstance(tree, Var):
            return self._part(tree.name, ()) if tree.name in self.parts else Name(tree.name, self.whole[tree.name])
        if isinstance(tree, Index):
            items = tuple(map(_item, tree.items))
            if isinstance(tree.tensor, Var) and tree.tensor.name in self.parts:
                return self._part(tree.tensor.name, items)
            return part(self.read(tree.tensor), items)
        assert isinstance(tree, Call), tree
        return self._called(tree)

    def _part(self, name: str, items: tuple[Item, ...]) -> Name | Part:
        """Return some of a tensor that is made part by part: one of its parts, or several put together."""
        parts = self.parts[name]
        axes = len(next(iter(parts)))
        sizes = tuple(max(along) + 1 for along in zip(*parts, strict=True))
        first = tuple(
            item if isinstance(item, Stretch) else _counted(item, size)
            for item, size in zip((*items, *[Stretch()] * axes)[:axes], sizes, strict=True)
        )
        chosen = [place for place in parts if all(map(_holds, first, place, sizes))]
        inner = part(Name(name, parts[chosen[0]]), items[axes:]).shape
        spread = tuple(
            len({place[axis] for place in chosen}) for axis, item in enumerate(first) if isinstance(item, Stretch)
        )
        if not items:
            return Name(name, (*spread, *inner))
        written = (*(first[: len(items)]), *items[axes:])
        return Part(Name(name, ()), written, (*spread, *inner))

    def _called(self, tree: Call) -> Matrix:
        name = tree.function
        operands = [self.read(operand) for operand in tree.operands if not isinstance(operand, Sizes)]
        sizes = next((operand.numbers for operand in tree.operands if isinstance(operand, Sizes)), None)
        function = FUNCTIONS.get(name)
        if function is not None and function.sizes and sizes is None:
            sizes = (_size(operands.pop()),)
        if name in ("max", "min") and len(operands) > 1:
            return reduce(lambda a, b: Made(name, (a, b), broadcast(a, b)), operands)
        options = (*tree.options, *([("sizes", sizes)] if sizes is not None else []))
        made = Made(name, tuple(operands), (), options)
        return Made(name, made.operands, _shape(made), options)


def _size(matrix: Matrix) -> int:
    """Return a size: a whole number, or -1 for what is left."""
    negative = isinstance(matrix, Made) and matrix.function == "neg"
    number = matrix.operands[0] if isinstance(matrix, Made) and negative else matrix
    assert isinstance(number, Number), matrix
    return -int(number.value) if negative else int(number.value)


def _item(item: int | Span) -> Item:
    return Stretch(item.start, item.stop) if isinstance(item, Span) else item


def _counted(item: Item, size: int) -> int:
    assert isinstance(item, int), item
    return item % size if item < 0 else item


def _holds(item: Item, place: int, size: int) -> bool:
    """Whether a place is among those of an item."""
    if isinstance(item, Stretch):
        return place in stretched(item, size)
    return item == place


def stretched(item: Stretch, size: int) -> range:
    """Return the places of a stretch of numbers along an axis of so many."""
    start, stop = item.start, item.stop
    assert not isinstance(start, Turn), item
    assert not isinstance(stop, Turn), item
    return range(size)[start:stop]


def _shape(made: Made) -> Shape:
    """Return the shape that a function gives."""
    name, operands = made.function, made.operands
    if name not in FUNCTIONS:
        if name == "embedding":
            return (*operands[0].shape, *operands[1].shape[1:])
        assert name in COMPOSITES or not made.options, spelled(name, ())
        spread = broadcast(*operands)
        return spread[:-1] if name == "cce_with_logits" else spread  # a number a row
    sizes = made.option("sizes")
    if name in _BY_NUMPY:
        options = {key: value for key, value in made.options if key != "sizes"}
        arrays = [stand_in(operand.shape) for operand in operands]
        return tuple(_BY_NUMPY[name](arrays, sizes, options).shape)
    if name == "onehot":
        assert isinstance(sizes, tuple)
        return (*operands[0].shape, *sizes)
    if name in ("conv1d", "conv2d"):
        return _convolved(made, 1 if name == "conv1d" else 2)
    if name in ("maxpool", "avgpool"):
        return _pooled(made)
    return operands[0].shape  # a mask


_BY_NUMPY: Mapping[str, Callable[[list[Any], Any, dict[str, Any]], Any]] = {
    "matmul": lambda arrays, sizes, options: np.matmul(*arrays),
    "sum": lambda arrays, sizes, options: np.sum(arrays[0], **options),
    "mean": lambda arrays, sizes, options: np.sum(arrays[0], **options),
    "max": lambda arrays, sizes, options: np.sum(arrays[0], **options),
    "min": lambda arrays, sizes, options: np.sum(arrays[0], **options),
    "argmax": lambda arrays, sizes, options: np.sum(arrays[0], axis=-1),
    "transpose": lambda arrays, sizes, options: arrays[0].T,
    "reshape": lambda arrays, sizes, options: arrays[0].reshape(sizes),
    "flatten": lambda arrays, sizes, options: arrays[0].reshape(-1),
    "concat": lambda arrays, sizes, options: np.concatenate(arrays, **options),
    "stack": lambda arrays, sizes, options: np.stack(arrays, **options),
    "zeros": lambda arrays, sizes, options: stand_in(sizes),
    "ones": lambda arrays, sizes, options: stand_in(sizes),
}


def _convolved(made: Made, axes: int) -> Shape:
    image, kernel = (operand.shape for operand in made.operands)
    outputs = kernel[:1] if len(kernel) > axes else ()
    stride, padding, dilation = whole(made, "stride", 1), whole(made, "padding", 0), whole(made, "dilation", 1)
    return (*outputs, *window_places(image[-axes:], kernel[-axes:], stride, padding, dilation))


def whole(made: Made, option: str, default: int) -> int:
    """Return an option that is a whole number."""
    value = made.option(option, default)
    assert isinstance(value, int), value
    return value


def window(made: Made) -> tuple[tuple[int, ...], int]:
    """Return the window of a pooling, a size for each of the last axes that it goes over, and its step."""
    sizes = made.option("sizes")
    assert isinstance(sizes, tuple)
    axes = whole(made, "axes", 0) or min(len(made.operands[0].shape), 2)
    sides = sizes * axes if len(sizes) == 1 else sizes
    return sides, whole(made, "stride", 0) or sides[-1]


def _pooled(made: Made) -> Shape:
    image = made.operands[0].shape
    sides, step = window(made)
    return (*image[: -len(sides)], *window_places(image[-len(sides) :], sides, step))
