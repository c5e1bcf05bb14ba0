"""Which parts of tensors are computed, and which of them an equation asks for."""

from __future__ import annotations

from collections.abc import Iterable

from sheetgen.proof.tensor_words import Item, Items
from sheetgen.tensors.labels import Place


class Declared:
    """The places of the parts of each tensor that is computed, () for a whole."""

    def __init__(self, parts: Iterable[tuple[str, Place]]) -> None:
        self._places: dict[str, dict[Place, None]] = {}
        for name, place in parts:
            self._places.setdefault(name, {})[place] = None

    def below(self, name: str, place: Place) -> list[Place]:
        """Return the places of the parts that make up a part of a tensor."""
        return [one for one in self._places.get(name, {}) if one[: len(place)] == place]

    def first(self, name: str, items: Items) -> Place | None:
        """Return the place of the part with which some items begin, None where they begin with none."""
        places = self._places.get(name, {})
        for axes in {len(place) for place in places} - {0}:
            place = tuple(item for item in items[:axes] if isinstance(item, int))
            if place in places:
                return place
        return None

    def successive(self, name: str, items: Items) -> list[Place]:
        """Return the places of the parts that a span by their numbers asks for, such as ``0:3``; else none."""
        places: list[Place] = [(place,) for place in _span(items[0])] if items else []
        return places if all(place in self._places.get(name, {}) for place in places) else []

    def needed(self, name: str, items: Items) -> list[Place]:
        """Return the places of all parts that some items ask for."""
        first = self.first(name, items)
        if first is not None:
            return [first]
        return self.successive(name, items) or list(self._places.get(name, {}))


def _span(item: Item) -> range:
    """Return the places that a span asks for by their numbers; none where it asks otherwise."""
    if isinstance(item, int) or item.stop is None or min(item.start or 0, item.stop) < 0:
        return range(0)
    return range(item.start or 0, item.stop)
