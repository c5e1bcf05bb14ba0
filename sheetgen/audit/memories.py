"""What the cells of an update remember of the step before, and of how many steps that is the last."""

from __future__ import annotations

from sheetgen.audit.equations import place_of
from sheetgen.audit.unfolded import Unfolded


class Memories:
    """What cells remember: those between an update's gradients and its new value, and the remembered ones in turn.

    ``lengths`` keeps of each remembered cell how many steps it is made of, for all updates of one parameter: a look
    back to the first step for every step would cost their number squared.
    """

    def __init__(self, update: Unfolded, lengths: dict[str, int]) -> None:
        self._update, self._lengths = update, lengths
        self._between, self._remembered = frozenset(update.between), frozenset(update.memories)

    def of(self, name: str) -> str | None:
        """Return the cell of the step before that a cell remembers: of its own column, or of its own row."""
        own = name in self._between
        if own and not self._remembered:
            return None
        place = place_of(name)
        for other in self._update.graph.uses.get(name, ()):
            there = place_of(other)
            beside = there.sheet == place.sheet and (there.column == place.column or there.row == place.row)
            if beside and (other in self._remembered or (not own and there.column == place.column)):
                return other
        return None

    def steps(self, name: str) -> int:
        """Return the number of the step to which a cell belongs, counted from where nothing is remembered."""
        exprs, way, met = self._update.graph.equations.exprs, [name], {name}
        while way[-1] not in self._lengths and (memory := self.of(way[-1])) in exprs and memory not in met:
            assert memory is not None
            way.append(memory)
            met.add(memory)
        length = self._lengths.get(way[-1], 1)
        for earlier in reversed(way[:-1]):
            length += 1
            if earlier not in self._between:
                self._lengths[earlier] = length
        return length
