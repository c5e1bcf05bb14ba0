"""One sheet of a file against the page it must be: texts, formulas, recalculated and cached values."""

from __future__ import annotations

from collections.abc import Iterable

from sheetgen.proof.compare_cells import CellComparison
from sheetgen.proof.compare_formula import FormulaComparison, SheetOutcome
from sheetgen.proof.compare_table import TableComparison
from sheetgen.proof.expected import ExpectedSheet
from sheetgen.xlsx.alike_rows import AlikeRows
from sheetgen.xlsx.sheet_reader import Rows


def compare(sheet: ExpectedSheet, rows: Iterable[Rows]) -> SheetOutcome:
    """Compare the rows of a file, from the top, with the page: the table's cells in bulk, the others one by one."""
    comparison = FormulaComparison(sheet)
    cells = CellComparison(comparison)
    table = TableComparison(comparison, sheet.page.table) if sheet.page.table else None
    for piece in rows:
        if isinstance(piece, AlikeRows) and table and table.compare_alike(piece):
            continue
        for row in piece.rows() if isinstance(piece, AlikeRows) else [piece]:
            if table:
                table.compare(row)
            cells.compare(row)
    if table:
        table.finish()
    cells.finish()
    return comparison.outcome
