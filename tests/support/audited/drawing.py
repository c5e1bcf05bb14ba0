"""Faults drawn by a seed: a kind, a network in which it can be made, the place; and the two workbooks."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from audited.calculator import values_of
from audited.gradient_faults import GRADIENT_FAULTS
from audited.networks_of_all import NAMES, network_of
from audited.seeded import Maker, Seeded, changed_cells
from audited.sheet_faults import SHEET_FAULTS
from audited.sheets import Content, Formula, Key, Sheets
from audited.update_faults import UPDATE_FAULTS

FAULTS: dict[str, Maker] = {**GRADIENT_FAULTS, **UPDATE_FAULTS, **SHEET_FAULTS}
_TRIES = 300
_SAME = 1e-9


@dataclass(frozen=True)
class Drawn:
    """A workbook with a fault: its kind as the table has it, the truth, and the cells in which it was put."""

    fault: str
    network: str
    seeded: Seeded
    book: Sheets
    changed: tuple[Key, ...]
    differing: tuple[Key, ...]
    """Those of them whose numbers differ as the workbook is."""

    @property
    def firsts(self) -> frozenset[Key]:
        """The cells of which the finding's first has to be one."""
        if self.seeded.kind == "reference-should-follow":
            return self.seeded.firsts | frozenset(self.differing[:1])
        return self.seeded.firsts or frozenset([*self.changed[:1], *self.differing[:1]])


def right_book(name: str) -> Sheets:
    """Return the right workbook of a network, with its values."""
    book = network_of(name).sheets()
    book.values = values_of(book.cells)
    return book


def draw(fault: str, seed: str, networks: Sequence[str] = NAMES) -> Drawn | None:
    """Draw a fault of a kind; None where it can be made in none of the networks.

    One that changes no number, at these inputs or at others, is drawn again.
    """
    rng = random.Random(f"{fault} {seed}")
    for _ in range(_TRIES):
        name = rng.choice(sorted(networks))
        seeded = FAULTS[fault](network_of(name), rng)
        found = _made(fault, name, seeded) if seeded else None
        if found:
            return found
    return None


def _made(fault: str, name: str, seeded: Seeded) -> Drawn | None:
    right, wrong = right_book(name), seeded.network.sheets(seeded.other)
    wrong.values = values_of(wrong.cells)
    if seeded.stale:
        wrong.values = {**wrong.values, **right.values}
    if seeded.before:
        seeded.before(wrong)
    told = seeded.silent or seeded.stale
    if not told and not differ(right.cells, wrong.cells, dict(right.values), dict(wrong.values)):
        return None
    changed = changed_cells(right, wrong)
    if seeded.before:
        calculated = values_of(wrong.cells)
        changed = [key for key in calculated if calculated[key] != wrong.values.get(key) and key not in changed]
        seeded = _with_firsts(seeded, changed)
    if seeded.edit:
        seeded.edit(wrong)
    if not changed and not seeded.silent:
        return None
    cells = [cell for key in changed for cell in filled(key, wrong.cells.get(key))]
    differing = [key for key in cells if _far({key: right.values.get(key, "")}, {key: wrong.values.get(key, "")})]
    return Drawn(fault, name, seeded, wrong, tuple(changed), tuple(differing))


def filled(key: Key, content: Content | None) -> Iterator[Key]:
    """Yield the cells to which a formula gives values, row by row; of another content its own."""
    rows, columns = content.fills or (1, 1) if isinstance(content, Formula) else (1, 1)
    sheet, row, column = key
    yield from ((sheet, row + down, column + right) for down in range(rows) for right in range(columns))


def _with_firsts(seeded: Seeded, keys: Sequence[Key]) -> Seeded:
    return replace(seeded, firsts=frozenset(keys))


def differ(
    right: dict[Key, Content], wrong: dict[Key, Content], at: dict[Key, float | str], then: dict[Key, float | str]
) -> bool:
    """Whether the fault changes a number, as the workbook is or with its numbers moved."""
    if _far(at, then):
        return True
    rng = random.Random(0)
    moved = {
        key: value * (1 + rng.uniform(-0.03, 0.03))
        for key, value in right.items()
        if isinstance(value, float) and wrong.get(key) == value
    }
    return _far(values_of(right, moved), values_of(wrong, moved))


def _far(one: dict[Key, float | str], other: dict[Key, float | str]) -> bool:
    for key in one.keys() & other.keys():
        a, b = one[key], other[key]
        if isinstance(a, str) or isinstance(b, str):
            if a != b:
                return True
        elif abs(a - b) > _SAME * max(abs(a), abs(b), 1e-6):
            return True
    return False
