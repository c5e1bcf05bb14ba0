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
from sheetgen.xlsx.cells import FileCell, SharedFormula, read_rows, read_strings
from sheetgen.xlsx.reader import WorkbookFile

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
    return list(read_rows(io.BytesIO(f"{xml}</worksheet>".encode()), lambda: strings))


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
