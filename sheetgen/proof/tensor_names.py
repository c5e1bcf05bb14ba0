"""Where the tensors stand that an equation may name: whole ones, and those made part by part, such as ``h[0]``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sheetgen.proof.tensor_calls import Calls
from sheetgen.proof.tensor_words import Item
from sheetgen.tensors.labels import Place


class Names:
    """The slots of tensors by their names; ``declared`` says which parts of each there will be, () for a whole."""

    def __init__(self, calls: Calls, given: Iterable[str], declared: Mapping[str, Collection[Place]]) -> None:
        self._calls = calls
        self._declared = {**declared, **{name: [()] for name in given}}
        self._slots: dict[str, dict[Place, int]] = {name: {} for name in self._declared}
        for name in given:
            self.add(name, (), calls.new())

    def add(self, name: str, place: Place, slot: int) -> None:
        """Say where a tensor, or a part of one, stands."""
        self._slots[name][place] = slot

    def slot(self, name: str, place: Place = ()) -> int:
        """Return the slot of a tensor, or of a part of one, put together from its own parts where it was made of them.

        Raises NameError where it is not known yet, or not all of it.
        """
        declared = [one for one in self._declared.get(name, ()) if one[: len(place)] == place]
        if declared == [place]:
            if place not in self._slots[name]:
                raise NameError(f"the reference knows no quantity {_spelled(name, place)!r} yet")
            return self._slots[name][place]
        if not declared:
            raise NameError(f"the reference knows no quantity {_spelled(name, place)!r}")
        return self._stacked(name, place, range(1 + max(one[len(place)] for one in declared)))

    def part(self, name: str, items: tuple[Item, ...]) -> int:
        """Return the slot of what some items ask for, of a tensor or of its parts, of which no others need be known."""
        declared = self._declared.get(name, ())
        for place in declared:
            if place and items[: len(place)] == place:
                return self._picked(self.slot(name, place), items[len(place) :])
        asked = _successive(items[0])
        if asked and all((place,) in declared for place in asked):
            return self._picked(self._stacked(name, (), asked), (slice(None), *items[1:]))
        return self._picked(self.slot(name), items)

    def _stacked(self, name: str, before: Place, places: Iterable[int]) -> int:
        return self._calls.make("stack", *(self.slot(name, (*before, place)) for place in places))

    def _picked(self, slot: int, items: tuple[Item, ...]) -> int:
        return self._calls.make("[]", slot, items=items) if items else slot


def _successive(item: Item) -> range:
    """Return the places that a span such as ``1:3`` asks for by their numbers; none where it asks otherwise."""
    if isinstance(item, int) or item.stop is None or min(item.start or 0, item.stop) < 0:
        return range(0)
    return range(item.start or 0, item.stop)


def _spelled(name: str, place: Place) -> str:
    return f"{name}{list(place)}" if place else name
