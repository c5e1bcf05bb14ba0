"""The shell of a workbook: all of a page but its rows, as openpyxl and the schema have it."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import openpyxl
from sample_page import sample_page, write_pages

from sheetgen.page import style
from sheetgen.page.page import Column, Page, Table
from sheetgen.xlsx.shell import Shell, make

DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}cNvPr"


def shell(*pages: Page) -> Shell:
    return make(list(pages), "a title", "2026-01-02T03:04:05Z")


def test_a_sheet_has_all_but_its_rows(tmp_path: Path) -> None:
    page = sample_page()
    page.merges.append("A1:B1")
    workbook = openpyxl.load_workbook(write_pages(tmp_path / "b.xlsx", page))
    sheet = workbook["CNN"]
    assert (workbook.properties.title, workbook.properties.creator) == ("a title", "sheetgen")
    assert workbook.properties.created == workbook.properties.modified
    assert workbook.properties.created.isoformat() == "2026-01-02T03:04:05"
    assert (sheet.freeze_panes, sheet.sheet_properties.tabColor.rgb) == ("A2", "00FF0000")
    assert (sheet.column_dimensions["A"].width, sheet.sheet_view.zoomScale) == (30.0, 100)
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A1:B1"]
    assert sheet["A2"].hyperlink.location == "'CNN'!A1"
    assert sheet.print_title_rows == "$1:$2"
    assert [chart.anchor._from.row for chart in sheet._charts] == [2]


def test_every_style_has_a_number_of_its_own(tmp_path: Path) -> None:
    column = Column("x", 1.0, "1", style.NOTE, style.TITLE)
    page = Page("P", table=Table(2, 3, (column,), lambda: iter([(1.0,)] * 3)))
    page.put("A1", "a", style.CALC)
    numbers = shell(page).styles
    assert set(numbers) == {style.CALC, style.NOTE, style.TITLE}
    assert len(set(numbers.values())) == 3
    sheet = openpyxl.load_workbook(write_pages(tmp_path / "b.xlsx", page))["P"]
    for cell, expected in (("A1", style.CALC), ("A2", style.NOTE), ("A3", style.TITLE), ("A4", style.TITLE)):
        assert (sheet[cell].font.size, sheet[cell].font.bold, sheet[cell].number_format) == (
            expected.size, expected.bold, expected.number,
        )  # fmt: skip


def test_every_chart_has_its_alternative_text() -> None:
    pages = [sample_page(), Page("Plain"), sample_page()]
    pages[1].put("A1", "no chart here")
    pages[2].name = "Second"
    pages[2].charts = [(where, chart, 'A "second" <chart>') for where, chart, _ in pages[2].charts]
    parts = shell(*pages).parts
    drawings = [ElementTree.fromstring(parts[f"xl/drawings/drawing{number}.xml"]) for number in (1, 2)]
    texts = [[element.get("descr") for element in drawing.iter(DRAWING)] for drawing in drawings]
    assert texts == [["A chart of squares."], ['A "second" <chart>']]
