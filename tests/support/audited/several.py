"""Workbooks with several faults at once, and which of them, and what else, the audit lists as causes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from audited.calculator import values_of
from audited.drawing import FAULTS, differ, filled, right_book
from audited.gradient_faults import GRADIENT_FAULTS
from audited.matrices import MATRICES
from audited.network import Network, Override
from audited.networks_of_all import network_of
from audited.seeded import Seeded, changed_cells
from audited.sheets import Key, Sheets
from audited.tables import TABLES
from audited.trials import findings_in
from audited.update_faults import UPDATE_FAULTS
from sheetgen.audit.finding import Finding, Weight

BREAKS = ("typed number", "broken pattern", "reference should follow", "reference should stay")
KINDS = (*(kind for kind in GRADIENT_FAULTS if kind != "logarithm of another base"), *UPDATE_FAULTS, *BREAKS)
"""What changes formulas and leaves the network as it is, but for what breaks a pattern."""
_TRIES = 200


@dataclass(frozen=True)
class Several:
    """A workbook with faults: their kinds, and the cells that each changed."""

    network: str
    kinds: tuple[str, ...]
    cells: tuple[frozenset[Key], ...]
    book: Sheets


def several(count: int, seed: str, first: Sequence[str] = KINDS) -> Several:
    """Draw a network and so many faults in different quantities of it, the first of some kinds."""
    rng = random.Random(seed)
    while True:
        name = rng.choice(sorted((*TABLES, *MATRICES)))
        network, other, kinds, cells = network_of(name), dict[tuple[str, int | None], str | float](), [], []
        for _ in range(_TRIES):
            kind = rng.choice(KINDS if kinds else first)
            seeded = FAULTS[kind](network, rng)
            if seeded and _is_alone(seeded, network, other) and (changed := _changed(name, network, seeded)):
                other.update(seeded.other)
                kinds.append(f"{kind}: {seeded.what}")
                cells.append(changed)
            if len(kinds) == count:
                book = network.sheets(other)
                book.values = values_of(book.cells)
                return Several(name, tuple(kinds), tuple(cells), book)


def _is_alone(seeded: Seeded, network: Network, other: Override) -> bool:
    """Whether a fault is another formula, in a quantity in which no other fault is."""
    plain = seeded.network is network and not seeded.edit and not seeded.before and not seeded.silent
    return plain and bool(seeded.other) and {name for name, _ in seeded.other}.isdisjoint(name for name, _ in other)


def _changed(name: str, network: Network, seeded: Seeded) -> frozenset[Key]:
    """Return the cells that a fault changes, none where it changes no number."""
    right, wrong = right_book(name), network.sheets(seeded.other)
    if not differ(right.cells, wrong.cells, dict(right.values), values_of(wrong.cells)):
        return frozenset()
    return frozenset(cell for key in changed_cells(right, wrong) for cell in filled(key, wrong.cells.get(key)))


@dataclass(frozen=True)
class Told:
    """What an audit lists as causes: the faults among which none of them lies, and the causes that are no faults."""

    missed: tuple[str, ...]
    extra: tuple[Finding, ...]

    @property
    def exact(self) -> bool:
        """Whether the causes are the faults and nothing else."""
        return not self.missed and not self.extra


def told(drawn: Several, path: Path) -> Told:
    """Write the workbook and audit it."""
    found = [one for one in findings_in(drawn.book.write(path)) if one.weight == Weight.WRONG]
    cells = [{(at.sheet, at.row, at.column) for area in one.areas for at in area.places()} for one in found]
    every = frozenset[Key]().union(*drawn.cells)
    missed = [kind for kind, its in zip(drawn.kinds, drawn.cells, strict=True) if not any(its & one for one in cells)]
    extra = [one for one, its in zip(found, cells, strict=True) if not its & every]
    return Told(tuple(missed), tuple(extra))
