"""What others added to a workbook: formulas beside ours, and whole sheets.

No network says what they must be, so each is recalculated and must agree with the value the file shows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from sheetgen.engines.base import CellError, Recalculation, error_as_code
from sheetgen.network.tolerance import Tolerance
from sheetgen.proof.agreement import cached_agrees
from sheetgen.proof.report import Difference, Kind, Report, SheetReport, Status
from sheetgen.xlsx.cells import FileCell

_MOST_CELLS = 20_000_000
"""The largest area, in cells, that is fetched from the engine for formulas that others added."""


@dataclass
class AddedOutcome:
    """What was found of formulas that others added; ``unsupported`` counts those the engine cannot read."""

    compared: int = 0
    unsupported: int = 0
    uncached: int = 0
    differences: list[Difference] = field(default_factory=list)


def compare_added_sheet(
    cells: list[FileCell], values: Recalculation, name: str, tolerance: Tolerance, report: Report
) -> list[Difference]:
    """Compare a sheet that is not ours; add it to the report and return its differences."""
    outcome = compare_added(cells, values, name, tolerance, report)
    formulas = sum(cell.has_formula for cell in cells)
    status = Status.NOT_COVERED if outcome.unsupported else Status.RECALCULATED
    report.sheets.append(SheetReport(name, status, formulas - outcome.unsupported, len(outcome.differences)))
    return outcome.differences


def compare_added(
    cells: list[FileCell], values: Recalculation, name: str, tolerance: Tolerance, report: Report
) -> AddedOutcome:
    """Compare formulas that are not ours with their cached values; the report counts them and notes what is odd."""
    formulas = [cell for cell in cells if cell.has_formula]
    if not formulas:
        return AddedOutcome()
    rows, columns = max(cell.row for cell in formulas), max(cell.column for cell in formulas)
    if rows * columns > _MOST_CELLS:
        report.notes.append(f"{name}: {len(formulas):,} added formulas lie too far out to be recalculated")
        return AddedOutcome(unsupported=len(formulas))
    grid = values.grid(name, rows, columns)
    outcome = AddedOutcome()
    for cell in formulas:
        recalculated = grid[cell.row - 1][cell.column - 1]
        if isinstance(recalculated, CellError) and recalculated.unsupported:
            outcome.unsupported += 1
            continue
        outcome.compared += 1
        if cell.value is None:
            outcome.uncached += 1
        elif not cached_agrees(cell.value, recalculated, tolerance):
            where = f"{get_column_letter(cell.column)}{cell.row}"
            cached, fresh = error_as_code(cell.value), error_as_code(recalculated)
            outcome.differences.append(Difference(name, where, Kind.CACHED, fresh, cached, cell.formula))
    report.helper_cells += outcome.compared
    report.note_uncached(name, outcome.uncached)
    return outcome
