"""The workbook's shell, made by openpyxl: styles, widths, charts, links, notes, validations, and no rows.

openpyxl cannot write a formula's cached value, so the rows are streamed into the shell's sheet parts by
`sheetgen.xlsx.writer`. Dates and alternative texts, which openpyxl leaves undone, are put into its parts here.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from sheetgen.errors import UsageError
from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import Page, quoted
from sheetgen.page.style import Style
from sheetgen.xlsx import style_objects
from sheetgen.xlsx.conditional_formats import conditional_formats
from sheetgen.xlsx.escapes import quoted_attribute
from sheetgen.xlsx.overlays import put_overlays
from sheetgen.xlsx.shapes import put_shapes
from sheetgen.xlsx.spelling import respelled

STYLES = "xl/styles.xml"
"""The part of a shell that holds its style sheet."""

_DRAWN_OBJECT = re.compile(rb'(<(?:\w+:)?cNvPr id="\d+" name="((?:Chart|Image) \d+)")(?: descr="[^"]*")?( ?/?>)')
"""The element that names a chart or a picture in a drawing."""


@dataclass(frozen=True)
class Shell:
    """A workbook without rows: its parts, the part of each sheet, the number of each style."""

    parts: Mapping[str, bytes]
    sheets: Mapping[str, str]
    styles: Mapping[Style, int]


def make(pages: list[Page], title: str, timestamp: str) -> Shell:
    """Return the shell of a workbook; ``timestamp`` (ISO 8601, UTC) dates it."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    workbook.properties.title, workbook.properties.creator = title, "sheetgen"
    styles: dict[Style, int] = {}
    for page in pages:
        sheet = workbook.create_sheet(page.name)
        _dress(sheet, page)
        for cell_style in _cell_styles(page):
            if cell_style not in styles:
                styles[cell_style] = _register(sheet, cell_style)
        sheet._cells.clear()
        for where, target in page.links.items():
            sheet[where].hyperlink = Hyperlink(ref=where, location=f"{quoted(target)}!A1", display=target)
        for where, cell in page.jumps.items():
            sheet[where].hyperlink = Hyperlink(ref=where, location=cell, display=cell)
    parts = {name: respelled(name, content) for name, content in _parts(workbook).items()}
    parts["docProps/core.xml"] = _date(parts["docProps/core.xml"], timestamp)
    _describe(parts, pages)
    sheets = {page.name: f"xl/worksheets/sheet{number}.xml" for number, page in enumerate(pages, start=1)}
    put_shapes(parts, pages, sheets)
    put_overlays(parts, pages, sheets)
    return Shell(parts, sheets, styles)


def _parts(workbook: Workbook) -> dict[str, bytes]:
    """Return the parts that openpyxl makes of a workbook; raise UsageError where its temporary files have no room."""
    file = BytesIO()
    try:
        workbook.save(file)
    except Exception as error:
        if not isinstance(error, OSError) and type(error).__name__ != "SerialisationError":  # lxml's
            raise
        reason = getattr(error, "strerror", None) or str(error)
        problem = f"a temporary file cannot be written ({reason}), in TMPDIR or the system's folder for them"
        raise UsageError(problem, "make room there, or set TMPDIR to another folder") from error
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _cell_styles(page: Page) -> list[Style]:
    styles = [cell.style for cell in page.cells.values()]
    if page.table:
        styles += [style for column in page.table.columns for style in (column.first_style, column.style)]
    return styles


def _register(sheet: Worksheet, cell_style: Style) -> int:
    """Return the number that a style gets in the workbook's table of cell formats."""
    cell = sheet.cell(row=len(sheet._cells) + 1, column=1)  # a cell keeps its style object, so each gets its own
    cell.font, cell.fill = style_objects.font(cell_style), style_objects.fill(cell_style)
    cell.alignment, cell.border = style_objects.alignment(cell_style), style_objects.border(cell_style)
    cell.number_format = cell_style.number
    return int(cell.style_id)


def _dress(sheet: Worksheet, page: Page) -> None:
    """Give a sheet everything but its rows."""
    for column, width in page.widths.items():
        sheet.column_dimensions[column_letter(column)].width = width
    for column in page.folded:
        dimension = sheet.column_dimensions[column_letter(column)]
        dimension.hidden, dimension.outlineLevel = True, 1
    sheet.freeze_panes = page.freeze or None
    if page.tab_colour:
        sheet.sheet_properties.tabColor = page.tab_colour
    sheet.merged_cells = _ranges(page.merges)  # merge_cells makes cells too, which the rows bring along here
    sheet.conditional_formatting = conditional_formats(page)  # type: ignore[assignment]
    for guarded, validation in page.guards:
        validation.sqref = _ranges(guarded)
        sheet.add_data_validation(validation)
    for anchor, chart, _ in page.charts:
        sheet.add_chart(chart, anchor)
    for anchor, png, _ in page.pictures:
        sheet.add_image(_picture(png), anchor)
    sheet.sheet_view.zoomScale = page.zoom
    sheet.sheet_view.showGridLines = page.table is not None
    for decorate in page.decorate:
        decorate(sheet)


def _ranges(cells: Iterable[str]) -> MultiCellRange:
    """Return ranges of cells; openpyxl's own way of adding one compares it with all that are there."""
    return MultiCellRange(map(CellRange, cells))


def _picture(png: bytes) -> Any:
    """Return an openpyxl image; it needs Pillow, which only pages with pictures do."""
    from openpyxl.drawing.image import Image

    return Image(BytesIO(png))


def _date(xml: bytes, timestamp: str) -> bytes:
    """Set the dates of the document, so that two builds give the same bytes."""
    return re.sub(rb"(<dcterms:(created|modified)[^>]*>)[^<]*", rb"\g<1>" + timestamp.encode(), xml)


def _describe(parts: dict[str, bytes], pages: list[Page]) -> None:
    """Give each chart and picture its alternative text, for readers who cannot see it."""
    illustrated = [page for page in pages if page.charts or page.pictures]
    for number, page in enumerate(illustrated, start=1):
        name = f"xl/drawings/drawing{number}.xml"
        alts = {f"Chart {n}": alt for n, (_, _, alt) in enumerate(page.charts, start=1)}
        first = len(page.charts) + 1
        alts |= {f"Image {n}": alt for n, (_, _, alt) in enumerate(page.pictures, start=first)}
        parts[name] = _with_alternative_texts(parts[name], alts)


def _with_alternative_texts(drawing: bytes, alts: Mapping[str, str]) -> bytes:
    """Return a drawing in which the objects of these names carry these texts."""

    def describe(match: re.Match[bytes]) -> bytes:
        alt = alts[match[2].decode()]
        return match[1] + b" descr=" + quoted_attribute(alt).encode() + match[3]

    return _DRAWN_OBJECT.sub(describe, drawing)
