"""Proving a workbook: recalculated from its inputs, compared cell by cell, and checked by mathematics.

1. Workbook against graph: an engine recalculates the file, ignoring its cached values; formula texts,
   recalculated values and cached values are compared with those of the network in the Source sheet, at
   the numbers of the Inputs sheet.
2. Graph against mathematics: the independent reference computes every row anew, and every sample of the whole data
   set where a training on batches is evaluated on it.
"""

from __future__ import annotations

from pathlib import Path

from sheetgen.engines import get
from sheetgen.engines.base import Recalculation
from sheetgen.network.tolerance import Tolerance
from sheetgen.page.page import Page
from sheetgen.proof import mathematics, whole_data
from sheetgen.proof.added import compare_added, compare_added_sheet
from sheetgen.proof.compare import compare
from sheetgen.proof.expected import ExpectedSheet
from sheetgen.proof.recorded import numbers_recorded, other_picks, picks_recorded, study_recorded
from sheetgen.proof.report import Difference, Kind, Report, SheetReport, Status
from sheetgen.proof.table_bounds import table_bounds
from sheetgen.sheet_names import EPOCHS
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import compose
from sheetgen.xlsx.reader import WorkbookFile


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
    calculator = get(engine)
    values = calculator.recalculate(path, timeout)
    study, edits = numbers_recorded(file, values, built)
    chosen = picks_recorded(file, values, study)
    # A book of its own: its rows are computed from the numbers of the file, never taken from a build.
    book = Book(study, built, chosen, version=version)
    report = Report(calculator.version, edited=edits)
    differences = list(mathematics.differences(book.trace, tolerance))
    pages = compose(book).pages
    differences += whole_data.differences(book, tolerance)
    for page in pages:
        differences += _page(file, values, book, page, tolerance, report)
    for name in file.sheet_names:
        if name not in {sheet.name for sheet in report.sheets}:
            cells = [cell for row in file.rows(name) for cell in row]
            differences += compare_added_sheet(cells, values, name, tolerance, report)
    differences += _settings(file, report)
    report.notes += other_picks(study, chosen)
    _conclude(report, differences, max_diffs)
    return report


def _settings(file: WorkbookFile, report: Report) -> list[Difference]:
    """Look at what changes the numbers a person sees: rounding to the digits shown, and no recalculation."""
    calculation = file.calculation
    if calculation.get("calcMode") == "manual":
        report.notes.append("the workbook recalculates only when told to (calculation mode manual)")
    if calculation.get("fullPrecision") in ("0", "false"):
        return [Difference("workbook", "settings", Kind.LABEL, "full precision", "precision as displayed")]
    return []


def _conclude(report: Report, differences: list[Difference], max_diffs: int) -> None:
    """Count the cells that differ; keep the most telling differences, causes before consequences."""
    kinds = list(Kind)
    differences.sort(key=lambda difference: kinds.index(difference.kind))
    report.mismatches = len({(difference.sheet, difference.cell) for difference in differences})
    report.diffs = differences[:max_diffs]


def _page(
    file: WorkbookFile, values: Recalculation, book: Book, page: Page, tolerance: Tolerance, report: Report
) -> list[Difference]:
    """Compare a sheet of our own; add it to the report and return its differences."""
    sheets = {variant.sheet: index for index, variant in enumerate(book.study.variants)}
    training = page.name in sheets
    rate = book.study.rates[sheets[page.name]] if training else None
    status = Status.PROVEN if training or page.name == EPOCHS else Status.RECALCULATED
    if page.name not in file.sheet_names:
        report.sheets.append(SheetReport(page.name, status, 0, 1))
        return [Difference(page.name, "A1", Kind.MISSING, f"the sheet {page.name}", None)]
    rows, columns = page.size
    bounds = table_bounds(book, page.name, tolerance.atol)
    sheet = ExpectedSheet(page, values.grid(page.name, rows, columns), tolerance, rate, bounds, book.study.batch)
    outcome = compare(sheet, file.rows(page.name))
    if training:
        report.training_cells += outcome.table_formulas
        report.max_abs = max(report.max_abs, outcome.max_abs)
        report.max_rel = max(report.max_rel, outcome.max_rel)
        report.helper_cells += outcome.formulas - outcome.table_formulas
    else:
        report.helper_cells += outcome.formulas
    added = compare_added(outcome.extra, values, page.name, tolerance, report)
    differences = outcome.differences + added.differences
    report.note_uncached(page.name, outcome.uncached)
    if added.unsupported:
        report.notes.append(f"{page.name}: {added.unsupported:,} added formulas are not covered by {report.engine}")
    report.sheets.append(SheetReport(page.name, status, outcome.formulas, len(differences)))
    return differences
