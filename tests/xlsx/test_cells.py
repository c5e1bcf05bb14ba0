"""Cells as the file has them: the formula and the cached value of every cell, as openpyxl reads both."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.formula import ArrayFormula
from outside import hand_made
from saving import resave

from sheetgen.engines.base import CellError, Value
from sheetgen.xlsx.cells import MAIN, FileCell, SharedFormula, read_strings
from sheetgen.xlsx.plain_xml import Ambiguous
from sheetgen.xlsx.reader import WorkbookFile
from sheetgen.xlsx.sheet_reader import SheetReader

Cells = dict[tuple[str, int, int], tuple[str | None, object]]
"""For (sheet, row, column) the formula and the value; cells that hold neither are left out."""


def as_we_read(path: Path) -> Cells:
    file = WorkbookFile(path)
    cells = ((sheet, cell) for sheet in file.sheet_names for row in file.rows(sheet) for cell in row)
    spelled = {(sheet, cell.row, cell.column): (spaced(cell.formula), plain(cell.value)) for sheet, cell in cells}
    return {place: content for place, content in spelled.items() if content != (None, None)}


def plain(value: Value) -> object:
    """To openpyxl an error is its code, and an empty text is nothing."""
    return str(value) if isinstance(value, CellError) else None if value == "" else value


def spaced(formula: str | None) -> str | None:
    """Two spaces of a shared formula are one to openpyxl."""
    return None if formula is None else " ".join(formula.split())


def as_openpyxl_reads(path: Path) -> Cells:
    formulas, values = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    return dict(_of_openpyxl(formulas, values))


def _of_openpyxl(
    formulas: openpyxl.Workbook, values: openpyxl.Workbook
) -> Iterator[tuple[tuple[str, int, int], tuple[str | None, object]]]:
    for sheet in formulas.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                value = values[sheet.title][cell.coordinate].value
                value = to_excel(value) if isinstance(value, datetime) else value
                text = cell.value.text if isinstance(cell.value, ArrayFormula) else cell.value
                formula = spaced(str(text).removeprefix("=")) if cell.data_type == "f" else None
                if formula is not None or value is not None:
                    yield (sheet.title, cell.row, cell.column), (formula, value)


def test_the_workbook_of_the_seed(seed_workbook: Path) -> None:
    """Formulas that a thousand rows share are moved to each of them, here by us and there by openpyxl."""
    cells = as_we_read(seed_workbook)
    assert cells == as_openpyxl_reads(seed_workbook)
    assert sum(formula is not None for formula, _ in cells.values()) > 25_000


def test_a_workbook_saved_by_libreoffice(small_workbook: Path, tmp_path: Path, soffice: str) -> None:
    path = resave(small_workbook, tmp_path / "saved", soffice)
    cells = as_we_read(path)
    assert cells == as_openpyxl_reads(path)
    assert sum(formula is not None for formula, _ in cells.values()) > 1_500


@pytest.mark.parametrize("name", ["handmade-right-2-2-2.xlsx", "handmade-wrong-gradients.xlsx"])
def test_workbooks_of_excel_and_google_sheets(name: str) -> None:
    path = hand_made(name)
    assert as_we_read(path) == as_openpyxl_reads(path)


def test_a_workbook_of_openpyxl(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    bold = TextBlock(InlineFont(b=True), "ch")
    sheet.append(["text", "text", "  ∂E/∂w1 ", 1, 2.5, True, False, None, datetime(2026, 1, 2), "#DIV/0!"])
    sheet.append(["=A1&B1", "=SUM(D1:E1)", CellRichText("ri", bold)])
    sheet["A3"] = ArrayFormula("A3", "=SUM(D1:E1*2)")
    workbook.save(tmp_path / "b.xlsx")
    cells = as_we_read(tmp_path / "b.xlsx")
    assert cells == as_openpyxl_reads(tmp_path / "b.xlsx")
    assert cells["Sheet", 2, 3] == (None, "rich")
    assert cells["Sheet", 2, 1] == ("A1&B1", None)


def rows(data: str, strings: list[str]) -> list[list[FileCell]]:
    xml = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{data}</sheetData>'
    return list(SheetReader(lambda: strings).rows(io.BytesIO(f"{xml}</worksheet>".encode())))


def test_rows_and_cells_without_their_coordinates() -> None:
    """They may be left out, and then stand next to the one before."""
    data = '<row r="3"><c r="B3"><v>1</v></c><c><v>2</v></c></row><row><c t="s"><v>0</v></c></row>'
    assert rows(data, ["a"]) == [[FileCell(3, 2, 1.0), FileCell(3, 3, 2.0)], [FileCell(4, 1, "a")]]


def test_a_formula_that_cells_share() -> None:
    data = '<row r="1"><c r="A1"><f t="shared" ref="A1:C1" si="7">=SUM(A2:A$3)</f><v>1</v></c><c r="C1"><f t="shared" '
    first, second = rows(data + 'si="7"/></c></row>', [])[0]
    assert first.shared == second.shared == SharedFormula("SUM(A2:A$3)", 1, 1)
    assert (first.formula, second.formula) == ("SUM(A2:A$3)", "SUM(C2:C$3)")
    assert second.has_formula
    assert not FileCell(1, 1, 2.0).has_formula
    with pytest.raises(LookupError):
        rows('<row r="1"><c r="A1"><f t="shared" si="7"/></c></row>', [])


def test_an_empty_text_is_no_empty_cell() -> None:
    data = (
        '<row r="1"><c r="A1" t="str"><f>""</f><v/></c><c r="B1"><f>B2</f><v/></c><c r="C1" t="e"><v>#N/A</v></c></row>'
    )
    assert [cell.value for cell in rows(data, [])[0]] == ["", None, CellError("#N/A")]


def test_shared_strings_without_their_phonetic_hints() -> None:
    xml = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>plain</t></si>'
        "<si><r><t>ri</t></r><r><t>ch</t></r></si><si><t>課</t><rPh><t>か</t></rPh></si><si/></sst>"
    )
    assert read_strings(xml.encode()) == ["plain", "rich", "課", ""]


ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'
ODD = {
    "a row twice": ONE * 2,
    "rows out of order": '<row r="2"/><row r="1"/>',
    "a cell twice": '<row r="1"><c r="A1"/><c r="A1"/></row>',
    "cells out of order": '<row r="1"><c r="B1"/><c r="A1"/></row>',
    "an address of another row": '<row r="1"><c r="A2"/></row>',
    "an address in small letters": '<row r="1"><c r="a1"/></row>',
    "an absolute address": '<row r="1"><c r="$A$1"/></row>',
    "an address beyond the last column": '<row r="1"><c r="XFE1"/></row>',
    "a number of a row that is none": '<row r="01"/>',
    "digits of another script in it": '<row r="١"/>',
    "two values": '<row r="1"><c r="A1"><v>1</v><v>2</v></c></row>',
    "two formulas": '<row r="1"><c r="A1"><f>1</f><f>2</f></c></row>',
    "a value before its formula": '<row r="1"><c r="A1"><v>1</v><f>1</f></c></row>',
    "a value beside an inline text": '<row r="1"><c r="A1" t="inlineStr"><v>1</v><is><t>2</t></is></c></row>',
    "an inline text in a number": '<row r="1"><c r="A1"><is><t>2</t></is></c></row>',
    "another kind of cell": '<row r="1"><c r="A1" t="x"><v>1</v></c></row>',
    "another kind of formula": '<row r="1"><c r="A1"><f t="x">1</f><v>1</v></c></row>',
    "something inside a value": '<row r="1"><c r="A1"><v>1<b/>2</v></c></row>',
    "something inside a formula": '<row r="1"><c r="A1"><f>1<b/></f><v>1</v></c></row>',
    "something else in a cell": '<row r="1"><c r="A1"><w/></c></row>',
    "something else in a row": '<row r="1"><d r="A1"/></row>',
    "something else among the rows": '<line r="1"/>',
    "a cell of another vocabulary": '<row r="1"><c xmlns="urn:other" r="A1"/></row>',
    "a row of another vocabulary": '<row xmlns="urn:other" r="1"/>',
    "a shared formula defined twice": '<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">1</f></c></row>'
    '<row r="2"><c r="A2"><f t="shared" ref="A2" si="0">2</f></c></row>',
    "a shared formula of other cells": '<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">1</f></c></row>'
    '<row r="3"><c r="A3"><f t="shared" si="0"/></c></row>',
    "a second table": f'{ONE}</sheetData><sheetData>{ONE}',
    "rows in an extension": f'</sheetData><extLst><ext>{ONE}</ext></extLst><sheetData>',
    "a table in an extension": f'</sheetData><extLst><ext><sheetData>{ONE}</sheetData></ext></extLst><sheetData>',
    "a comment": '<row r="1"><c r="A1"><v>1<!-- 2 --></v></c></row>',
}  # fmt: skip


@pytest.mark.parametrize("data", ODD.values(), ids=ODD)
def test_what_programs_read_differently_is_refused(data: str) -> None:
    assert rows(ONE, []) == [[FileCell(1, 1, 1.0)]]
    with pytest.raises(Ambiguous):
        rows(data, [])


@pytest.mark.parametrize("shown", ["inf", "nan", "1_0", "٢", "0x1", " 1", "1,5", "TRUE", "1e", "--1"])
def test_what_is_no_number_is_an_error_that_the_cell_shows(shown: str) -> None:
    assert rows(f'<row r="1"><c r="A1"><v>{shown}</v></c></row>', [])[0][0].value == CellError(shown)


def test_kinds_of_values() -> None:
    data = (
        '<row r="1"><c r="A1" t="b"><v>1</v></c><c r="B1" t="b"><v>true</v></c><c r="C1" t="s"><v>-1</v></c>'
        '<c r="D1" s="7" vm="1"><v>1</v></c><c r="E1"><f t="array" ref="E1:E1">1</f><v>1</v></c>'
        '<c r="F1"><f t="dataTable" ref="F1:G2"/><v>1</v></c></row>'
    )
    assert rows(data, ["a"])[0] == [
        FileCell(1, 1, True),
        FileCell(1, 2, CellError("true")),
        FileCell(1, 3, CellError("-1")),
        FileCell(1, 4, 1.0, style="7", rich=True),
        FileCell(1, 5, 1.0, own="1", fills="E1"),
        FileCell(1, 6, 1.0, own="", fills="F1:G2"),
    ]


def test_what_surrounds_the_table_is_kept() -> None:
    reader = SheetReader(list)
    xml = (
        f'<worksheet xmlns="{MAIN[1:-1]}"><cols><col min="1"/></cols><sheetData>{ONE}</sheetData><drawing/></worksheet>'
    )
    list(reader.rows(io.BytesIO(xml.encode())))
    assert [part.tag.removeprefix(MAIN) for part in reader.root] == ["cols", "sheetData", "drawing"]
    assert len(reader.root[1]) == 0
