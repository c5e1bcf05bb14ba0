"""The pattern of a formula: what it does, and to which cells, so that neighbours can be compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sheetgen.audit.book import Area, Place
from sheetgen.audit.cut import cut, references_in
from sheetgen.audit.grammar import parse_formula
from sheetgen.audit.syntax import Reference
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


class Patterns:
    """The patterns of formulas; of those that differ in their references alone one is read."""

    def __init__(self) -> None:
        self._shapes: dict[tuple[str, ...], str | None] = {}

    def of(self, text: str, place: Place) -> Pattern:
        """Return the pattern of a formula that stands in a cell. Raises NotUnderstood for one that cannot be read."""
        found = cut(text)
        if found is not None:
            if found.pieces not in self._shapes:
                references = references_in(parse_formula(text))
                self._shapes[found.pieces] = _shape(text, references) if found.is_of(references) else None
            shape = self._shapes[found.pieces]
            if shape is not None:
                return Pattern(shape, tuple([_area(place, *cells) for cells in found.references]))
        references = references_in(parse_formula(text))
        return Pattern(_shape(text, references), tuple([_named(place, node) for node in references]))


def _shape(text: str, references: Sequence[Reference]) -> str:
    """Return a formula without its references."""
    starts = [0, *(node.end for node in references)]
    ends = [*(node.start for node in references), len(text)]
    return "□".join([_SPACE.sub("", text[start:end]).upper() for start, end in zip(starts, ends, strict=True)])


def _named(place: Place, node: Reference) -> Area:
    first, last = node.first, node.last
    return _area(place, node.sheet, first.row or 1, first.column or 1, last.row or MAX_ROWS, last.column or MAX_COLUMNS)


def _area(place: Place, sheet: str | None, row: int, column: int, last_row: int, last_column: int) -> Area:
    top, bottom = (row, last_row) if row <= last_row else (last_row, row)
    left, right = (column, last_column) if column <= last_column else (last_column, column)
    return Area(sheet or place.sheet, top, left, bottom, right)
