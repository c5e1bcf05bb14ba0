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
from sheetgen.proof import in_blocks, mathematics, whole_data
from sheetgen.proof.added import AddedOutcome, compare_added
from sheetgen.proof.beside import beside_the_network
from sheetgen.proof.compare import compare
from sheetgen.proof.compare_formula import SheetOutcome
from sheetgen.proof.expectation import Expectations, ExpectedPage
from sheetgen.proof.expected import ExpectedSheet
from sheetgen.proof.recorded import numbers_recorded, other_picks, picks_recorded, study_recorded
from sheetgen.proof.report import Difference, Kind, Report, SheetReport, Status
from sheetgen.proof.shown import compare_shown
from sheetgen.proof.stale import stale_cells
from sheetgen.proof.table_bounds import table_bounds
from sheetgen.shares import Told, between, untold
from sheetgen.sheet_names import EPOCHS, TEST
from sheetgen.sheets.book import Book
from sheetgen.xlsx.appearance import appearance_of
from sheetgen.xlsx.cell_formats import CellFormats
from sheetgen.xlsx.cells import FileCell
from sheetgen.xlsx.one_reading import require_one_reading
from sheetgen.xlsx.plain_xml import ON
from sheetgen.xlsx.reader import WorkbookFile

_RECALCULATED, _PROVEN, _TRAINED = 0.8, 0.83, 0.86
"""The share of a verification that is done, as measured, when the engine, the mathematics and a training are done."""

_EXPECTATIONS = Expectations()


def verify(
    path: Path | str,
    engine: str = "embedded",
    *,
    tolerance: Tolerance = Tolerance(),  # noqa: B008 (immutable)
    max_diffs: int = 100,
    timeout: float = 600.0,
    ignore_cache: bool = False,
    told: Told = untold,
) -> Report:
    """Recalculate a workbook and return what agrees and what does not.

    With ``ignore_cache`` formulas and recalculated values are judged, and the values that the file shows are not.
    ``told`` is told how much of that is done.
    Raises WorkbookError for a file that is none of ours, EngineError where the engine cannot run, and
    NumberError where the numbers typed into Inputs make the training overflow.
    """
    path = Path(path)
    file = WorkbookFile(path)
    require_one_reading(file)
    formats = CellFormats(file)
    built, version = study_recorded(file)
    calculator = get(engine)
    values, blocks = in_blocks.recalculate(calculator, file, built, timeout, between(told, 0, _RECALCULATED))
    told(_RECALCULATED)
    study, edits = numbers_recorded(file, values, built)
    chosen = picks_recorded(file, values, study)
    expectation = _EXPECTATIONS.take(study, built, chosen, version)
    book = expectation.book
    report = Report(calculator.version, edited=edits, ignore_cache=ignore_cache, blocks=blocks)
    differences = list(mathematics.differences(book.trace, tolerance))
    told(_PROVEN)
    pages = expectation.pages(between(told, _PROVEN, _TRAINED))
    differences += whole_data.differences(book, tolerance)
    ours = {}
    for done, expected in enumerate(pages, start=1):
        ours[expected.page.name] = _page(file, values, book, expected.page, tolerance, formats)
        told(_TRAINED + (1 - _TRAINED) * done / len(pages))
    added = {name: _added_cells(file, name, ours.get(name)) for name in file.sheet_names}
    others = compare_added(added, values, tolerance)
    trained = {variant.sheet for variant in study.variants}
    for name in dict.fromkeys((*ours, *file.sheet_names)):
        differences += _sheet(report, name, name in trained, ours.get(name), others.get(name, AddedOutcome()))
    differences += _settings(file, report)
    differences += _shown(file, values, formats, pages, report)
    report.unproven += beside_the_network(file, set(ours), {name: ours[name].extra for name in ours})
    report.notes += other_picks(study, chosen)
    _conclude(report, differences, max_diffs, stale_cells(file, book, differences, tolerance))
    _EXPECTATIONS.keep(expectation)
    return report


def _added_cells(file: WorkbookFile, sheet: str, ours: SheetOutcome | None) -> list[FileCell]:
    """Return the cells of a sheet that are not ours."""
    return ours.extra if ours else [cell for row in file.rows(sheet) for cell in row]


def _page(
    file: WorkbookFile, values: Recalculation, book: Book, page: Page, tolerance: Tolerance, formats: CellFormats
) -> SheetOutcome:
    """Compare a sheet of our own."""
    if page.name not in file.sheet_names:
        missing = Difference(page.name, "A1", Kind.MISSING, f"the sheet {page.name}", None)
        return SheetOutcome(differences=[missing])
    rows, columns = page.size
    rates = {variant.sheet: variant.rate for variant in book.study.variants if book.study.trains}
    bounds = table_bounds(book, page.name, tolerance.atol)
    grid = values.grid(page.name, rows, columns)
    sheet = ExpectedSheet(page, grid, tolerance, rates.get(page.name), bounds, book.study.batch, formats)
    return compare(sheet, file.row_pieces(page.name))


def _sheet(
    report: Report, name: str, training: bool, ours: SheetOutcome | None, added: AddedOutcome
) -> list[Difference]:
    """Add a sheet to the report: what is ours of it, and what others added; return its differences."""
    status = Status.PROVEN if training or (ours and name in (EPOCHS, TEST)) else Status.RECALCULATED
    if ours is None:
        ours, formulas = SheetOutcome(), added.compared
        status = Status.NOT_COVERED if added.uncovered else status
    else:
        formulas = ours.formulas
    if training:
        report.training_cells += ours.table_formulas
        report.max_abs, report.max_rel = max(report.max_abs, ours.max_abs), max(report.max_rel, ours.max_rel)
        report.helper_cells -= ours.table_formulas
    report.helper_cells += ours.formulas + added.compared
    report.not_covered += added.uncovered.total()
    report.note_uncached(name, ours.uncached + added.uncached)
    report.unproven += (f"{name}: {what}" for what in ours.told)
    report.notes += filter(None, [added.note(name)])
    differences = [*ours.differences, *added.differences]
    if report.ignore_cache:
        differences = [difference for difference in differences if difference.kind != Kind.CACHED]
    report.sheets.append(SheetReport(name, status, formulas, len(differences)))
    return differences


def _settings(file: WorkbookFile, report: Report) -> list[Difference]:
    """Look at what changes the numbers a person sees: rounding to the digits shown, and no recalculation."""
    calculation = file.calculation
    if calculation.get("calcMode") == "manual":
        report.notes.append("the workbook recalculates only when told to (calculation mode manual)")
    found = []
    if calculation.get("fullPrecision", "1") not in ON:
        found.append(Difference("workbook", "settings", Kind.LABEL, "full precision", "precision as displayed"))
    if (mode := calculation.get("calcMode", "auto")) not in ("auto", "autoNoTable", "manual"):
        found.append(Difference("workbook", "settings", Kind.LABEL, "automatic calculation", f"the mode {mode!r}"))
    return found


def _shown(
    file: WorkbookFile, values: Recalculation, formats: CellFormats, pages: list[ExpectedPage], report: Report
) -> list[Difference]:
    """Compare what our sheets show besides their cells; return the differences, and tell what is not proven."""
    differences = []
    kept = None if report.ignore_cache else values
    for expected in pages:
        sheet = expected.page.name
        if sheet in file.sheet_names:
            outcome = compare_shown(expected, appearance_of(file, sheet, formats.looks), kept)
            differences += outcome.differences
            report.unproven += (f"{sheet}: {what}" for what in outcome.unproven)
    return differences


def _conclude(report: Report, differences: list[Difference], max_diffs: int, stale: set[tuple[str, str]]) -> None:
    """Count the cells that differ; keep the most telling differences, causes before consequences, the stale last."""
    kinds = list(Kind)
    differences.sort(key=lambda d: ((d.sheet, d.cell) in stale, kinds.index(d.kind)))
    report.mismatches = len({(difference.sheet, difference.cell) for difference in differences})
    report.stale = len(stale)
    report.diffs = differences[:max_diffs]
