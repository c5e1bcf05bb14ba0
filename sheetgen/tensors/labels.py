"""What the scalar quantities of a tensor are called: ``Z[1, 2]`` is ``Z_1_2``, as its places are counted from 0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

Shape = tuple[int, ...]
Place = tuple[int, ...]


def places(shape: Shape) -> Iterator[Place]:
    """Yield the places of a tensor, row by row."""
    return product(*map(range, shape))


def label(name: str, place: Iterable[int | str]) -> str:
    """Return what one element of a tensor is called; the tensor of no axes has its name."""
    return "_".join([name, *map(str, place)])


def labels(name: str, shape: Shape, before: Place = ()) -> tuple[str, ...]:
    """Return what the elements of a tensor are called, row by row; ``before`` is the place of a part of a tensor."""
    return tuple(label(name, (*before, *place)) for place in places(shape))


def window_places(image: Shape, window: Shape, stride: int, padding: int = 0, dilation: int = 1) -> Shape:
    """Return how many places a window has along each axis of an image with zeros around it.

    What it sees lies ``dilation`` elements apart.
    """
    reach = (dilation * (side - 1) + 1 for side in window)
    return tuple((size + 2 * padding - side) // stride + 1 for size, side in zip(image, reach, strict=True))


def shape_text(shape: Shape) -> str:
    """Return a shape as a person reads it: ``4×3``, ``3``, or ``a number``."""
    return "×".join(map(str, shape)) if shape else "a number"


def axes_text(count: int) -> str:
    """Return what axes there are, for a person who asked for another."""
    if count < 2:
        return "its only axis is 0" if count else "it has no axis"
    return f"its axes are 0 to {count - 1}, or -1 for the last"
