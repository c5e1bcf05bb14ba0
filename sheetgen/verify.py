"""Proving a workbook: recalculated from its inputs, compared cell by cell, and checked by mathematics.

1. Workbook against graph: an engine recalculates the file, ignoring its cached values; formula texts,
   recalculated values and cached values are compared with those of the network in the Source sheet, at
   the numbers of the Inputs sheet.
2. Graph against mathematics: the independent reference computes every row anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from sheetgen import engines, proof
from sheetgen import layout as at
from sheetgen.compare import Bounds, Exact, Outcome, Sheet, plain
from sheetgen.engines import CellError, Recalculation, Value
from sheetgen.errors import TemplateError, WorkbookError
from sheetgen.layout import Layout
from sheetgen.report import Difference, Edit, Kind, Report, SheetReport, Status
from sheetgen.sheets import compose, error, picks, source
from sheetgen.sheets.book import Book
from sheetgen.sheets.page import Page
from sheetgen.sheets.picks import Picks, Spot
from sheetgen.study import SETTINGS, Study
from sheetgen.template import loads
from sheetgen.tolerance import RowBounds, Tolerance
from sheetgen.workbook import FileCell, WorkbookFile

_MOST_SOURCE_ROWS = 100_000
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
    built, version = _source(file)
    calculator = engines.get(engine)
    values = calculator.recalculate(path, timeout)
    study, edits = _inputs(file, values, built)
    chosen = _picks(file, values, study)
    book = Book(study, built, chosen, version=version)
    report = Report(calculator.version, edited=edits)
    found = list(proof.differences(study, tolerance))
    for page in compose(book):
        found += _page(file, values, book, page, tolerance, report)
    for name in file.sheet_names:
        if name not in {sheet.name for sheet in report.sheets}:
            found += _foreign(file, values, name, tolerance, report)
    found += _settings(file, report)
    report.notes += _picked(study, chosen)
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


def _source(file: WorkbookFile) -> tuple[Study, str]:
    """Return the study of the Source sheet, and the version of the package that made the workbook."""
    if at.SOURCE not in file.sheet_names:
        raise WorkbookError(
            f"{file.path} has no sheet {at.SOURCE!r}, so it was not made by sheetgen build; there is nothing to verify"
        )
    rows: dict[int, list[object]] = {}
    for row in file.rows(at.SOURCE):
        for cell in row:
            if cell.column <= 2:
                rows.setdefault(cell.row, [None, None])[cell.column - 1] = plain(cell.value)
    if max(rows, default=0) > _MOST_SOURCE_ROWS:
        raise WorkbookError(f"{file.path}: the sheet {at.SOURCE} has more rows than any template; build it again")
    table = [rows.get(number, [None, None]) for number in range(1, max(rows, default=0) + 1)]
    layout, template = source.template_of(table)
    if layout != at.LAYOUT_VERSION:
        said = "no layout version" if layout is None else f"layout {layout}"
        raise WorkbookError(
            f"{file.path}: the sheet {at.SOURCE} says {said}; this version of sheetgen knows layout {at.LAYOUT_VERSION}"
        )
    try:
        study = loads(template, f"{file.path}, sheet {at.SOURCE}")
    except TemplateError as problem:
        raise WorkbookError(f"the template in {problem}") from problem
    version = next((str(value) for name, value in table if name == source.VERSION_LABEL), "")
    return study, version


def _inputs(file: WorkbookFile, values: Recalculation, built: Study) -> tuple[Study, list[Edit]]:
    """Return the study at the numbers of the Inputs sheet, and how they differ from those as built."""
    if at.INPUTS not in file.sheet_names:
        raise WorkbookError(f"{file.path} has no sheet {at.INPUTS!r}, which holds the numbers to verify with")
    layout = Layout(built)
    grid = values.grid(at.INPUTS, max(layout.input_rows.values()), at.VALUE_COLUMN)
    as_built = {given.label: given.value for givens in layout.givens.values() for given in givens}
    samples, sample_edits = _samples(file, values, layout)
    now: dict[str, float] = {}
    for label, number in layout.input_rows.items():
        now[label] = _number(file.path, label, grid[number - 1][at.VALUE_COLUMN - 1], f"{at.INPUTS}!C{number}")
    numbers = as_built | now
    edits = [Edit(name, old, numbers[name]) for name, old in as_built.items() if numbers[name] != old]
    return layout.with_givens(numbers, samples), edits + sample_edits


def _samples(
    file: WorkbookFile, values: Recalculation, layout: Layout
) -> tuple[dict[str, tuple[float, ...]], list[Edit]]:
    """Return the numbers of the Data sheet, where the study has one, and how they differ from those as built."""
    built = layout.study.samples
    if not built:
        return {}, []
    if at.DATA not in file.sheet_names:
        raise WorkbookError(f"{file.path} has no sheet {at.DATA!r}, which holds the samples to verify with")
    grid = values.grid(at.DATA, at.DATA_FIRST_ROW + layout.study.count - 1, len(built) + 1)
    found: dict[str, tuple[float, ...]] = {}
    edits: list[Edit] = []
    for column, (name, numbers) in enumerate(built.items(), start=1):
        now = tuple(
            _number(
                file.path,
                f"{name} of sample {k + 1}",
                grid[at.DATA_FIRST_ROW - 1 + k][column],
                f"{at.DATA}!{layout.sample_cell(name, k)}",
            )
            for k in range(layout.study.count)
        )
        pairs = enumerate(zip(numbers, now, strict=True), start=1)
        edits += [Edit(f"{name} of sample {k}", old, new) for k, (old, new) in pairs if old != new]
        found[name] = now
    return found, edits


def _picks(file: WorkbookFile, values: Recalculation, study: Study) -> Picks:
    """Return what is picked on the sheets where something can be."""
    as_built = picks.shown(study, Picks())

    def look(spot: Spot) -> object:
        if spot.sheet not in file.sheet_names:
            return as_built[spot]
        letter, row = coordinate_from_string(spot.cell)
        column = column_index_from_string(letter)
        return plain(values.grid(spot.sheet, row, column)[row - 1][column - 1])

    try:
        return picks.read(study, look)
    except WorkbookError as problem:
        raise WorkbookError(f"{file.path}: {problem}") from None


def _picked(study: Study, chosen: Picks) -> Iterator[str]:
    """Say what was picked otherwise than in a fresh workbook: it changes what is shown, not what was trained."""
    as_built = picks.shown(study, Picks())
    for spot, said in picks.shown(study, chosen).items():
        if said != as_built[spot]:
            yield f"picked: {spot} {as_built[spot]!r} → {said!r}"


def _number(path: Path, label: str, value: Value, where: str) -> float:
    if label in SETTINGS and isinstance(value, float) and value <= 0:
        raise WorkbookError(f"{path}: {where} holds {value!r} as {label}; type a number greater than 0")
    if isinstance(value, bool) or not isinstance(value, float):
        shown = "nothing" if value is None else repr(plain(value))
        raise WorkbookError(f"{path}: {where} holds {shown} as {label}; type a number there")
    return value


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


def _bounds(book: Book, sheet: str, sheets: Mapping[str, int], tolerance: Tolerance) -> Bounds:
    """Return what gives error bounds for the rows of a sheet's table."""
    if sheet == at.ERROR:
        return error.Bounds(book.layout, tolerance.atol)
    if sheet not in sheets:
        return Exact()
    study, variant = book.study, sheets[sheet]
    return RowBounds(study.graphs[variant], study.constants(variant), tolerance.atol, study.batch)


def _note_uncached(report: Report, name: str, outcome: Outcome) -> None:
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
    _note_uncached(report, name, Outcome(uncached=uncached))
    return differences, unsupported


def _agree(cached: Value, fresh: Value, tolerance: Tolerance) -> bool:
    """Whether a cached value is the recalculated one; near 0, to the rounding of numbers near 1."""
    if isinstance(cached, CellError) and isinstance(fresh, CellError):
        return True
    if isinstance(cached, float) and isinstance(fresh, float):
        return tolerance.close(cached, fresh, tolerance.atol)
    return cached == fresh or {cached, fresh} <= {None, ""}
