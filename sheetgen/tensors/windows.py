"""The windows that a program moves over images: of convolutions and of pooling, along one axis or two."""

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
Pair = tuple[int, int]
"""Of the rows of an image, and of its columns."""


@dataclass(frozen=True)
class Window:
    """A window of some size that moves over an image, to each of ``places`` rows and columns.

    ``channels`` is the image, C×H×W. Along one axis there is no other row to move to: the channels of the image are the
    rows of one, and so are those of the results, where the window is ``flat``. What it gives has ``results`` channels,
    one a kernel (O×c×h×w); each sees the channels, or rows, of its own of some ``groups``. Pooling has no kernels, and
    sees each channel by itself.
    """

    step: Step
    function: str
    image: Tree
    channels: Array
    kernels: Array | None
    results: int
    groups: int
    size: Pair
    strides: Pair
    padding: Pair
    dilation: Pair
    places: Pair
    flat: bool

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many rows, columns and channels its results have."""
        return (*self.places, self.results)

    @property
    def seen(self) -> int:
        """How many channels of the image a result sees."""
        return 1 if self.flat else len(self.channels) // self.groups

    @property
    def in_a_group(self) -> int:
        """How many results see the same channels."""
        return self.results // self.groups


def windows(tensors: Tensors) -> Iterator[Window]:
    """Yield the windows of a program's equations, one of each at most."""
    called = [(step, call) for step in tensors.steps if (call := _windowed(step.tree)) and not step.inside]
    operands = Operands(tensors) if called else None
    for step, call in called:
        assert operands is not None
        image = operands.elements(call.operands[0])
        axes = _axes(call, image)
        if image.ndim - axes in (0, 1):
            yield _window(step, call, image, axes, operands)


def _windowed(tree: Tree) -> Call | None:
    """Return the first call in an equation that moves a window over a tensor with a name."""
    if isinstance(tree, Index):
        return _windowed(tree.tensor)
    if not isinstance(tree, Call):
        return None
    if tree.function in ("conv1d", "conv2d", *_POOLS) and is_drawn(tree.operands[0]):
        return tree
    return next(filter(None, map(_windowed, tree.operands)), None)


def _axes(call: Call, image: Array) -> int:
    """Return how many of the last axes of an image the window moves along."""
    if call.function in _POOLS:
        return int(call.option("axes", 0)) or min(image.ndim, 2)
    return 1 if call.function == "conv1d" else 2


def _window(step: Step, call: Call, image: Array, axes: int, operands: Operands) -> Window:
    flat = axes == 1
    channels = image.reshape(1, -1, image.shape[-1]) if flat else image if image.ndim == 3 else image[None]
    own = channels.shape[1] if flat else len(channels)
    if call.function in _POOLS:
        size, kernels, results, groups = _size(call.operands[1]), None, own, own
        size = (1, size[-1]) if flat else size
        stride = int(call.option("stride", 0)) or size[-1]
    else:
        kernels = _kernels(operands.elements(call.operands[1]), axes)
        results, groups = len(kernels), int(call.option("groups", 1))
        size, stride = (kernels.shape[-2], kernels.shape[-1]), int(call.option("stride", 1))
    padding, dilation = int(call.option("padding", 0)), int(call.option("dilation", 1))
    places = window_places(channels.shape[-2:], size, stride, padding, dilation)
    return Window(
        step,
        call.function,
        call.operands[0],
        channels,
        kernels,
        results,
        groups,
        size,
        (1, stride) if flat else (stride, stride),
        (0, padding) if flat else (padding, padding),
        (1, dilation) if flat else (dilation, dilation),
        (1 if flat else places[0], places[1]),
        flat,
    )


def _kernels(kernels: Array, axes: int) -> Array:
    """Return kernels with all their axes, O×c×h×w; along one axis the rows of each are its channels."""
    if kernels.ndim == axes:
        kernels = kernels[None]
    if kernels.ndim == axes + 1:
        kernels = kernels[:, None]
    return kernels[:, None] if axes == 1 else kernels


def _size(tree: Tree) -> Pair:
    numbers = tree.numbers if isinstance(tree, Sizes) else (int(tree.value),) if isinstance(tree, Const) else (1,)
    return numbers[0], numbers[-1]
