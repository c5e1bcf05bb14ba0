"""A workbook on paper: a handout of a few pages, or all that its sheets print, as PDF by LibreOffice."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from sheetgen.engines import get
from sheetgen.engines.libreoffice import LibreOffice
from sheetgen.page import charts
from sheetgen.page.cell_names import column_letter, row_and_column
from sheetgen.page.page import Page
from sheetgen.page.printing import fit
from sheetgen.proof.recorded import numbers_recorded, picks_recorded, study_recorded
from sheetgen.sheet_names import CHECKS, EQUATIONS, ERROR, START
from sheetgen.sheets import handout
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import compose
from sheetgen.sheets.equations import CHAIN_RULE
from sheetgen.sheets.error import sheet as error
from sheetgen.xlsx import shell, writer
from sheetgen.xlsx.reader import WorkbookFile


def render(path: Path, *, whole: bool = False, timeout: float = 600.0) -> bytes:
    """Return a PDF: a handout of the network, its charts, the first and last rows of each training sheet, equations
    and checks; with ``whole`` every page that the workbook's sheets print.

    Raises WorkbookError for a file that is none of ours, and EngineError where LibreOffice is absent or fails.
    """
    if whole:
        return LibreOffice().pdf(path, timeout)
    book = _book_of(path, timeout)
    pages = compose(book, more=(handout.page,)).pages
    for page in pages:
        _leave_out_links(page)
        page.decorate.append(partial(_PRINTED.get(page.name, _hide), page))
    with tempfile.TemporaryDirectory(prefix="sheetgen-") as name:
        file = Path(name) / "handout.xlsx"
        with file.open("wb") as out:
            stamp = writer.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ")
            writer.write(out, shell.make(pages, book.study.title, stamp), pages, Path(name))
        return LibreOffice().pdf(file, timeout)


def _book_of(path: Path, timeout: float) -> Book:
    """Return the book of a workbook, with the numbers that stand in it now."""
    file = WorkbookFile(path)
    built, version = study_recorded(file)
    values = get("embedded").recalculate(path, timeout)
    study, _ = numbers_recorded(file, values, built)
    return Book(study, built, picks_recorded(file, values, study), version=version)


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


def _on_a_page(page: Page, sheet: Any) -> None:
    fit(sheet)


def _charts(page: Page, sheet: Any) -> None:
    """Print what stands right of the table: the summary and the charts."""
    first = page.bar - 2
    last = max(row_and_column(anchor)[0] for anchor, _, _ in page.charts) + charts.HEIGHT_ROWS
    sheet.print_title_rows = None
    sheet.print_area = f"{column_letter(first)}1:{column_letter(first + error.COLUMNS - 1)}{last}"
    fit(sheet)


def _equations(page: Page, sheet: Any) -> None:
    """Print the equations, without the chain rule of every weight, which is them once more."""
    rows = [row for (row, _), cell in page.cells.items() if cell.content == CHAIN_RULE]
    sheet.print_area = f"A1:G{min(rows, default=page.size[0] + 1) - 1}"
    fit(sheet)


_PRINTED: Mapping[str, Callable[[Page, Any], None]] = {
    START: _as_it_is,
    ERROR: _charts,
    handout.HANDOUT: _as_it_is,
    EQUATIONS: _equations,
    CHECKS: _on_a_page,
}
"""How the sheets of a handout are printed; the others are not."""
