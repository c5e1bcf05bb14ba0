"""Numbers that are typed in two places where one was meant: some formulas take the one, and some the other.

The two have one name and the same numbers, and nothing of one name is computed from both. Two networks side by side, or
the samples of a batch, have quantities of one name as well, but from each of them all that follows is computed again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sheetgen.audit.book import Place
from sheetgen.audit.claims import Block, Structure
from sheetgen.audit.equations import cell_name, place_of
from sheetgen.audit.graph import Graph
from sheetgen.audit.headings import Headings
from sheetgen.audit.spelling import cleaned, keys

_TELLING_NOTHING = (0.0, 1.0, -1.0)
"""Numbers that many quantities have, whatever they are called."""


Users = Mapping[Place, set[str]]
"""The names of what is computed from a cell."""


@dataclass(frozen=True)
class Typed:
    """Typed numbers with one name: a matrix, or a single cell. ``head`` is where the name stands or what has it."""

    head: Place | Block
    names: frozenset[str]
    places: tuple[Place, ...]
    numbers: tuple[float, ...]


def doubles_of(graph: Graph, structure: Structure, staying: Collection[Place] = ()) -> list[tuple[Typed, ...]]:
    """Return what is typed more than once, the first of each first.

    Matrices count, and of single cells the parameters, the learning rates, and those at which references stay; what
    any formula takes may be one of these again.
    """
    doubles = _Doubles(graph, structure)
    by_numbers: dict[tuple[float, ...], list[Typed]] = defaultdict(list)
    for typed in sorted(doubles.typed(staying), key=lambda one: one.places):
        by_numbers[typed.numbers].append(typed)
    alike = [several for several in by_numbers.values() if len(several) > 1]
    users = doubles.users({place for several in alike for typed in several for place in typed.places})
    return [found for several in alike for found in doubles.among(several, users)]


class _Doubles:
    """The typed numbers of a workbook, and what is computed from them."""

    def __init__(self, graph: Graph, structure: Structure) -> None:
        self._graph, self._structure, self._book = graph, structure, graph.equations.book
        self._headings = Headings(self._book)
        self._derived = {place for claim in structure.claims for place in (claim.by, *claim.summed)}
        self._called: dict[Place, str] = {}
        self._counted: set[Place] = set()

    def typed(self, staying: Collection[Place]) -> Iterator[Typed]:
        """Yield what can be a double."""
        inside: set[Place] = set()
        for block in self._structure.blocks:
            places = () if block.area.is_cell else tuple(block.area.places())
            if places and (found := self._typed(block, block.name, places)):
                inside.update(places)
                yield found
        rates = {update.rate for update in self._structure.updates if update.rate}
        olds = {update.old for update in self._structure.updates}
        self._counted = {*map(place_of, self._graph.ends), *olds, *rates, *staying, *inside}
        numbers = {self._book.value(place) for place in self._counted - inside}
        again = {place for place, cell in self._book.cells.items() if cell.formula is None and cell.value in numbers}
        for place in (self._counted | again) - inside:
            head = self._headings.of(place)
            if head and (found := self._typed(head, self._headings.text(head), (place,))):
                yield found

    def _typed(self, head: Place | Block, text: str, places: tuple[Place, ...]) -> Typed | None:
        names = frozenset(keys(cleaned(text))) - {""}
        values = [None if self._book.formula_cell(place) else self._book.value(place) for place in places]
        numbers = tuple([float(value) for value in values if isinstance(value, int | float)])
        told = len(set(numbers)) > 1 or (len(numbers) > 0 and numbers[0] not in _TELLING_NOTHING)
        return Typed(head, names, places, numbers) if names and told and len(numbers) == len(places) else None

    def among(self, alike: Sequence[Typed], users: Users) -> Iterator[tuple[Typed, ...]]:
        """Yield the doubles among what has the same numbers."""
        left = [typed for typed in alike if any(users[place] for place in typed.places)]
        while left:
            first = left.pop(0)
            again = [other for other in left if self._is_again(first, other, users)]
            if again:
                left = [other for other in left if other not in again]
                yield first, *again

    def users(self, places: Collection[Place]) -> Users:
        """Return what is computed from some cells."""
        wanted = {cell_name(place): place for place in places}
        users: dict[Place, set[str]] = defaultdict(set)
        for name, uses in self._graph.uses.items():
            for other in wanted.keys() & uses:
                users[wanted[other]].add(self._name_of(place_of(name)))
        return users

    def _name_of(self, place: Place) -> str:
        if place not in self._called:
            block = next(iter(self._structure.blocks_at.get(place, ())), None)
            head = None if block else self._headings.of(place)
            text = block.name if block else self._headings.text(head) if head else place.address
            self._called[place] = cleaned(text)
        return self._called[place]

    def _is_again(self, first: Typed, other: Typed, users: Users) -> bool:
        """Whether two are one quantity: what has derivatives of its own, each, is not."""
        if first.head == other.head or not first.names & other.names:
            return False
        if all(self._derived.intersection(typed.places) for typed in (first, other)):
            return False
        if not any(typed.places[0] in self._counted for typed in (first, other)):
            return False
        one, two = (set().union(*(users[place] for place in typed.places)) for typed in (first, other))
        return bool(one and two) and not one & two
