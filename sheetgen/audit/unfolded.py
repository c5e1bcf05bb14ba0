"""A parameter's next value over what it follows from: its value before, gradients, and what an optimiser remembers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from sheetgen.audit.book import Place
from sheetgen.audit.equations import cell_name, place_of
from sheetgen.audit.graph import Graph

_MOST = 60
"""The cells between a gradient and the next value up to which an update is looked at."""


@dataclass(frozen=True)
class Unfolded:
    """What an update follows from.

    ``between`` are the cells between the gradients and the new value, in no order; ``gradients`` those at which the
    way back ends, ``memories`` the cells of a step before that an optimiser remembers.
    """

    graph: Graph
    new: str
    between: tuple[str, ...]
    gradients: tuple[str, ...]
    memories: tuple[str, ...]

    def value(self, at: Mapping[str, float], of: str | None = None) -> float:
        """Return the new value, or another one between, where some cells have other numbers. Raises as a tape does."""
        known: dict[str, tuple[float, float]] = {name: (value, 0.0) for name, value in at.items()}
        return self._number(of or self.new, known)[0]

    def _number(self, name: str, known: dict[str, tuple[float, float]]) -> tuple[float, float]:
        if name not in known:
            if name in self.graph.equations.exprs and (name == self.new or name in self._between):
                for other in self.graph.uses[name]:
                    self._number(other, known)
                value, error, _ = self.graph.equations.programs.number(name, known.__getitem__)
                known[name] = value, error
            else:
                known[name] = self.graph.number(name)
        return known[name]

    @cached_property
    def apart(self) -> frozenset[str]:
        """The gradients that it follows from otherwise than by a cell between that puts several together."""
        found: set[str] = set()
        ahead, seen = [self.new], {self.new}
        while ahead:
            name = ahead.pop()
            uses = self.graph.uses.get(name, ())
            taken = [other for other in uses if other in self._gradients]
            if len(taken) > 1 and name != self.new:
                continue
            found.update(taken)
            fresh = [other for other in uses if other in self._between and other not in seen]
            seen.update(fresh)
            ahead += fresh
        return frozenset(found)

    @cached_property
    def _gradients(self) -> frozenset[str]:
        return frozenset(self.gradients)

    @cached_property
    def _between(self) -> frozenset[str]:
        return frozenset(self.between)


def unfolded(
    graph: Graph, new: Place, old: Place, claimed: Collection[str], *, across: bool = False
) -> Unfolded | None:
    """Return what a new value follows from, None where that is more than an update.

    ``claimed`` are the cells that claim to be gradients; a cell of the same column that is met behind another one is
    what that one remembers, or of the same row where steps stand side by side, ``across`` the sheet.
    """
    start, before = cell_name(new), cell_name(old)
    exprs = graph.equations.exprs
    found: dict[str, None] = {}
    gradients: dict[str, None] = {}
    memories: dict[str, list[str]] = {}
    ahead: list[tuple[str, tuple[str, ...]]] = [(start, (start,))]
    while ahead:
        name, way = ahead.pop(0)
        for other in graph.uses.get(name, ()):
            if other == before:
                continue
            if other in claimed:
                gradients[other] = None
            elif other in graph.ends:
                continue
            elif remembering := [one for one in way[1:] if _remembers(one, other, across)]:
                memories.setdefault(other, []).extend(remembering)
            elif other in exprs and other not in found:
                found[other] = None
                ahead.append((other, (*way, other)))
                if len(found) > _MOST:
                    return None
    learnt = _behind(graph, found, gradients)
    remembered = [other for other, cells in memories.items() if learnt.intersection(cells)]
    return Unfolded(graph, start, tuple(found), tuple(gradients), tuple(remembered))


def _behind(graph: Graph, between: Collection[str], gradients: Collection[str]) -> set[str]:
    """Return the cells between that depend on a gradient: a count of steps remembers nothing that was learnt."""
    found: set[str] = set(gradients)
    for _ in between:
        more = {name for name in between if name not in found and found.intersection(graph.uses.get(name, ()))}
        if not more:
            break
        found |= more
    return found


def _remembers(cell: str, other: str, across: bool) -> bool:
    """Whether one cell is another one's value of a step before."""
    here, there = place_of(cell), place_of(other)
    return here.sheet == there.sheet and (here.row == there.row if across else here.column == there.column)
