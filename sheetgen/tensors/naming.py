"""What the elements of tensors are called where axes name their places: ``Z[1, 2]``, else ``Z_1_2``, is ``Z_cat_2``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

from sheetgen.tensors.fitting import ShapeError
from sheetgen.tensors.labels import Place, Shape, label, shape_text
from sheetgen.tensors.tree import Span

Words = tuple[str, ...]
"""What the places along an axis are called; none where they are counted from 0."""


@dataclass(frozen=True)
class Naming:
    """The axes that have names: ``words`` of their places by axis, ``axes`` of each tensor, "" for one without.

    A tensor may have more axes than are said of it; those are counted. ``places`` are tensors whose numbers are places
    along an axis.
    """

    words: Mapping[str, Words] = field(default_factory=dict)
    axes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)

    def labels(self, name: str, shape: Shape, before: Place = ()) -> Words:
        """Return what the elements of a tensor are called, row by row; ``before`` is the place of a part of a tensor.

        Raises ShapeError where an axis has more places than names, or fewer.
        """
        along = self._along(name, shape, before)
        return tuple(label(name, place) for place in product(*along))

    def read_as(self, name: str) -> Words:
        """Return the words that the numbers of a tensor stand for, from 0 on; none where they are numbers."""
        return self.words[self.places[name]] if name in self.places else ()

    def headings(self, name: str, items: tuple[int | Span, ...], axes: int) -> tuple[Words, ...]:
        """Return the words along each of so many axes of a part of a tensor, none along one that is counted."""
        said = [self.words.get(axis, ()) for axis in self.axes.get(name, ())]
        pairs = zip(said, items, strict=False)
        shown = [words[item.start : item.stop] for words, item in pairs if isinstance(item, Span)]
        shown += said[len(items) :]
        return (*shown, *((),) * axes)[:axes]

    def _along(self, name: str, shape: Shape, before: Place) -> list[Words]:
        """Return the words of all places along each axis, of those before a part the one of its place."""
        said = self.axes.get(name, ())
        if len(said) > len(before) + len(shape):
            problem = f"{name} is {shape_text((*before, *shape))}" if not before else f"{name} has fewer axes"
            raise ShapeError(f"{problem}, and [axes] names {len(said)} axes of it", "name as many as there are")
        named = [self.words.get(axis, ()) for axis in said]
        along: list[Words] = []
        for axis in range(len(before) + len(shape)):
            words = named[axis] if axis < len(named) else ()
            places = range(shape[axis - len(before)]) if axis >= len(before) else (before[axis],)
            if words and (places[-1] >= len(words) or (axis >= len(before) and len(places) != len(words))):
                count = len(places) if axis >= len(before) else f"more than {places[-1]}"
                problem = (
                    f"{name} has {count} places along axis {axis}, and {said[axis]!r} of [axes] names {len(words)}"
                )
                raise ShapeError(problem, f"give {said[axis]} as many names, or leave that axis of {name} out")
            along.append(tuple(words[place] for place in places) if words else tuple(map(str, places)))
        return along


COUNTED = Naming()
"""No axis has names."""
