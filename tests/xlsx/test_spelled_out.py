"""Rows spelled out for an engine hold the formulas and constants that they held, each in its own cell."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from gallery import small_workbook_of

from sheetgen.engines.base import CellError
from sheetgen.xlsx.alike_rows import AlikeRows
from sheetgen.xlsx.cells import FileCell
from sheetgen.xlsx.copy_for_engine import write_copy
from sheetgen.xlsx.reader import WorkbookFile
from sheetgen.xlsx.sheet_reader import Rows, SheetReader
from sheetgen.xlsx.spelled_out import FormulasSpelledOut, row_of

START = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
END = b"</sheetData></worksheet>"
SHARED = {
    "the row and the one above": "A5*B4+$B$2",
    "rows far above and below": "A2+A9+SUM(B$2:B5)",
    "a fixed row that is its own": "A$5+B4",
    "a text and a sheet that look like cells": "\"A5\"&'adam A5'!B5&'A4'!$C$4",
    "characters that XML spells": 'IF(A5<B4,"&","<")',
}


def pieces_of(formula: str) -> list[Rows]:
    """Return the rows 5 to 30 of a column of numbers, and one that shares a formula from row 5 on."""
    text = formula.replace("&", "&amp;").replace("<", "&lt;")
    first, others = f'<f t="shared" ref="C5:C30" si="0">{text}</f>', '<f t="shared" si="0"/>'
    rows = [
        f'<row r="{row}"><c r="B{row}"><f>B{row - 1}+1</f><v>{row}</v></c>'
        f'<c r="C{row}">{first if row == 5 else others}<v>{row}</v></c></row>'
        for row in range(5, 31)
    ]
    return list(SheetReader(list).rows(io.BytesIO(START + "".join(rows).encode() + END)))


def cells_of(pieces: list[Rows]) -> list[FileCell]:
    rows = (row for piece in pieces for row in (piece.rows() if isinstance(piece, AlikeRows) else [piece]))
    return [cell for row in rows for cell in row]


def read(rows: list[bytes]) -> list[FileCell]:
    return cells_of(list(SheetReader(list).rows(io.BytesIO(START + b"".join(rows) + END))))


@pytest.mark.parametrize("name", SHARED)
def test_a_shared_formula_is_spelled_as_it_reads_in_each_cell(name: str) -> None:
    pieces = pieces_of(SHARED[name])
    assert any(isinstance(piece, AlikeRows) for piece in pieces)
    spelled = FormulasSpelledOut()
    found = read([row for piece in pieces for row in spelled.rows(piece)])
    expected = cells_of(pieces)
    assert [(cell.row, cell.column, cell.own, cell.value) for cell in found] == [
        (cell.row, cell.column, cell.formula, None) for cell in expected
    ]


def test_what_is_no_formula_stays_as_it_is() -> None:
    cells = [
        FileCell(7, 1, 0.1, style="3"),
        FileCell(7, 2, " a<b "),
        FileCell(7, 3, True),
        FileCell(7, 5, CellError("#NUM!")),
        FileCell(7, 6, 1.0, own="SUM(A7:A8*2)", fills="F7:F8"),
        FileCell(7, 9, -0.0),
    ]
    found = read([row_of(cells)])
    assert repr(found[:4] + found[5:]) == repr(cells[:4] + cells[5:])
    assert (found[4].own, found[4].fills, found[4].value) == ("SUM(A7:A8*2)", "F7:F8", None)


def test_a_copy_holds_other_rows_in_some_sheets(tmp_path: Path) -> None:
    path = small_workbook_of("mazur", tmp_path)
    file = WorkbookFile(path)
    write_copy(
        file,
        tmp_path / "copy.xlsx",
        {"Error": (), "Checks": [row_of([FileCell(3, 1, 1.5), FileCell(3, 2, 2.5)]), row_of([FileCell(900, 1, 7.0)])]},
    )
    copy = openpyxl.load_workbook(tmp_path / "copy.xlsx")
    assert tuple(copy.sheetnames) == file.sheet_names
    assert list(copy["Error"].iter_rows()) == []
    assert (copy["Checks"]["A3"].value, copy["Checks"]["B3"].value, copy["Checks"]["A900"].value) == (1.5, 2.5, 7.0)
    same = {"xl/styles.xml", file.part("Inputs"), file.part("Source")}
    with zipfile.ZipFile(path) as one, zipfile.ZipFile(tmp_path / "copy.xlsx") as other:
        assert other.testzip() is None
        assert all(one.read(name) == other.read(name) for name in same)
