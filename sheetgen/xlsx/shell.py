"""The workbook's shell, made by openpyxl: styles, widths, charts, links, notes, validations, and no rows.

openpyxl cannot write a formula's cached value, so the rows are streamed into the shell's sheet parts by
`sheetgen.xlsx.writer`. Dates and alternative texts, which openpyxl leaves undone, are put into its parts here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from sheetgen.page.cell_names import row_and_column
from sheetgen.page.page import Page, quoted
from sheetgen.page.style import Style
from sheetgen.xlsx.columns import with_columns
from sheetgen.xlsx.conditional_formats import conditional_formats
from sheetgen.xlsx.escapes import quoted_attribute
from sheetgen.xlsx.overlays import put_overlays
from sheetgen.xlsx.parts_in_memory import parts_of
from sheetgen.xlsx.shapes import put_shapes
from sheetgen.xlsx.spelling import respelled
from sheetgen.xlsx.style_objects import StyleNumbers

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
    numbers = StyleNumbers(workbook)
    for page in pages:
        _dress(workbook.create_sheet(page.name), page)
    styles = {look: numbers[look] for look in dict.fromkeys(look for page in pages for look in _cell_styles(page))}
    parts = {name: respelled(name, content) for name, content in parts_of(workbook).items()}
    parts["docProps/core.xml"] = _date(parts["docProps/core.xml"], timestamp)
    _describe(parts, pages)
    sheets = {page.name: f"xl/worksheets/sheet{number}.xml" for number, page in enumerate(pages, start=1)}
    for page in pages:
        parts[sheets[page.name]] = with_columns(parts[sheets[page.name]], page)
    put_shapes(parts, pages, sheets)
    put_overlays(parts, pages, sheets)
    return Shell(parts, sheets, styles)


def _cell_styles(page: Page) -> list[Style]:
    styles = [cell.style for cell in page.cells.values()]
    if page.table:
        styles += [style for column in page.table.columns for style in (column.first_style, column.style)]
    return styles


def _dress(sheet: Worksheet, page: Page) -> None:
    """Give a sheet everything but its columns and its rows."""
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
    sheet._hyperlinks = _links(page)  # type: ignore[attr-defined]


def _links(page: Page) -> list[Hyperlink]:
    """Return what leads from cells to other sheets and other cells, row by row."""
    places = {where: f"{quoted(target)}!A1" for where, target in page.links.items()} | page.jumps
    shown = page.links | page.jumps
    order = sorted(places, key=row_and_column)
    return [Hyperlink(ref=where, location=places[where], display=shown[where]) for where in order]


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
