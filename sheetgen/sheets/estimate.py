"""What a workbook will take, told from its pages before the training runs: cells exactly, memory and bytes roughly.

Bytes were measured on the shipped templates, 2,806 to 571,542 cells of training; a workbook whose numbers have come to
rest takes less in the file. Both kinds of estimates are meant to be right within a factor of 2.
"""

from __future__ import annotations

from dataclasses import dataclass

from sheetgen.errors import UsageError
from sheetgen.machine import as_size, free_memory
from sheetgen.page.page import Formula, Page

_FILE, _FILE_A_CELL = 13_000, 15
"""The bytes of a file without cells, and of each cell in it, compressed."""
_BUILDING, _BUILDING_A_CELL = 55_000_000, 2_200
"""The bytes of memory of a process that builds, and for each cell outside of a table: tables pass through in pieces."""
_VERIFYING, _VERIFYING_A_CELL = 70_000_000, 375
"""The bytes of memory of a process that verifies with the embedded engine, and for each cell there."""
WIDE, MOST_LOOKS, BLOCK_CELLS = 300, 150_000_000, 1_000_000
"""A training sheet that is wider, and whose shared formulas would take more looks, is loaded with a formula of its own
in each cell, so many cells at a time: see `sheetgen.proof.in_blocks`."""
_A_CELL_OF_ITS_OWN = 2_700
"""The bytes of memory for each such cell."""


@dataclass(frozen=True)
class SheetSize:
    """How large a sheet is: the rows down to its last cell, and its cells, of which some are formulas.

    ``single`` are the cells that do not belong to its table, which has so many ``columns``.
    """

    name: str
    rows: int
    cells: int
    formulas: int
    single: int
    columns: int


@dataclass(frozen=True)
class Estimate:
    """What a workbook will take."""

    sheets: tuple[SheetSize, ...]

    @property
    def cells(self) -> int:
        """The number of its cells, exactly."""
        return sum(sheet.cells for sheet in self.sheets)

    @property
    def formulas(self) -> int:
        """The number of its formulas, exactly."""
        return sum(sheet.formulas for sheet in self.sheets)

    @property
    def file(self) -> int:
        """About how many bytes its file has."""
        return _FILE + _FILE_A_CELL * self.cells

    @property
    def building(self) -> int:
        """About how many bytes of memory building it takes."""
        return _BUILDING + _BUILDING_A_CELL * sum(sheet.single for sheet in self.sheets)

    @property
    def verifying(self) -> int:
        """About how many bytes of memory verifying it with the embedded engine takes."""
        wide = [sheet for sheet in self.sheets if sheet.columns > WIDE]
        tables = {sheet.name: sheet.cells - sheet.single for sheet in wide}
        looks = sum(sheet.columns * tables[sheet.name] for sheet in wide)
        own = min(sum(tables.values()), BLOCK_CELLS) if looks > MOST_LOOKS else 0
        return _VERIFYING + _VERIFYING_A_CELL * self.cells + _A_CELL_OF_ITS_OWN * own

    def require_memory(self, *, verify: bool) -> None:
        """Raise UsageError where the machine has too little memory to build it, or to verify it where that is asked."""
        free = free_memory()
        wanted = {"build": self.building} | ({"verify": self.verifying} if verify else {})
        for what, size in wanted.items():
            if free is not None and size > free:
                problem = f"to {what} a workbook of {self.cells:,} cells takes about {as_size(size)} of memory"
                without = ", or verify it elsewhere (--no-verify)" if what == "verify" else ""
                remedy = f"train for fewer iterations, or a smaller network{without}"
                raise UsageError(f"{problem}, and {as_size(free)} are free", remedy)


def estimate(pages: list[Page]) -> Estimate:
    """Return what a workbook of these pages will take; none of their values is needed."""
    return Estimate(tuple(map(_size, pages)))


def _size(page: Page) -> SheetSize:
    single = len(page.cells)
    cells, formulas = single, sum(isinstance(cell.content, Formula) for cell in page.cells.values())
    if page.table:
        of_table = page.table.columns
        cells += page.table.rows * len(of_table)
        formulas += (page.table.rows - 1) * len(of_table) + sum(isinstance(column.first, str) for column in of_table)
    columns = len(page.table.columns) if page.table else 0
    return SheetSize(page.name, page.size[0], cells, formulas, single, columns)
