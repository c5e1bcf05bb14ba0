"""The windows that a program moves over images: of convolutions and of pooling, over two axes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sheetgen.algebra.expr import Const
from sheetgen.tensors.elements import Array
from sheetgen.tensors.labels import window_places
from sheetgen.tensors.operands import Operands, is_drawn
from sheetgen.tensors.program import Step, Tensors
from sheetgen.tensors.tree import Call, Index, Sizes, Tree

_POOLS = ("maxpool", "avgpool")


@dataclass(frozen=True)
class Window:
    """A window of some size that moves over an image, C×H×W or H×W, to each of ``places`` rows and columns.

    A convolution has a ``kernel``, of the image's channels; where it has several, it is the first. Pooling sees one
    channel by itself, here the first.
    """

    step: Step
    function: str
    image: Tree
    channels: Array
    kernel: Array | None
    size: tuple[int, int]
    stride: int
    padding: int
    places: tuple[int, int]


def windows(tensors: Tensors) -> Iterator[Window]:
    """Yield the windows of a program's equations, one of each at most."""
    called = [(step, call) for step in tensors.steps if (call := _windowed(step.tree)) and not step.inside]
    operands = Operands(tensors) if called else None
    for step, call in called:
        assert operands is not None
        image = operands.elements(call.operands[0])
        if image.ndim in (2, 3) and int(call.option("axes", 0)) in (0, 2):
            yield _window(step, call, image, operands)


def _windowed(tree: Tree) -> Call | None:
    """Return the first call in an equation that moves a window over a tensor with a name."""
    if isinstance(tree, Index):
        return _windowed(tree.tensor)
    if not isinstance(tree, Call):
        return None
    if tree.function in ("conv2d", *_POOLS) and is_drawn(tree.operands[0]):
        return tree
    return next(filter(None, map(_windowed, tree.operands)), None)


def _window(step: Step, call: Call, image: Array, operands: Operands) -> Window:
    channels = image if image.ndim == 3 else image[None]
    kernel = None
    if call.function == "conv2d":
        kernels = operands.elements(call.operands[1])
        kernel = kernels[None] if kernels.ndim == 2 else kernels[0][None] if kernels.ndim == 3 else kernels[0]
        size = kernel.shape[-2:]
    else:
        size, channels = _size(call.operands[1]), channels[:1]
    stride = int(call.option("stride", 0)) or (1 if kernel is not None else size[-1])
    padding = int(call.option("padding", 0))
    places = window_places(image.shape[-2:], size, stride, padding)
    return Window(
        step, call.function, call.operands[0], channels, kernel, size, stride, padding, (places[0], places[1])
    )


def _size(tree: Tree) -> tuple[int, int]:
    numbers = tree.numbers if isinstance(tree, Sizes) else (int(tree.value),) if isinstance(tree, Const) else (1,)
    return numbers[0], numbers[-1]
