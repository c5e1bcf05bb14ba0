"""What a workbook claims: which cell is the derivative of which other, and which is the next value of which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sheetgen.audit.book import Area, Place


@dataclass(frozen=True, slots=True)
class Claim:
    """A cell that says: I am ∂of/∂by. ``group`` is one for the cells that belong together, a column or a block.

    ``label`` is what the sheet calls it. ``sure`` is False where the label leaves open what is meant, such as ``δ1``:
    then a factor of −1 is a convention. ``summed`` lists several cells where the claim is the sum of the derivatives by
    each of them, as that of a weight that is copied for each sample. ``also`` are further cells that are added to
    ``of`` where no cell holds their sum, such as the losses of several samples. ``above`` says that ``by`` stands in
    the row above, from which this one goes on. ``whole`` is the loss of the whole batch, of which ``of`` is one
    sample's, where the label may mean either.
    """

    cell: Place
    of: Place
    by: Place
    label: str
    group: str
    sure: bool = True
    summed: tuple[Place, ...] = ()
    also: tuple[Place, ...] = ()
    above: bool = False
    whole: Place | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """A cell that holds the next value of a parameter: ``new`` follows from ``old`` and the gradient there.

    ``rate`` is the cell that holds the learning rate, where one was found.
    """

    new: Place
    old: Place
    gradient: Place | None
    label: str
    group: str
    rate: Place | None = None


@dataclass(frozen=True)
class Table:
    """A table with a row a step: its labels by column, and its first and last row. Columns count from 1."""

    sheet: str
    label_row: int
    first: int
    last: int
    labels: Mapping[int, str]

    def area(self, column: int) -> Area:
        """Return the cells of a column."""
        return Area(self.sheet, self.first, column, self.last, column)


@dataclass(frozen=True)
class Block:
    """A matrix under or beside its name."""

    name: str
    area: Area


@dataclass(frozen=True)
class Structure:
    """What was found in a workbook to compare. ``parameters`` are the cells at which differentiation ends.

    ``seen`` are sentences for a person: what was looked for and what was found.
    """

    claims: tuple[Claim, ...] = ()
    updates: tuple[Update, ...] = ()
    parameters: frozenset[Place] = frozenset()
    losses: tuple[Place, ...] = ()
    tables: tuple[Table, ...] = ()
    blocks: tuple[Block, ...] = ()
    seen: tuple[str, ...] = field(default=())

    @cached_property
    def blocks_at(self) -> Mapping[Place, list[Block]]:
        """The matrices that a cell belongs to, in their order."""
        found: dict[Place, list[Block]] = {}
        for block in self.blocks:
            for place in block.area.places():
                found.setdefault(place, []).append(block)
        return found

    @cached_property
    def claims_at(self) -> Mapping[Place, Claim]:
        """The claim of each cell that makes one."""
        return {claim.cell: claim for claim in reversed(self.claims)}
