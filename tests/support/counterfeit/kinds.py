"""The table of counterfeits: every kind by its name, and how one is made of a fresh build."""

from __future__ import annotations

import random
from collections.abc import Iterator

from counterfeit import (
    added,
    archive,
    asked,
    beside,
    cells,
    charts,
    conditions,
    damaged,
    drawn,
    formats,
    formulas,
    kept,
    listing,
    notes,
    numbers,
    rows,
    settings,
    veiled,
    views,
)
from counterfeit.rows import Kind
from counterfeit.workbook import AbsentError, Workbook

_DIFFERENT = {**formats.KINDS, **conditions.KINDS, **charts.KINDS}

GROUPS: dict[str, dict[str, Kind]] = {
    "decoys of rows": rows.KINDS,
    "cells read differently": cells.KINDS,
    "numbers": numbers.KINDS,
    "formulas": formulas.KINDS,
    "settings": settings.KINDS,
    "archive": {**archive.KINDS, **listing.KINDS, **damaged.KINDS},
    "added, not proven": {**added.KINDS, **beside.KINDS, **drawn.KINDS, **notes.KINDS},
    "what a person sees": {**_DIFFERENT, **conditions.TOLD, **charts.TOLD},
    "conditions and messages": asked.KINDS,
    "letters and digits": veiled.KINDS,
    "out of sight": views.KINDS,
    "what charts keep": kept.KINDS,
}
KINDS: dict[str, Kind] = {name: kind for group in GROUPS.values() for name, kind in group.items()}

DIFFERENT = frozenset(_DIFFERENT)
"""The kinds that change what a person sees of our own cells and charts: a difference, never an unreadable file."""


def made(genuine: Workbook, names: tuple[str, ...], rng: random.Random) -> Workbook:
    """Return a counterfeit of a workbook, of the kinds named, one after the other."""
    copy = Workbook(genuine.entries)
    for name in names:
        KINDS[name](copy, rng)
    assert copy.entries != genuine.entries, names
    return copy


def pairs(genuine: Workbook, rng: random.Random, count: int) -> Iterator[tuple[tuple[str, str], Workbook]]:
    """Yield so many counterfeits of two kinds; where the first leaves nothing for the second, others are drawn."""
    while count:
        first, second = rng.sample(sorted(KINDS), 2)
        try:
            yield (first, second), made(genuine, (first, second), rng)
        except AbsentError:
            continue
        count -= 1
