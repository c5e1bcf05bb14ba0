"""Equations over tensors of known shapes: numbers, names, parts, and what functions make of them.

Unlike `sheetgen.tensors.tree`, which is what a person typed, these may speak of the turns of a loop (``h[t-1]``), and
of what only the chain rule needs, such as a kernel turned around.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sheetgen.tensors.labels import Shape


@dataclass(frozen=True)
class Turn:
    """A place that moves with the letter of a loop: ``t-1`` has the offset -1, ``2*t`` the factor 2."""

    letter: str
    offset: int = 0
    factor: int = 1

    def at(self, turn: int) -> int:
        """Return the place in one turn of the loop."""
        return self.factor * turn + self.offset


Slot = int | Turn
"""A place along an axis."""


@dataclass(frozen=True)
class Stretch:
    """Successive places along an axis; None is an end."""

    start: Slot | None = None
    stop: Slot | None = None


Item = Slot | Stretch


@dataclass(frozen=True)
class Loop:
    """The turns of a loop, both ends included."""

    letter: str
    first: Slot
    last: Slot


@dataclass(frozen=True)
class Number:
    """A number of the equation itself."""

    value: float

    @property
    def shape(self) -> Shape:
        """That of no axes."""
        return ()


@dataclass(frozen=True)
class Name:
    """A whole tensor."""

    name: str
    shape: Shape


@dataclass(frozen=True)
class Part:
    """A part of a tensor: at each of its first axes one place, which drops the axis, or a stretch."""

    tensor: Matrix
    items: tuple[Item, ...]
    shape: Shape


@dataclass(frozen=True)
class Made:
    """What a function, or an operation of signs, makes of its operands; ``options`` by their names."""

    function: str
    operands: tuple[Matrix, ...]
    shape: Shape
    options: tuple[tuple[str, object], ...] = ()

    def option(self, name: str, default: object = None) -> object:
        """Return what an option says, or its default."""
        return dict(self.options).get(name, default)


@dataclass(frozen=True)
class Total:
    """The sum over the turns of a loop."""

    term: Matrix
    loop: Loop

    @property
    def shape(self) -> Shape:
        """That of every term."""
        return self.term.shape


Matrix = Number | Name | Part | Made | Total


@dataclass(frozen=True)
class Equation:
    """A tensor, or a part of one, and what it is; with loops, in every turn of them."""

    target: Name | Part
    right: Matrix
    loops: tuple[Loop, ...] = ()


def broadcast(*matrices: Matrix) -> Shape:
    """Return the shape to which matrices are broadcast."""
    return np.broadcast_shapes(*(matrix.shape for matrix in matrices))


def stand_in(shape: Shape) -> np.ndarray[Shape, np.dtype[np.float64]]:
    """Return an array of a shape that takes no room, to ask NumPy what becomes of the shape."""
    return np.broadcast_to(np.float64(0), shape)


def part(tensor: Matrix, items: tuple[Item, ...]) -> Part:
    """Return a part of a tensor; the items are numbers and stretches of numbers."""
    places = tuple(slice(item.start, item.stop) if isinstance(item, Stretch) else item for item in items)
    return Part(tensor, items, stand_in(tensor.shape)[places].shape)  # type: ignore[index]


def subtrees(matrix: Matrix) -> Iterator[Matrix]:
    """Yield a matrix and everything in it."""
    yield matrix
    below: tuple[Matrix, ...] = ()
    if isinstance(matrix, Made):
        below = matrix.operands
    elif isinstance(matrix, Part):
        below = (matrix.tensor,)
    elif isinstance(matrix, Total):
        below = (matrix.term,)
    for one in below:
        yield from subtrees(one)
