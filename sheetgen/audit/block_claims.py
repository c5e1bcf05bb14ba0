"""The claims and the updates of blocks: matrices that are derivatives of a loss by other matrices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sheetgen.audit.blocks import Named
from sheetgen.audit.book import Place
from sheetgen.audit.claims import Claim
from sheetgen.audit.copies import Copies
from sheetgen.audit.flow import Flow, Samples, Upstream
from sheetgen.audit.labels import Kind
from sheetgen.audit.partners import Pair, pairs_of
from sheetgen.audit.spelling import LOSSES


@dataclass
class Matrices:
    """What the blocks of a workbook claim. ``ends`` are the parameters of its tables.

    ``told`` are pairs that a person knows.

    ``losses`` are the cells whose sum is the loss, those that no other loss depends on. ``unmatched`` are the
    derivatives for which no quantity was found, or on which no loss depends.
    """

    flow: Flow
    blocks: Sequence[Named]
    losses: Sequence[Place]
    ends: Collection[Place] = frozenset()
    told: Sequence[Pair] = ()
    claims: list[Claim] = field(default_factory=list)
    parameters: set[Place] = field(default_factory=set)
    unmatched: list[Named] = field(default_factory=list)

    def __post_init__(self) -> None:
        found, unmatched = pairs_of(self.blocks, self._is_typed)
        areas = {pair.slope.area for pair in self.told}
        self.pairs = [*self.told, *(pair for pair in found if pair.slope.area not in areas)]
        self.unmatched = [block for block in unmatched if block.area not in areas]
        self._copies = Copies(self.flow, [pair for pair in self.pairs if not pair.slope.meant.gathered])
        self.parameters = self._copies.ends
        self._upstream = Upstream(self.flow, self.parameters | set(self.ends))
        self._shared = self._several_slopes()
        for pair in self.pairs:
            claims = self._claims(pair)
            self.claims += claims
            if not claims:
                self.unmatched.append(pair.slope)

    def _is_typed(self, block: Named) -> bool:
        return not any(self.flow.has_formula(place) for place in block.places())

    def _several_slopes(self) -> set[int]:
        """Return the ungathered derivatives, by their ids, of which several are by one block, as for each sample."""
        by: dict[int, list[Pair]] = defaultdict(list)
        for pair in self.pairs:
            if not pair.slope.meant.gathered:
                by[id(pair.by)].append(pair)
        return {id(pair.slope) for pairs in by.values() if len(pairs) > 1 for pair in pairs}

    def _claims(self, pair: Pair) -> list[Claim]:
        meant = pair.slope.meant
        group = f"{pair.slope.area.sheet}!{pair.slope.area.address}"
        found = []
        for cell, by in zip(pair.slope.places(), pair.by.places(), strict=True):
            if not self.flow.has_formula(cell) or self._copies.leaves_out(cell, by):
                continue
            summed = self._copies.summed(cell, by) if meant.gathered else ()
            cells = summed or (by,)
            of = [loss for loss in self._numerator(pair) if any(self._upstream.reaches(loss, one) for one in cells)]
            if id(pair.slope) in self._shared:
                of = self._own(cell, of)
            if meant.gathered == "mean" and len(of) > 1:
                of = []
            if of:
                several = summed if len(summed) > 1 else ()
                found.append(Claim(cell, of[0], cells[0], meant.text, group, pair.sure, several, tuple(of[1:])))
        return found

    def _numerator(self, pair: Pair) -> Sequence[Place]:
        """Return the cells that are derived: the losses, or the single cell that the label names."""
        of = pair.slope.meant.of
        if not of or of[0].rstrip("'") in LOSSES:
            return [place for place in self.losses if self._names_of_losses.get(place) in of] or self.losses
        named = [block for block in self.blocks if set(block.meant.names) & set(of) and block.area.is_cell]
        named = [block for block in named if block.meant.kind == Kind.QUANTITY]
        return [Place(block.area.sheet, block.area.top, block.area.left) for block in named][:1]

    @cached_property
    def _names_of_losses(self) -> dict[Place, str]:
        return {block.places()[0]: block.meant.names[0] for block in self.blocks if block.meant.kind == Kind.LOSS}

    def _own(self, cell: Place, losses: Sequence[Place]) -> list[Place]:
        """Return the loss of the sample from which a derivative by a shared parameter is computed, where it is one."""
        found = self._samples.behind(cell) & set(losses)
        return list(found) if len(found) == 1 else []

    @cached_property
    def _samples(self) -> Samples:
        return Samples(self._upstream, self.losses)
