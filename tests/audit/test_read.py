"""Workbooks of others as an audit reads them."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.chart import LineChart, Reference
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula

from sheetgen.audit.book import Area, Place
from sheetgen.audit.read import Limits, read_book
from sheetgen.errors import WorkbookError
from sheetgen.xlsx.filled_cells import FilledCells


@pytest.fixture
def made(tmp_path: Path) -> Path:
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "It's 1"
    sheet.append(["x", "y"])
    for row in range(2, 9):
        sheet.append([row * 0.5, f"=A{row}*η"])
    sheet["D1"] = ArrayFormula("D1:E2", "=MMULT(A2:B3,A2:B3)")
    chart = LineChart()
    chart.title = "Loss"
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=8), titles_from_data=True)
    sheet.add_chart(chart, "G2")
    workbook.create_sheet("Second")["A1"] = "=1/0"
    workbook.defined_names["η"] = DefinedName("η", attr_text="'It''s 1'!$A$2")
    workbook["Second"].defined_names["own"] = DefinedName("own", attr_text="Second!$A$1")
    workbook.calculation.iterate = True
    path = tmp_path / "made.xlsx"
    workbook.save(path)
    return path


def test_cells_names_settings_and_charts(made: Path) -> None:
    book = read_book(made)
    assert book.sheets == ("It's 1", "Second")
    assert book.cells[Place("It's 1", 3, 2)].formula == "A3*η"
    assert book.value(Place("It's 1", 3, 1)) == 1.5
    array = book.cells[Place("It's 1", 1, 4)]
    assert (array.formula, array.fills) == ("MMULT(A2:B3,A2:B3)", Area("It's 1", 1, 4, 2, 5))
    assert book.formula_cell(Place("It's 1", 2, 5)) is array
    assert book.names == {"η": "'It''s 1'!$A$2", "Second!own": "Second!$A$1"}
    assert book.settings["iterate"] == "1"
    (series,) = book.series
    assert (series.chart, series.sheet) == ("Loss", "It's 1")
    assert series.y.replace("$", "") == "'It''s 1'!B2:B8"


def changed(path: Path, part: str, pattern: str, by: str) -> Path:
    target = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name).decode()
            new.writestr(name, re.sub(pattern, lambda _: by, content, count=1) if name == part else content)
    return target


@pytest.mark.parametrize(
    ("pattern", "by", "words"),
    [
        (r"<worksheet ", '<!DOCTYPE w [<!ENTITY a "b">]><worksheet ', "document type"),
        (r'<c r="B3"', '<c r="B2"', "B2"),
        (r'ref="D1:E2"', 'ref="D1:XFD1048576"', "more than"),
        (r'ref="D1:E2"', 'ref="A1:E2"', "fills other cells"),
        (r"</sheetData>", "", "damaged"),
    ],
)
def test_what_is_hostile_or_damaged_is_refused_in_a_line(made: Path, pattern: str, by: str, words: str) -> None:
    with pytest.raises(WorkbookError, match=words) as refused:
        read_book(changed(made, "xl/worksheets/sheet1.xml", pattern, by))
    assert "\n" not in str(refused.value)


def test_what_is_too_large_is_refused(made: Path) -> None:
    with pytest.raises(WorkbookError, match="more than 10 cells"):
        read_book(made, Limits(cells=10))
    with pytest.raises(WorkbookError, match="MB when unpacked"):
        read_book(made, Limits(megabytes=0))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    with pytest.raises(WorkbookError):
        read_book(path)


def test_cells_without_content_are_left_out_where_that_moves_no_other() -> None:
    kept = b'<row r="1"><c r="B1" s="1"><v>2</v></c></row>'
    row = b'<row r="1"><c r="A1" s="3"/><c r="B1" s="1"><v>2</v></c><c r="C1"/></row>'
    assert FilledCells(io.BytesIO(row)).read() == kept
    without_places = b'<row r="1"><c r="A1" s="3"/><c><v>2</v></c></row>'
    assert FilledCells(io.BytesIO(without_places)).read() == without_places
