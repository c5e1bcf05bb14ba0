"""The tensors that an equation may use: whole ones, and those made part by part, such as ``h[0]``, ``h[1]``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from sheetgen.tensors.elements import Array, as_array
from sheetgen.tensors.fitting import ShapeError
from sheetgen.tensors.labels import Place, Shape, axes_text, places, shape_text
from sheetgen.tensors.tree import Span

Items = tuple[int | Span, ...]

_EVERYTHING = Span(None, None)


class Known:
    """The elements of every tensor that has been given or computed so far."""

    def __init__(self) -> None:
        self._whole: dict[str, Array] = {}
        self._parts: dict[str, dict[Place, Array]] = {}

    def add(self, name: str, place: Place, elements: Array) -> None:
        """Add a tensor, or a part of one; parts may have unlike shapes as long as nothing wants the whole.

        Raises ShapeError for a part at a place of more numbers, or fewer, than its fellows'.
        """
        if not place:
            self._whole[name] = elements
            return
        parts = self._parts.setdefault(name, {})
        other = next(iter(parts), place)
        if len(other) != len(place):
            raise ShapeError(f"{spelled(name, place)} is a part of {spelled(name, other)}, or it of this", "keep one")
        parts[place] = elements
        self._whole.pop(name, None)

    def part(self, name: str, items: Items) -> Array:
        """Return a part of a tensor, the whole where there are no items. Raises ShapeError where there is none."""
        parts = self._parts.get(name)
        if parts is not None:
            place, rest = leading(items, len(next(iter(parts))))
            if place in parts:
                return as_array(_indexed(name, parts[place], rest)) if rest else parts[place]
            if some := successive(items, parts):
                chosen = Known()
                for number, one in enumerate(some):
                    chosen.add(name, (number,), parts[one])
                return chosen.part(name, (_EVERYTHING, *items[1:]))
        return as_array(_indexed(name, self._all(name), items)) if items else self._all(name)

    def _all(self, name: str) -> Array:
        """Return a whole tensor, put together from its parts where that is how it was made.

        Raises ShapeError where one is missing, or has another shape than its fellows.
        """
        if name not in self._whole:
            parts = self._parts[name]
            sizes = tuple(max(along) + 1 for along in zip(*parts, strict=True))
            if (missing := _first_missing(sizes, parts)) is not None:
                problem = f"{name} is used as a whole, and {spelled(name, missing)} is declared nowhere"
                raise ShapeError(problem, "declare all of it, from 0 on")
            (first, shape), *others = ((place, part.shape) for place, part in parts.items())
            for place, other in others:
                if other != shape:
                    problem = f"{spelled(name, place)} is {shape_text(other)}"
                    raise ShapeError(problem, f"{spelled(name, first)} is {shape_text(shape)}: make them alike")
            made = np.empty((*sizes, *shape), dtype=object)
            for place, part in parts.items():
                made[place] = part if shape else part[()]
            self._whole[name] = made
        return self._whole[name]


def _first_missing(sizes: Shape, parts: Mapping[Place, object]) -> Place | None:
    """Return the first place, row by row, at which there is no part; None where there is one at each."""
    # Along an axis with more places than there are parts, one is missing among the first: no need to try a million.
    few = tuple(min(size, len(parts) + 1) for size in sizes)
    return next((place for place in places(few) if place not in parts), None)


def _indexed(name: str, elements: Array, items: Items) -> Array:
    if len(items) > elements.ndim:
        problem = f"{name} is {shape_text(elements.shape)}, and places along {len(items)} axes are asked for"
        raise ShapeError(problem, axes_text(elements.ndim))
    for axis, item in enumerate(items):
        size = elements.shape[axis]
        if isinstance(item, int) and not -size <= item < size:
            problem = f"{name}, {shape_text(elements.shape)}, has no place {item} along axis {axis}"
            raise ShapeError(problem, f"places are counted from 0, to {size - 1}")
        if isinstance(item, Span):
            _require_inside(name, elements.shape, axis, item)
    part = elements[tuple(item if isinstance(item, int) else slice(item.start, item.stop) for item in items)]
    if isinstance(part, np.ndarray) and not part.size:
        raise ShapeError(f"a part of {name}, {shape_text(elements.shape)}, is empty", "ask for one place at least")
    return part


def _require_inside(name: str, shape: Shape, axis: int, span: Span) -> None:
    """Let a span end on an axis: NumPy cuts off in silence what lies beyond."""
    for end in (span.start, span.stop):
        if end is not None and not -shape[axis] <= end <= shape[axis]:
            problem = f"{name}, {shape_text(shape)}, has no span to {end} along axis {axis}"
            raise ShapeError(problem, f"its places are 0 to {shape[axis] - 1}, and a span may end at {shape[axis]}")


def leading(items: Items, axes: int) -> tuple[Place | None, Items]:
    """Return the place of the part that some items begin with, None where they do not, and the items behind it."""
    first = tuple(item for item in items[:axes] if isinstance(item, int) and item >= 0)
    return (first, items[axes:]) if len(first) == axes else (None, items)


def successive(items: Items, parts: Mapping[Place, object]) -> list[Place]:
    """Return the parts, of one place each, that a span such as ``0:3`` asks for; none where it asks otherwise.

    So ``k[0:t+1]`` may be used in the equation of a later part.
    """
    span = items[0] if items else None
    if not isinstance(span, Span) or span.stop is None or min(span.start or 0, span.stop) < 0:
        return []
    if span.stop - (span.start or 0) > len(parts):
        return []
    asked: list[Place] = [(place,) for place in range(span.start or 0, span.stop)]
    return asked if asked and all(place in parts for place in asked) else []


def spelled(name: str, place: Iterable[int]) -> str:
    """Return a part of a tensor as an equation writes it."""
    inside = ", ".join(map(str, place))
    return f"{name}[{inside}]" if inside else name


def needed(items: Items, parts: Mapping[Place, object]) -> Iterator[Place]:
    """Yield the parts of a tensor that are needed for some of it: one of them, or all."""
    place, _ = leading(items, len(next(iter(parts))))
    if place is None:
        yield from successive(items, parts) or parts
    else:
        yield place
