"""Reading a workbook of anybody's: its cells, names, settings and charts, within bounds of size.

Nothing of it is run, and no link followed. What is damaged, or read differently by different programs, is refused.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from sheetgen.audit.book import Area, Book, BookCell, Place, Series
from sheetgen.audit.charts_read import series_of
from sheetgen.errors import WorkbookError
from sheetgen.page.cell_names import row_and_column
from sheetgen.xlsx.cells import MAIN, FileCell
from sheetgen.xlsx.reader import DAMAGE, WorkbookFile

_TABLE_FORMULA = "TABLE()"
"""What the cells of a data table hold: no formula that can be read."""


@dataclass(frozen=True)
class Limits:
    """How large a workbook may be: its cells, those that array formulas fill included, and its parts unpacked."""

    cells: int = 3_000_000
    megabytes: int = 1024


def read_book(path: Path, limits: Limits = Limits()) -> Book:
    """Return a workbook. Raises WorkbookError for what is none, is damaged or too large."""
    _check_size(path, limits)
    file = WorkbookFile(path)
    workbook = file.read(file.main)
    sheets = file.sheet_names
    cells: dict[Place, BookCell] = {}
    filled = 0
    for sheet in sheets:
        for row in file.rows(sheet, filled=True):
            for cell in row:
                if cell.value is not None or cell.has_formula:
                    read = _cell(sheet, cell, path)
                    cells[read.place] = read
                    filled += read.fills.shape[0] * read.fills.shape[1] if read.fills else 1
            if filled > limits.cells:
                raise _too_large(path, f"more than {limits.cells:,} cells")
    return Book(
        path=path,
        sheets=sheets,
        cells=cells,
        names=dict(_names(workbook, [sheet.get("name", "") for sheet in file.sheet_elements])),
        settings=file.calculation,
        series=tuple(_charts(file)),
    )


def _check_size(path: Path, limits: Limits) -> None:
    """Raise WorkbookError for a file whose parts, unpacked, are too large; what is no archive is refused elsewhere."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except DAMAGE:
        return
    if size > limits.megabytes << 20:
        raise _too_large(path, f"more than {limits.megabytes:,} MB when unpacked")


def _too_large(path: Path, what: str) -> WorkbookError:
    return WorkbookError(f"{path} has {what}", "audit a copy with fewer rows or sheets")


def _cell(sheet: str, cell: FileCell, path: Path) -> BookCell:
    place = Place(sheet, cell.row, cell.column)
    formula = cell.formula
    if cell.fills is None:
        return BookCell(place, cell.value, formula or None)
    try:
        first, _, last = cell.fills.replace("$", "").partition(":")
        (top, left), (bottom, right) = row_and_column(first), row_and_column(last or first)
    except ValueError:
        raise WorkbookError(f"{path}: the formula in {place.address} of {sheet!r} fills no cells") from None
    if (top, left) != (cell.row, cell.column) or bottom < top or right < left:
        raise WorkbookError(f"{path}: the array formula in {place.address} of {sheet!r} fills other cells")
    return BookCell(place, cell.value, formula or _TABLE_FORMULA, Area(sheet, top, left, bottom, right))


def _names(workbook: ElementTree.Element, sheets: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the defined names with what they stand for; one of a single sheet as ``Sheet!name``."""
    for element in workbook.iterfind(f"{MAIN}definedNames/{MAIN}definedName"):
        name, text, local = element.get("name", ""), element.text or "", element.get("localSheetId")
        if local is None:
            yield name, text
        elif local.isascii() and local.isdigit() and int(local) < len(sheets):
            yield f"{sheets[int(local)]}!{name}", text


def _charts(file: WorkbookFile) -> Iterator[Series]:
    """Yield the series of all charts; a damaged drawing shows nothing."""
    for relation in file.relations(file.main):
        if relation.kind in ("worksheet", "chartsheet"):
            sheet = next((name for name in file.sheet_names if file.part(name) == file.name(relation.part)), "")
            for drawing in file.related(relation.part, "drawing"):
                for chart in file.related(drawing, "chart"):
                    yield from series_of(file.read(chart), sheet)
