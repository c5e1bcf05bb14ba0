"""An edit of a formula: what is replaced, and which mistake that undoes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sheetgen.audit.book import Place
from sheetgen.audit.mistakes.needs import Need, needs_of
from sheetgen.audit.mistakes.patterns import Pattern, patterns_of
from sheetgen.audit.mistakes.pool import Piece, Pieces, Pool, cell_of
from sheetgen.audit.mistakes.products import Product, products_of
from sheetgen.audit.mistakes.roles import Roles
from sheetgen.audit.mistakes.trees import Formula, Swap, write
from sheetgen.audit.mistakes.values import NoValue, Values, Vector
from sheetgen.audit.syntax import Node, bare

_LONGEST = 60  # the characters of a part that a sentence shows


@dataclass(frozen=True, eq=False)
class Edit:
    """Parts of a formula replaced by others, the mistake that this undoes, and how far-fetched it is.

    ``words`` go on from "The formula": "uses h1 (J3) where out_h1 (K3) is needed".
    """

    swaps: Sequence[Swap]
    kind: str
    words: str
    cost: float


class Desk:
    """A formula laid out for the search: its parts, what they would have to be, and what may stand in their place."""

    def __init__(self, formula: Formula, values: Values, pool: Pool) -> None:
        self.formula, self.values, self.pool = formula, values, pool
        self.needs: list[Need] = needs_of(formula, values)
        whole = self.needs[0].has if self.needs else values.right
        self.wrong = ~(np.abs(whole - values.right) <= values.slack)
        self.products: list[Product] = products_of(formula, self.needs)
        self.patterns: list[Pattern] = patterns_of(self.products)

    @property
    def roles(self) -> Roles:
        """What the cells around the claim are."""
        return self.pool.roles

    @property
    def home(self) -> Place:
        """Where the formula stands as it reads."""
        return self.values.home

    def cell(self, node: Node) -> str | None:
        """Return the cell that a reference names, None for any other part."""
        return cell_of(bare(node), self.values)

    def short(self, node: Node) -> str:
        """Return a part as a sentence shows it: a cell by its name, anything else as it is written."""
        if (cell := self.cell(node)) is not None:
            return self.roles.called(cell)
        text = write(node, self.formula.text).strip()
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"

    def right(self, swaps: Sequence[Swap]) -> bool:
        """Whether the formula is right with parts of it replaced."""
        try:
            return self.values.right_at(self.values.vector(self.formula.swapped(swaps)))
        except NoValue:
            return False

    def found(self, pieces: Pieces, wants: Vector, gain: Vector) -> list[Piece]:
        """Return the pieces that are what a part would have to be.

        Samples at which the part makes no difference, as behind a unit at rest, say nothing, if the whole is right.
        """
        slack = self.slack(gain)
        if slack is None:
            return []
        return pieces.equal(np.where(np.isinf(slack), 0.0, wants), slack)

    def slack(self, gain: Vector) -> Vector | None:
        """Return how far a part may be off, None where the whole stays wrong whatever the part is."""
        idle = gain == 0
        if idle.all() or (idle & self.wrong).any() or not np.isfinite(gain).all():
            return None
        with np.errstate(all="ignore"):
            return np.asarray(np.where(idle, np.inf, self.values.slack / np.abs(gain)))

    def allows(self, need: Need, has: Vector) -> bool:
        """Whether the whole is right where a part has other values."""
        slack = self.slack(need.gain)
        if slack is None or not np.isfinite(has).all():
            return False
        with np.errstate(all="ignore"):
            return bool(np.all((np.abs(need.wants - has) <= slack) | np.isinf(slack)))
