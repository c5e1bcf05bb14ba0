"""A workbook on paper: a handout of a few pages, or all that its sheets print, as PDF by LibreOffice."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet.pagebreak import RowBreak

from sheetgen.engines import get
from sheetgen.engines.base import Recalculation
from sheetgen.engines.libreoffice import LibreOffice
from sheetgen.errors import WorkbookError
from sheetgen.page import charts, style
from sheetgen.page.cell_names import column_letter, row_and_column
from sheetgen.page.page import Page
from sheetgen.page.printing import fit, fit_width
from sheetgen.proof import in_blocks
from sheetgen.proof.recorded import numbers_recorded, picks_recorded, study_recorded
from sheetgen.sheet_names import CHECKS, EQUATIONS, ERROR, START
from sheetgen.sheets import handout
from sheetgen.sheets.book import Book
from sheetgen.sheets.checks import NOTES_ROW
from sheetgen.sheets.compose import compose
from sheetgen.sheets.equations import CHAIN_RULE
from sheetgen.sheets.layout import FLAG_CELL
from sheetgen.sheets.matrices.grids import LAST
from sheetgen.sheets.matrices.sheet import ALL_NUMBERS, NUMBERS
from sheetgen.xlsx import shell, writer
from sheetgen.xlsx.reader import WorkbookFile

_FIRST_CHECKS = "These are the first checks; the sheet Checks of the workbook has all that are counted above."
_LEGIBLE = 100
"""The most rows that are legible on a page."""


def render(path: Path, *, whole: bool = False, timeout: float = 600.0) -> bytes:
    """Return a PDF: a handout of the network, its charts, the first and last rows of each training sheet, equations
    and checks; with ``whole`` every page that the workbook's sheets print.

    A handout is made anew of the network and the numbers in the file. Raises WorkbookError for a file that is none of
    ours, or whose checks fail, and EngineError where LibreOffice is absent or fails.
    """
    if whole:
        return LibreOffice().pdf(path, timeout)
    book = _book_of(path, timeout)
    pages = handout_pages(book)
    with tempfile.TemporaryDirectory(prefix="sheetgen-") as name:
        file = Path(name) / "handout.xlsx"
        with file.open("wb") as out:
            writer.write(out, shell.make(pages, book.study.title, writer.stamp()), pages, Path(name))
        return LibreOffice().pdf(file, timeout)


def handout_pages(book: Book) -> list[Page]:
    """Return the sheets of a handout, of which those are hidden that it does not print."""
    *of_workbook, own = compose(book, more=(handout.page,)).pages
    for page in of_workbook:
        _leave_out_links(page)
        page.decorate.append(partial(_PRINTED.get(page.name, _hide), page))
        if page.name == CHECKS and page.size[0] > _LEGIBLE:
            page.put(f"A{NOTES_ROW + 3}", _FIRST_CHECKS, style.NOTE)
    return [*of_workbook, own]


def _book_of(path: Path, timeout: float) -> Book:
    """Return the book of a workbook, with the numbers that stand in it now."""
    file = WorkbookFile(path)
    built, version = study_recorded(file)
    values, _ = in_blocks.recalculate(get("embedded"), file, built, timeout)
    if (found := _flag(values)) and not found.startswith("OK"):
        raise WorkbookError(
            f"{path}: its own checks fail ({found}), and a handout would not show that: find out why with sheetgen"
            " verify, or print it as it is with --all"
        )
    study, _ = numbers_recorded(file, values, built)
    return Book(study, built, picks_recorded(file, values, study), version=version)


def _flag(values: Recalculation) -> str:
    """Return the overall flag of a recalculated workbook, nothing where it has none."""
    if CHECKS not in values.sheet_names:
        return ""
    row, column = row_and_column(FLAG_CELL.rpartition("!")[2].replace("$", ""))
    return str(values.grid(CHECKS, row, column)[row - 1][column - 1])


def _leave_out_links(page: Page) -> None:
    """Take the links to other sheets from the first row: nobody follows them on paper."""
    if page.bar:
        bar, page.links = page.bar, {}
        page.cells = {(row, column): cell for (row, column), cell in page.cells.items() if row > 1 or column < bar}
        starts = {area: row_and_column(area.partition(":")[0]) for area in page.merges}
        page.merges = [area for area, (row, column) in starts.items() if row > 1 or column < bar]


def _hide(page: Page, sheet: Any) -> None:
    """Print nothing of a sheet: LibreOffice prints hidden ones too, and leaves out pages that are empty."""
    rows, columns = page.size
    sheet.sheet_state = "hidden"
    sheet.print_title_rows = sheet.print_title_cols = None
    sheet.print_area = f"{column_letter(columns + 2)}{rows + 2}"
    sheet.oddFooter.center.text = None


def _as_it_is(page: Page, sheet: Any) -> None:
    """Print a sheet as it prints itself."""


def _checks(page: Page, sheet: Any) -> None:
    """Print the checks on one page, of many the first ones: that all pass stands above them."""
    left, top, right, last = _printed(sheet)
    if last > _LEGIBLE:
        sheet.print_area = f"{column_letter(left)}{top}:{column_letter(right)}{_LEGIBLE}"
        sheet.row_breaks, sheet.print_title_rows = RowBreak(), None
    fit(sheet)


def _printed(sheet: Any) -> tuple[int, int, int, int]:
    """Return the first and the last column and row of what a sheet prints: left, top, right, bottom."""
    return range_boundaries(sheet.print_area.rpartition("!")[2])  # type: ignore[return-value]


def _fit(sheet: Any, rows: int) -> None:
    """Print rows on a page, or where they are many on as many as keep them legible."""
    fit(sheet) if rows <= _LEGIBLE else fit_width(sheet)


def _charts(page: Page, sheet: Any) -> None:
    """Print what stands right of the table: the summary and the charts."""
    _, _, end, _ = _printed(sheet)
    places = [row_and_column(anchor) for anchor, _, _ in page.charts]
    first, last = places[0][1], max(row for row, _ in places) + charts.HEIGHT_ROWS
    sheet.print_title_rows, sheet.row_breaks = None, RowBreak()
    sheet.print_area = f"{column_letter(first)}2:{column_letter(end)}{last}"
    fit(sheet)


def _equations(page: Page, sheet: Any) -> None:
    """Print the equations, without what follows: the chain rule of every weight, or the numbers of a step."""
    ends = (CHAIN_RULE, NUMBERS, ALL_NUMBERS)
    parts = {cell.content: row for (row, _), cell in page.cells.items() if cell.content in ends}
    last = min(parts.values(), default=page.size[0] + 1) - 1
    of_tensors = not {NUMBERS, ALL_NUMBERS}.isdisjoint(parts)
    sheet.print_area = f"A1:{column_letter(LAST) if of_tensors else 'G'}{last}"
    if of_tensors:
        sheet.row_breaks = RowBreak()
    _fit(sheet, last)


_PRINTED: Mapping[str, Callable[[Page, Any], None]] = {
    START: _as_it_is,
    ERROR: _charts,
    EQUATIONS: _equations,
    CHECKS: _checks,
}
"""How the sheets of a handout are printed, besides its own; the others are not."""
