"""Where the tensors stand that an equation may name: whole ones, and those made part by part, such as ``h[0]``."""

from __future__ import annotations

from collections.abc import Iterable

from sheetgen.proof.tensor_calls import Calls
from sheetgen.proof.tensor_parts import Declared
from sheetgen.proof.tensor_words import Items
from sheetgen.tensors.labels import Place


class Names:
    """The slots of tensors by their names: of those that are given, and of those that will be computed."""

    def __init__(self, calls: Calls, given: Iterable[str], declared: Declared) -> None:
        self._calls, self._declared = calls, declared
        self._slots: dict[tuple[str, Place], int] = {(name, ()): calls.new() for name in given}

    def add(self, name: str, place: Place, slot: int) -> None:
        """Say where a tensor, or a part of one, stands."""
        self._slots[name, place] = slot

    def slot(self, name: str, place: Place = ()) -> int:
        """Return the slot of a tensor, or of a part of one, put together from its own parts where it was made of them.

        Raises NameError where it is not known, or not all of it.
        """
        if (name, place) in self._slots:
            return self._slots[name, place]
        sizes = [1 + one[len(place)] for one in self._declared.below(name, place) if one != place]
        if not sizes:
            raise NameError(f"the reference knows no quantity {name + str(list(place)) * bool(place)!r}")
        return self._stacked(name, [(*place, number) for number in range(max(sizes))])

    def part(self, name: str, items: Items) -> int:
        """Return the slot of what some items ask for, of a tensor or of its parts, of which no others need be known."""
        first = self._declared.first(name, items)
        if first is not None:
            return self._picked(self.slot(name, first), items[len(first) :])
        if successive := self._declared.successive(name, items):
            return self._picked(self._stacked(name, successive), (slice(None), *items[1:]))
        return self._picked(self.slot(name), items)

    def _stacked(self, name: str, places: Iterable[Place]) -> int:
        return self._calls.make("stack", *(self.slot(name, place) for place in places))

    def _picked(self, slot: int, items: Items) -> int:
        return self._calls.make("[]", slot, items=items) if items else slot
