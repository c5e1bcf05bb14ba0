"""The updates of blocks: matrices that hold the next values of parameters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from sheetgen.audit.blocks import Named
from sheetgen.audit.book import Place
from sheetgen.audit.claims import Update
from sheetgen.audit.flow import Flow
from sheetgen.audit.labels import Kind
from sheetgen.audit.partners import Pair, distance
from sheetgen.audit.spelling import cleaned, squashed

_FARTHEST = 6
"""Over how many cells a gradient is followed from the update, as through what an optimiser remembers."""


def updates_of_blocks(
    flow: Flow, pairs: Sequence[Pair], blocks: Sequence[Named], rates: Collection[Place]
) -> Iterator[Update]:
    """Yield the updates that labels such as ``W1 new`` announce, each with the gradient that its formula uses."""
    known: dict[str, list[Named]] = defaultdict(list)
    for block in blocks:
        for name in _own_names(block):
            known[name].append(block)
    slopes = {place for pair in pairs for place in pair.slope.places()}
    for block in blocks:
        if block.meant.kind != Kind.UPDATED:
            continue
        old = _old(block, known)
        if old is None:
            continue
        group = f"{block.area.sheet}!{block.area.address}"
        for new, before in zip(block.places(), old.places(), strict=True):
            starts = not flow.has_formula(before) or before in flow.precedents(new)
            if starts and flow.has_formula(new) and flow.copied(new) is None:
                found = _gradients(flow, new, before, slopes)
                gradient = found[0] if len(found) == 1 else None
                rate = next((place for place in flow.precedents(new) if place in rates), None)
                yield Update(new, before, gradient, block.meant.text, group, rate)


def _own_names(block: Named) -> tuple[str, ...]:
    """Return the names of a quantity. W1' is the next W1, and is itself followed by W1''."""
    if block.meant.kind == Kind.QUANTITY:
        return block.meant.names
    return (squashed(cleaned(block.meant.text)),) if block.meant.kind == Kind.UPDATED else ()


def _old(block: Named, known: Mapping[str, Sequence[Named]]) -> Named | None:
    """Return the block of which another holds the next values: the nearest of that name and shape."""
    fitting = [other for name in block.meant.names for other in known.get(name, ())]
    fitting = [other for other in fitting if other.area.shape == block.area.shape]
    return min(fitting, key=lambda other: distance(block, other), default=None)


def _gradients(flow: Flow, new: Place, old: Place, slopes: Collection[Place]) -> list[Place]:
    """Return the derivatives that an update names, else those behind what it names."""
    ahead, seen = [new], {new, old}
    for _ in range(_FARTHEST):
        fresh = list(dict.fromkeys(p for place in ahead for p in flow.precedents(place) if p not in seen))
        seen.update(fresh)
        found = [place for place in fresh if place in slopes]
        if found or not fresh:
            return found
        ahead = fresh
    return []
