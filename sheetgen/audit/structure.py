"""The structure of a workbook: its tables and blocks, and what they say is the derivative of what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from sheetgen.audit.block_claims import Matrices
from sheetgen.audit.blocks import Named, find_blocks
from sheetgen.audit.book import Area, Book, Place
from sheetgen.audit.claims import Claim, Structure
from sheetgen.audit.columns import Columns
from sheetgen.audit.equations import Equations
from sheetgen.audit.flow import Flow, Upstream
from sheetgen.audit.grid import Grid, grids_of
from sheetgen.audit.labels import Kind, settled
from sheetgen.audit.renewed import updates_of_blocks
from sheetgen.audit.seen import sentences
from sheetgen.audit.steps import Outside, Steps
from sheetgen.audit.tables import StepTable, find_tables
from sheetgen.audit.told import NOTHING, Told, loss_told, pairs_told
from sheetgen.errors import UsageError

_BESIDE = 4
"""How many columns beside the words "learning rate" its number may stand."""


def structure_of(book: Book, equations: Equations, told: Told = NOTHING) -> Structure:
    """Return what a workbook claims, as far as it is sure.

    Raises UsageError where a person tells of a sheet, a cell or a pair that is not there.
    """
    if told.sheet and told.sheet not in book.sheets:
        raise UsageError(f"--sheet {told.sheet}: the workbook has no such sheet; it has {', '.join(book.sheets)}")
    return _Reading(book, equations, told).structure()


@dataclass
class _Reading:
    """A workbook under way to its structure."""

    book: Book
    equations: Equations
    told: Told

    def __post_init__(self) -> None:
        self.flow = Flow(self.equations)
        self.loss = loss_told(self.told, self.book)
        self.grids = grids_of(self.equations, [self.told.sheet] if self.told.sheet else self.book.sheets)

    @cached_property
    def tables(self) -> list[Columns]:
        """The tables that have derivatives of a loss in them, those with rows and columns exchanged last."""
        found = []
        for grid in self.grids:
            here = list(self._tables(grid))
            found += here or list(self._tables(grid.turned()))
        return found

    def _tables(self, grid: Grid) -> Iterator[Columns]:
        for table in filter(_packed, find_tables(grid)):
            columns = Columns(table, self.flow, self.loss)
            if columns.derivatives and (columns.connected or columns.updates_itself):
                yield columns

    @cached_property
    def blocks(self) -> list[Named]:
        """The blocks outside the tables."""
        taken: dict[str, set[tuple[int, int]]] = {}
        for columns in self.tables:
            cells = taken.setdefault(columns.table.grid.sheet, set())
            cells |= {(place.row, place.column) for place in columns.table.places()}
        arrays: dict[str, list[Area]] = {}
        for cell in self.book.cells.values():
            if cell.fills is not None and cell.fills.shape != (1, 1):
                arrays.setdefault(cell.place.sheet, []).append(cell.fills)
        found = [
            block
            for grid in self.grids
            for block in find_blocks(grid, arrays.get(grid.sheet, ()), taken.get(grid.sheet, ()))
        ]
        return [Named(area, meant) for area, meant in settled({block.area: block.meant for block in found}).items()]

    @cached_property
    def losses(self) -> list[Place]:
        """The single cells outside the tables that are a whole loss and feed no other."""
        if self.loss is not None:
            return [self.loss]
        named = [block.places()[0] for block in self.blocks if block.meant.kind == Kind.LOSS and block.is_cell]
        named = [place for place in named if self.flow.has_formula(place) and self.flow.copied(place) is None]
        upstream = Upstream(self.flow, ())
        return [p for p in named if not any(other != p and upstream.reaches(other, p) for other in named)]

    def structure(self) -> Structure:
        """Return all that was found."""
        rates = frozenset(place for grid in self.grids for place in _rates(grid))
        outside = Outside(self._quantity, tuple(self.losses), rates)
        steps = [Steps(columns, outside) for columns in self.tables]
        ends = {place for found in steps for place in found.parameters}
        pairs = pairs_told(self.told, self.book, self.blocks)
        matrices = Matrices(self.flow, self.blocks, self.losses, ends, pairs)
        updates = [update for found in steps for update in found.updates]
        updates += updates_of_blocks(self.flow, matrices.pairs, self.blocks, rates)
        claims = _one_a_cell([*matrices.claims, *(claim for found in steps for claim in found.claims)])
        return Structure(
            claims=tuple(claims),
            updates=tuple(updates),
            parameters=frozenset(ends | matrices.parameters),
            losses=tuple(dict.fromkeys([*(place for found in steps for place in found.losses), *self.losses])),
            tables=tuple(columns.table.told() for columns in self.tables if not columns.table.grid.across),
            blocks=tuple(block.block for block in self.blocks),
            seen=tuple(sentences(steps, matrices, self.grids)),
        )

    def _quantity(self, names: tuple[str, ...], sheet: str) -> Place | None:
        """Return the single cell of a name, on a sheet or, where none is there, the only one elsewhere."""
        for name in names:
            found = [block.places()[0] for block in self._cells if name in block.meant.names]
            here = [place for place in found if place.sheet == sheet]
            if len(here) == 1 or (not here and len(found) == 1):
                return (here or found)[0]
        return None

    @cached_property
    def _cells(self) -> list[Named]:
        return [block for block in self.blocks if block.is_cell and block.meant.kind == Kind.QUANTITY]


def _packed(table: StepTable) -> bool:
    """Whether labels stand beside each other, as over the columns of a table, and not apart, as over matrices."""
    columns = sorted(table.columns)
    beside = sum(b - a == 1 for a, b in pairwise(columns))
    return 2 * beside >= len(columns) - 1


def _one_a_cell(claims: Sequence[Claim]) -> list[Claim]:
    """Return the claims, the first of each cell; what a person told comes first."""
    return list({claim.cell: claim for claim in reversed(claims)}.values())[::-1]


def _rates(grid: Grid) -> Iterator[Place]:
    """Yield the cells that hold a learning rate by the words beside or above them."""
    for row, column in grid.texts:
        meant = grid.meaning(row, column)
        if meant is None or meant.kind != Kind.RATE:
            continue
        beside = [(row, other) for other in range(column + 1, column + 1 + _BESIDE)]
        first = next((at for at in beside if at in grid.numbers or at in grid.texts), None)
        for at in (first, (row + 1, column)):
            if at in grid.numbers:
                yield grid.place(*at)
                break
