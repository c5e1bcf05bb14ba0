"""The pattern of a formula: what it does, and to which cells, so that neighbours can be compared."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sheetgen.audit.book import Area, Place
from sheetgen.audit.syntax import Node, Reference, walk
from sheetgen.limits import MAX_COLUMNS, MAX_ROWS

_SPACE = re.compile(r"\s+")


Move = tuple[int, int, int, int]
"""By how much a slot's top, left, bottom and right change from one cell to the next."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A formula without its references, and these one by one."""

    shape: str
    slots: tuple[Area, ...]

    def step_to(self, other: Pattern) -> tuple[Move, ...] | None:
        """Return how each reference moves from this formula to another, None where they do different things."""
        if self.shape != other.shape:
            return None
        pairs = list(zip(self.slots, other.slots, strict=True))
        if any(a.sheet != b.sheet for a, b in pairs):
            return None
        return tuple([(b.top - a.top, b.left - a.left, b.bottom - a.bottom, b.right - a.right) for a, b in pairs])

    def moved(self, step: tuple[Move, ...], times: int) -> Pattern | None:
        """Return the pattern that lies so many steps further, None where it has other references."""
        if len(step) != len(self.slots):
            return None
        slots = [
            Area(slot.sheet, *[place + times * by for place, by in zip(slot[1:], move, strict=True)])
            for slot, move in zip(self.slots, step, strict=True)
        ]
        return Pattern(self.shape, tuple(slots))


def pattern_of(text: str, tree: Node, place: Place) -> Pattern:
    """Return the pattern of a formula that stands in a cell."""
    pieces, slots, end = [], [], 0
    for node in walk(tree):
        if isinstance(node, Reference):
            pieces.append(_SPACE.sub("", text[end : node.start]).upper())
            end = node.end
            rows = (node.first.row or 1, node.last.row or MAX_ROWS)
            columns = (node.first.column or 1, node.last.column or MAX_COLUMNS)
            slots.append(Area(node.sheet or place.sheet, min(rows), min(columns), max(rows), max(columns)))
    return Pattern("□".join([*pieces, _SPACE.sub("", text[end:]).upper()]), tuple(slots))
