"""Blocks paired by name, shape and nearness: each derivative with the quantity by which it is taken."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

from sheetgen.audit.blocks import Named
from sheetgen.audit.labels import Kind, Meaning
from sheetgen.audit.spelling import cleaned, squashed

_CLOSE = 1.5
"""A second partner is in question up to this many times the distance of the nearest."""
_BACKWARDS = 3
"""How many times as far a quantity is that stands to the right of its derivative or below it."""
_MOST = 16
"""How many partners of a name are thought of."""
_ANOTHER_SHEET = 10_000_000
_BEFORE_NUMBERS = ("z", "net", "in", "s")


@dataclass(frozen=True)
class Pair:
    """A block of derivatives and the block by which they are taken. ``sure`` is False where another may be meant."""

    slope: Named
    by: Named
    sure: bool


def names_of_by(meant: Meaning, known: Container[str]) -> tuple[str, ...]:
    """Return the names under which the quantity may be found by which a derivative is taken.

    What an error term is by enters the unit that it names: ``net_o1``, or ``o1`` where there is an activation of o1.
    """
    if meant.kind != Kind.ERROR_TERM:
        return meant.by
    unit = meant.by[0]
    entering = (f"<{unit}>", *(f"{name}{unit}" for name in _BEFORE_NUMBERS if unit[:1].isdigit()))
    return (*entering, unit) if f"({unit})" in known else entering


def pairs_of(blocks: Sequence[Named], typed: Callable[[Named], bool]) -> tuple[list[Pair], list[Named]]:
    """Return the pairs, and the derivatives for which there is no partner.

    Only what is typed can have several, such as a weight that samples share: other quantities go to the nearest.
    """
    known = _Known(blocks)
    slopes = [block for block in blocks if block.meant.derivative]
    partners = [known.nearest(slope) for slope in slopes]
    nearest = sorted((apart, at, rank) for at, found in enumerate(partners) for rank, (apart, _) in enumerate(found))
    taken: set[tuple[object, ...]] = set()
    chosen: dict[int, int] = {}
    for _, at, rank in nearest:
        key = (partners[at][rank][1].area, slopes[at].meant.gathered, slopes[at].meant.of)
        if at not in chosen and key not in taken:
            chosen[at] = rank
            taken.add(key)
    for _, at, rank in nearest:
        if at not in chosen and typed(partners[at][rank][1]):
            chosen[at] = rank
    pairs = [_pair(slopes[at], partners[at], rank) for at, rank in chosen.items()]
    return pairs, [slope for at, slope in enumerate(slopes) if at not in chosen]


def _pair(slope: Named, partners: Sequence[tuple[int, Named]], rank: int) -> Pair:
    apart, by = partners[rank]
    others = [other for at, (other, _) in enumerate(partners) if at != rank]
    certain = not others or others[0] > _CLOSE * apart
    return Pair(slope, by, certain and slope.meant.kind == Kind.DERIVATIVE)


class _Known:
    """The quantities by name, shape and sheet."""

    def __init__(self, blocks: Sequence[Named]) -> None:
        self._found: dict[tuple[str, tuple[int, int]], dict[str, list[Named]]] = defaultdict(lambda: defaultdict(list))
        self._names: set[str] = set()
        for block in blocks:
            for name in _names(block):
                self._names.add(name)
                self._found[name, block.area.shape][block.area.sheet].append(block)

    def nearest(self, slope: Named) -> list[tuple[int, Named]]:
        """Return what a derivative may be by, and how far each is, the nearest first: on its sheet, or the only one."""
        names = names_of_by(slope.meant, self._names) if slope.meant.by else (_ANY,)
        for name in names:
            sheets = self._found.get((name, slope.area.shape), {})
            everywhere = [block for found in sheets.values() for block in found]
            found = sheets.get(slope.area.sheet) or (everywhere if len(everywhere) == 1 and slope.meant.by else [])
            if found:
                near = ((distance(slope, block), at, block) for at, block in enumerate(found))
                least = heapq.nsmallest(_MOST if slope.meant.by else 1, near, key=lambda entry: entry[:2])
                return [(apart, block) for apart, _, block in least]
        return []


_ANY = ""
"""The name under which every quantity is found: a gradient that leaves unsaid by what is one by the nearest."""


def _names(block: Named) -> tuple[str, ...]:
    if block.meant.kind == Kind.QUANTITY:
        return (*block.meant.names, _ANY)
    if block.meant.kind == Kind.UPDATED:  # W1' is the next W1, and what ∂L'/∂W1' is by
        return (squashed(cleaned(block.meant.text)),)
    return ()


def distance(slope: Named, by: Named) -> int:
    """Return how far a block is from a quantity; another sheet is farther than any cell of the same one.

    What is computed from a quantity stands to the right of it or below, as people write: the other way is longer.
    """
    one, other = slope.area, by.area
    apart = _way(other.top, one.top) + _way(other.left, one.left)
    return apart if one.sheet == other.sheet else apart + _ANOTHER_SHEET


def _way(start: int, end: int) -> int:
    return end - start if end >= start else _BACKWARDS * (start - end)
