"""Proving a workbook: recalculated from its inputs, compared cell by cell, and checked by mathematics.

1. Workbook against graph: an engine recalculates the file, ignoring its cached values; formula texts,
   recalculated values and cached values are compared with those of the network in the Source sheet, at
   the numbers of the Inputs sheet.
2. Graph against mathematics: the independent reference computes every row anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from openpyxl.utils import get_column_letter

from sheetgen import engines
from sheetgen.engines.base import CellError, Recalculation, Value
from sheetgen.network.tolerance import RowBounds, Tolerance
from sheetgen.page.page import Page
from sheetgen.proof import mathematics
from sheetgen.proof.compare import ErrorBounds, NoBounds, Sheet, SheetOutcome, plain
from sheetgen.proof.recorded import numbers_recorded, other_picks, picks_recorded, study_recorded
from sheetgen.proof.report import Difference, Kind, Report, SheetReport, Status
from sheetgen.sheets import error
from sheetgen.sheets import layout as at
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import compose
from sheetgen.xlsx.reader import FileCell, WorkbookFile

_MOST_EXTRA_CELLS = 20_000_000
"""The largest area, in cells, that is fetched from the engine for formulas that others added."""


def verify(
    path: Path | str,
    engine: str = "embedded",
    *,
    tolerance: Tolerance = Tolerance(),  # noqa: B008 (immutable)
    max_diffs: int = 100,
    timeout: float = 600.0,
) -> Report:
    """Recalculate a workbook and return what agrees and what does not.

    Raises WorkbookError for a file that is none of ours, EngineError where the engine cannot run, and
    NumberError where the numbers typed into Inputs make the training overflow.
    """
    path = Path(path)
    file = WorkbookFile(path)
    built, version = study_recorded(file)
    calculator = engines.get(engine)
    values = calculator.recalculate(path, timeout)
    study, edits = numbers_recorded(file, values, built)
    chosen = picks_recorded(file, values, study)
    book = Book(study, built, chosen, version=version)
    report = Report(calculator.version, edited=edits)
    found = list(mathematics.differences(study, tolerance))
    for page in compose(book):
        found += _page(file, values, book, page, tolerance, report)
    for name in file.sheet_names:
        if name not in {sheet.name for sheet in report.sheets}:
            found += _foreign(file, values, name, tolerance, report)
    found += _settings(file, report)
    report.notes += other_picks(study, chosen)
    _conclude(report, found, max_diffs)
    return report


def _settings(file: WorkbookFile, report: Report) -> list[Difference]:
    """Look at what changes the numbers a person sees: rounding to the digits shown, and no recalculation."""
    calculation = file.calculation
    if calculation.get("calcMode") == "manual":
        report.notes.append("the workbook recalculates only when told to (calculation mode manual)")
    if calculation.get("fullPrecision") in ("0", "false"):
        return [Difference("workbook", "settings", Kind.LABEL, "full precision", "precision as displayed")]
    return []


def _conclude(report: Report, found: list[Difference], max_diffs: int) -> None:
    """Count the cells that differ; keep the most telling differences, causes before consequences."""
    kinds = list(Kind)
    found.sort(key=lambda difference: kinds.index(difference.kind))
    report.mismatches = len({(difference.sheet, difference.cell) for difference in found})
    report.diffs = found[:max_diffs]


# --- what the file says of itself ---


# --- sheet by sheet ---


def _page(
    file: WorkbookFile, values: Recalculation, book: Book, page: Page, tolerance: Tolerance, report: Report
) -> list[Difference]:
    """Compare a sheet of our own; add it to the report and return its differences."""
    sheets = {variant.sheet: index for index, variant in enumerate(book.study.variants)}
    training = page.name in sheets
    rate = book.study.rates[sheets[page.name]] if training else None
    status = Status.PROVEN if training else Status.RECALCULATED
    if page.name not in file.sheet_names:
        report.sheets.append(SheetReport(page.name, status, 0, 1))
        return [Difference(page.name, "A1", Kind.MISSING, f"the sheet {page.name}", None)]
    rows, columns = page.size
    bounds = _bounds(book, page.name, sheets, tolerance)
    sheet = Sheet(page, values.grid(page.name, rows, columns), tolerance, rate, bounds, book.study.batch)
    outcome = sheet.compare(file.rows(page.name))
    if training:
        report.training_cells += outcome.table_formulas
        report.max_abs = max(report.max_abs, outcome.max_abs)
        report.max_rel = max(report.max_rel, outcome.max_rel)
        report.helper_cells += outcome.formulas - outcome.table_formulas
    else:
        report.helper_cells += outcome.formulas
    extra, unsupported = _extra(values, page.name, outcome.extra, tolerance, report)
    differences = outcome.differences + extra
    _note_uncached(report, page.name, outcome)
    if unsupported:
        report.notes.append(f"{page.name}: {unsupported:,} added formulas are not covered by {report.engine}")
    report.sheets.append(SheetReport(page.name, status, outcome.formulas, len(differences)))
    return differences


def _bounds(book: Book, sheet: str, sheets: Mapping[str, int], tolerance: Tolerance) -> ErrorBounds:
    """Return what gives error bounds for the rows of a sheet's table."""
    if sheet == at.ERROR:
        return error.CurveBounds(book.layout, tolerance.atol)
    if sheet not in sheets:
        return NoBounds()
    study, variant = book.study, sheets[sheet]
    return RowBounds(study.graphs[variant], study.constants(variant), tolerance.atol, study.batch)


def _note_uncached(report: Report, name: str, outcome: SheetOutcome) -> None:
    if outcome.uncached:
        report.notes.append(
            f"{name}: {outcome.uncached:,} formulas carry no cached value; previews and pandas will show them empty"
        )


def _foreign(
    file: WorkbookFile, values: Recalculation, name: str, tolerance: Tolerance, report: Report
) -> list[Difference]:
    """Recalculate a sheet that is not ours: its formulas must agree with their cached values."""
    cells = [cell for row in file.rows(name) for cell in row]
    differences, unsupported = _extra(values, name, cells, tolerance, report)
    formulas = sum(cell.formula is not None for cell in cells)
    status = Status.NOT_COVERED if unsupported else Status.RECALCULATED
    report.sheets.append(SheetReport(name, status, formulas - unsupported, len(differences)))
    return differences


def _extra(
    values: Recalculation, name: str, cells: list[FileCell], tolerance: Tolerance, report: Report
) -> tuple[list[Difference], int]:
    """Compare formulas that are not ours with their cached values; count those the engine cannot read."""
    formulas = [cell for cell in cells if cell.own is not None or cell.shared is not None]
    if not formulas:
        return [], 0
    rows, columns = max(cell.row for cell in formulas), max(cell.column for cell in formulas)
    if rows * columns > _MOST_EXTRA_CELLS:
        report.notes.append(f"{name}: {len(formulas):,} added formulas lie too far out to be recalculated")
        return [], len(formulas)
    grid = values.grid(name, rows, columns)
    differences, unsupported, uncached = [], 0, 0
    for cell in formulas:
        found = grid[cell.row - 1][cell.column - 1]
        if isinstance(found, CellError) and found.unsupported:
            unsupported += 1
            continue
        report.helper_cells += 1
        if cell.value is None:
            uncached += 1
        elif not _agree(cell.value, found, tolerance):
            where = f"{get_column_letter(cell.column)}{cell.row}"
            cached, fresh = plain(cell.value), plain(found)
            differences.append(Difference(name, where, Kind.CACHED, fresh, cached, cell.formula))
    _note_uncached(report, name, SheetOutcome(uncached=uncached))
    return differences, unsupported


def _agree(cached: Value, fresh: Value, tolerance: Tolerance) -> bool:
    """Whether a cached value is the recalculated one; near 0, to the rounding of numbers near 1."""
    if isinstance(cached, CellError) and isinstance(fresh, CellError):
        return True
    if isinstance(cached, float) and isinstance(fresh, float):
        return tolerance.close(cached, fresh, tolerance.atol)
    return cached == fresh or {cached, fresh} <= {None, ""}
