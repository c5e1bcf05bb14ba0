"""Parameters that are repeated, as for each sample: which cells are copies of one, and which of them a sum is over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sheetgen.audit.blocks import Named
from sheetgen.audit.book import Place
from sheetgen.audit.equations import cell_name
from sheetgen.audit.flow import Flow
from sheetgen.audit.labels import Kind
from sheetgen.audit.partners import Pair

_FARTHEST = 4
"""Over how many cells a derivative is followed to those that it sums up."""


class Copies:
    """The parameters among the quantities by which derivatives are taken. ``ends`` are their cells.

    A parameter is a block whose numbers are typed, or repeat numbers that are typed elsewhere, or are the next values
    of one.
    """

    def __init__(self, flow: Flow, pairs: Sequence[Pair]) -> None:
        self._flow = flow
        self._by: dict[Place, Place] = {}  # the quantity's cell, for each cell that is a derivative
        self._slope: dict[Place, Place] = {}
        for pair in pairs:
            for cell, by in zip(pair.slope.places(), pair.by.places(), strict=True):
                self._by[cell] = by
                self._slope.setdefault(by, cell)
        self._names: dict[Place, tuple[str, ...]] = {}  # of the parameters
        blocks = sorted((pair.by for pair in pairs), key=lambda block: (block.meant.kind == Kind.UPDATED, block.area))
        for block in blocks:
            if self._is_renewed(block) if block.meant.kind == Kind.UPDATED else self._is_parameter(block.places()):
                self._names.update(dict.fromkeys(block.places(), block.meant.names))
        self.ends = set(self._names)
        self._copied: dict[Place, list[Place]] = defaultdict(list)
        for by in self._slope:
            before = flow.copied(by)
            if before is not None and by not in self.ends:
                self._copied[before].append(by)
        self._repeated: dict[Place, list[Place]] = defaultdict(list)
        for cell in sorted(self.ends):
            self._repeated[flow.source(cell)].append(cell)

    def _is_parameter(self, cells: Sequence[Place]) -> bool:
        return all(self._typed(self._flow.source(cell)) for cell in cells) and not self._counted_by_source(cells[0])

    def _is_renewed(self, block: Named) -> bool:
        """Whether a block that is said to hold the next values of a parameter is computed from the one before."""
        before = self._flow.precedents(block.places()[0])
        return any(set(self._names.get(place, ())) & set(block.meant.names) for place in before)

    def _typed(self, place: Place) -> bool:
        return not self._flow.has_formula(place)

    def _counted_by_source(self, cell: Place) -> bool:
        """Whether the source of a copy has a derivative that includes the copy's: then the copy is no end."""
        source = self._flow.source(cell)
        mine, whole = self._slope.get(cell), self._slope.get(source)
        return bool(source != cell and mine and whole and mine in self._behind(whole))

    def leaves_out(self, cell: Place, by: Place) -> bool:
        """Whether a derivative leaves out copies of its quantity that have derivatives of their own.

        What the sheet means by it is then not certain: the whole derivative, or that along the other ways alone.
        """
        own = [self._slope[copy] for copy in self._copied.get(by, ())]
        return bool(own) and not self._behind(cell).issuperset(own)

    def _behind(self, cell: Place) -> set[Place]:
        seen, ahead = {cell}, [cell]
        for _ in range(_FARTHEST):
            ahead = [other for place in ahead for other in self._flow.precedents(place) if other not in seen]
            seen.update(ahead)
        return seen

    def summed(self, cell: Place, by: Place) -> tuple[Place, ...]:
        """Return the copies over which a sum of derivatives is to go: those on the sheets that it looks at, or all.

        A parameter of the same value that the sum includes, if it be transposed, is taken as the same one typed again.
        """
        found = self._summed_by_formula(cell)
        sources = {self._flow.source(by)}
        value = self._flow.equations.numbers.get(cell_name(self._flow.source(by)))
        for other in found:
            source = self._flow.source(other)
            if value is not None and self._flow.equations.numbers.get(cell_name(source)) == value:
                sources.add(source)
        every = [other for source in sorted(sources) for other in self._repeated.get(source, ())]
        sheets = {other.sheet for other in found}
        here = [other for other in every if other.sheet in sheets]
        return tuple(here if here and cell.sheet in sheets else every)

    def _summed_by_formula(self, cell: Place) -> list[Place]:
        """Return the quantities whose derivatives a formula puts together."""
        found: list[Place] = []
        seen, ahead = {cell}, [cell]
        for _ in range(_FARTHEST):
            behind = [other for place in ahead for other in self._flow.precedents(place) if other not in seen]
            seen.update(behind)
            found += [self._by[other] for other in behind if other in self._by]
            ahead = [other for other in dict.fromkeys(behind) if other not in self._by]
        return found
