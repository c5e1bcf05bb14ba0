"""A fault that is put into a right workbook, with the truth about it, and what the makers of faults share."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from audited.network import SYMBOL, Network, Override, Quantity
from audited.sheets import Content, Key, Sheets

Edit = Callable[[Sheets], None]


@dataclass(frozen=True)
class Seeded:
    """A fault. ``names`` are sets of kinds of which a finding has to have one each.

    ``other`` are the formulas that it puts in, ``edit`` what it does to the workbook once its values are computed.
    ``firsts`` are the cells of which the first finding's has to be one; empty where it follows from what was changed.
    ``silent`` says that no number of the workbook changes; ``stale`` that its values are left as they were.
    """

    kind: str
    names: tuple[frozenset[str], ...]
    network: Network
    other: Override = field(default_factory=dict)
    before: Edit | None = None
    edit: Edit | None = None
    firsts: frozenset[Key] = frozenset()
    silent: bool = False
    stale: bool = False
    what: str = ""


Maker = Callable[[Network, random.Random], Seeded | None]


def named(*kinds: str) -> tuple[frozenset[str], ...]:
    return (frozenset(kinds),)


def drawn(rng: random.Random, items: Collection[tuple[str, str]]) -> tuple[str, str] | None:
    """Draw a quantity and its wrong formula."""
    return rng.choice(sorted(set(items))) if items else None


def spread(network: Network, name: str, formula: str, rng: random.Random) -> Override:
    """Put a wrong formula into a whole column or block, mostly, or else into one cell or the rows from one on."""
    quantity = network.quantities[name]
    first = 0 if quantity.start is None else 1
    rows = network.rows(name)
    whole = quantity.form != "column" and quantity.array
    if whole or rows - first < 4 or rng.random() < 0.7 or quantity.form not in ("column", "block"):
        return _without_header(network, name, formula, first)
    if rng.random() < 0.5 or quantity.form == "block":
        return {(name, rng.randrange(max(first, 1), rows)): formula}
    start = rng.randrange(first + 1, rows - 1)
    return {(name, number): formula for number in range(start, rows)}


def _without_header(network: Network, name: str, formula: str, first: int) -> Override:
    """Leave the first row as it is where the formula refers to the row before it, which holds the labels."""
    if first == 0 and re.search(r"@-\d", formula):
        return {(name, number): formula for number in range(1, network.rows(name))}
    return {(name, None): formula}


def simple(kind: str, names: tuple[frozenset[str], ...], find: Callable[[Network], Iterator[tuple[str, str]]]) -> Maker:
    """Return the maker of a fault that is another formula for one quantity."""

    def make(network: Network, rng: random.Random) -> Seeded | None:
        found = drawn(rng, list(find(network)))
        if found is None:
            return None
        other = spread(network, found[0], found[1], rng)
        return Seeded(kind, names, network, other, what=f"{found[0]} = {found[1]}")

    return make


def symbols(formula: str) -> list[str]:
    """Return the quantities that a formula names."""
    return list(dict.fromkeys(match[1] for match in SYMBOL.finditer(formula)))


def alike(network: Network, name: str) -> list[str]:
    """Return the quantities of the same kind and size, such as the other units of a layer."""
    one = network.quantities[name]

    def kind(quantity: Quantity) -> tuple[object, ...]:
        stem = "" if quantity.form == "block" else re.sub(r"\d", "", quantity.name)
        return quantity.role, quantity.form, quantity.shape, stem

    return [other.name for other in network.quantities.values() if other.name != name and kind(other) == kind(one)]


def with_other(formula: str, old: str, new: str) -> str:
    return formula.replace("{" + old + "}", "{" + new + "}")


def terms(formula: str) -> list[str]:
    """Return the terms of a sum, at its top, with their signs."""
    found, depth, start = [], 0, 0
    for at, letter in enumerate(formula):
        depth += (letter in "({") - (letter in ")}")
        if depth == 0 and letter in "+-" and at > start and formula[at - 1] not in "*/^(,":
            found.append(formula[start:at])
            start = at
    return [*found, formula[start:]]


def changed_cells(right: Sheets, wrong: Sheets) -> list[Key]:
    """Return the cells in which something else stands."""
    keys = sorted({**right.cells, **wrong.cells})
    return [key for key in keys if right.cells.get(key) != wrong.cells.get(key)]


def typed(content: Content | None) -> bool:
    return isinstance(content, float)
