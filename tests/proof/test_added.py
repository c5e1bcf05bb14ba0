"""Sheets and formulas that others added: recalculated, and held against the values that the file shows."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from engine_routes import needs_soffice
from faults import cached, change_cell, change_sheet
from openpyxl.utils.cell import rows_from_range
from openpyxl.worksheet.formula import ArrayFormula
from saving import kinds

from sheetgen import Report, verify
from sheetgen.proof.report import Kind

ENGINES = ["embedded", pytest.param("libreoffice", marks=needs_soffice)]

TOTALS = {
    "A5:C5": ("SUM(Numbers!A:A)", [123.0, 1230.0, 12300.0]),
    "D1:D3": ("SUM(Numbers!1:1)", [1110.0, 2220.0, 10323.0]),
    "E5:G5": ("SUM(Numbers!$A:A)", [123.0, 1353.0, 13653.0]),
}
"""Shared formulas, by the cells that share them, with what each cell shows."""


@pytest.fixture
def totals(small_workbook: Path, tmp_path: Path) -> Path:
    """A workbook with totals of whole columns and rows, as Excel saves them: one formula shared by many cells."""
    workbook = openpyxl.load_workbook(small_workbook)
    numbers, sheet = workbook.create_sheet("Numbers"), workbook.create_sheet("Totals")
    for row in ((10, 100, 1000), (20, 200, 2000), (93, 930, 9300)):
        numbers.append(row)
    for cells, (_, values) in TOTALS.items():
        for cell, value in zip((cell for row in sheet[cells] for cell in row), values, strict=True):
            cell.value = value
    workbook.save(tmp_path / "numbers.xlsx")
    return change_sheet(tmp_path / "numbers.xlsx", tmp_path / "totals.xlsx", "Totals", share)


def share(xml: str) -> str:
    for number, (cells, (text, _)) in enumerate(TOTALS.items()):
        for row in rows_from_range(cells):
            for cell in row:
                first = f' ref="{cells}" si="{number}">{text}</f>' if cells.startswith(cell) else f' si="{number}"/>'
                xml = re.sub(f'(<c r="{cell}"[^>]*>)', rf'\g<1><f t="shared"{first}', xml)
    return xml


def differences(report: Report) -> list[tuple[str, str, object, object]]:
    assert kinds(report) <= {Kind.CACHED}
    return [(d.cell, d.formula or "", d.found, d.expected) for d in report.diffs if d.sheet == "Totals"]


@pytest.mark.parametrize("engine", ENGINES)
def test_shared_formulas_over_whole_columns_and_rows(totals: Path, engine: str) -> None:
    report = verify(totals, engine, timeout=120)
    assert report.ok, report.diffs
    assert [(sheet.name, sheet.cells, str(sheet.status)) for sheet in report.sheets][-2:] == [
        ("Numbers", 0, "recalculated"), ("Totals", 9, "recalculated"),
    ]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_a_wrong_total_is_found_and_its_formula_reads_as_in_its_cell(totals: Path, tmp_path: Path, engine: str) -> None:
    once = change_cell(totals, tmp_path / "once.xlsx", "Totals", "B5", cached("1231"))
    twice = change_cell(once, tmp_path / "twice.xlsx", "Totals", "D3", cached("10324"))
    thrice = change_cell(twice, tmp_path / "thrice.xlsx", "Totals", "G5", cached("0"))
    assert differences(verify(thrice, engine, timeout=120)) == [
        ("D3", "SUM(Numbers!3:3)", 10324.0, 10323.0),
        ("B5", "SUM(Numbers!B:B)", 1231.0, 1230.0),
        ("G5", "SUM(Numbers!$A:C)", 0.0, 13653.0),
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_wrong_shared_formula_is_found_where_it_matters(totals: Path, tmp_path: Path, engine: str) -> None:
    fix = lambda xml: xml.replace("SUM(Numbers!A:A)", "SUM(Numbers!$A:A)")  # noqa: E731
    assert differences(verify(change_sheet(totals, tmp_path / "b.xlsx", "Totals", fix), engine, timeout=120)) == [
        ("B5", "SUM(Numbers!$A:B)", 1230.0, 1353.0),
        ("C5", "SUM(Numbers!$A:C)", 12300.0, 13653.0),
    ]


def test_other_sheets_are_recalculated_or_said_not_to_be_covered(small_workbook: Path, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(small_workbook)
    workbook.create_sheet("Notes")["A1"] = "=Inputs!C6*2"
    workbook.create_sheet("Odd")["A1"] = "=NOSUCHFUNCTION(1)"
    workbook["lr 0.5"]["AZ1"] = "=SUM(X5:X10)"
    workbook.save(tmp_path / "more.xlsx")
    report = verify(tmp_path / "more.xlsx")
    status = {sheet.name: str(sheet.status) for sheet in report.sheets}
    assert report.ok, report.diffs
    assert (status["Notes"], status["Odd"], status["lr 0.5"]) == ("recalculated", "not covered", "proven")


def test_a_stale_value_on_another_sheet_is_found(small_workbook: Path, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(small_workbook)
    workbook.create_sheet("Notes")["A1"] = "=Inputs!C6*2"
    workbook.save(tmp_path / "more.xlsx")
    stale = lambda xml: re.sub(r"<v ?/>|<v></v>", "<v>7</v>", xml)  # noqa: E731
    broken = change_cell(tmp_path / "more.xlsx", tmp_path / "b.xlsx", "Notes", "A1", stale)
    report = verify(broken)
    assert [(d.sheet, d.cell, d.found, d.kind) for d in report.diffs] == [("Notes", "A1", 7.0, Kind.CACHED)]


MINE = {
    "A1": "NOW()", "A2": "RAND()", "A3": "A2*2", "A4": "SUM(A3:A3)", "A5": 'TEXT(Inputs!C6,"0.00")', "A6": "LEN(A5)",
    "A7": 'INDIRECT("Inputs!C6")', "B1": "Inputs!C6*2", "B2": "SUM(Inputs!C6:C7)",
}  # fmt: skip
"""Formulas of a person: A1 to A7 cannot be judged, or depend on those; B1 and B2 can."""


def with_my_sheet(workbook: Path, target: Path, shown: dict[str, float]) -> Path:
    """Add a sheet of a person's formulas, which shows 7 in every cell but for those given."""
    book = openpyxl.load_workbook(workbook)
    sheet = book.create_sheet("Mine")
    for cell, text in MINE.items():
        sheet[cell] = f"={text}"
    sheet["C1"] = ArrayFormula("C1:C2", "=Inputs!C6:C7*2")
    sheet["D1"] = "=C2+1"
    book.save(target.with_suffix(".uncached.xlsx"))

    def show(xml: str) -> str:
        for cell in (*MINE, "C1", "D1"):
            pattern = rf'(<c r="{cell}"[^>]*>(?:<f[^>]*>.*?</f>))<v ?/?>(?:</v>)?'
            xml, count = re.subn(pattern, rf"\g<1><v>{shown.get(cell, 7.0)}</v>", xml)
            assert count == 1, cell
        return xml

    return change_sheet(target.with_suffix(".uncached.xlsx"), target, "Mine", show)


def test_what_cannot_be_judged_is_not_covered_nor_is_what_depends_on_it(small_workbook: Path, tmp_path: Path) -> None:
    report = verify(with_my_sheet(small_workbook, tmp_path / "mine.xlsx", {"B1": 0.1, "B2": 0.15}))
    assert report.ok, report.diffs
    assert report.not_covered == 9
    assert [(sheet.cells, str(sheet.status)) for sheet in report.sheets if sheet.name == "Mine"] == [(2, "not covered")]
    (note,) = (note for note in report.notes if note.startswith("Mine: 9 added formulas are not covered"))
    assert all(reason in note for reason in ("NOW (1)", "RAND (1)", "TEXT (1)", "an array formula (1)", "depends"))


def test_what_can_be_judged_beside_it_still_is(small_workbook: Path, tmp_path: Path) -> None:
    report = verify(with_my_sheet(small_workbook, tmp_path / "mine.xlsx", {"B1": 0.2, "B2": 0.15}))
    assert [(d.cell, d.found, d.expected, d.kind) for d in report.diffs] == [("B1", 0.2, 0.1, Kind.CACHED)]
    assert verify(tmp_path / "mine.xlsx", ignore_cache=True).ok


def test_a_formula_without_a_value_is_told(small_workbook: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(small_workbook)
    book.create_sheet("Mine")["A1"] = "=Inputs!C6*2"
    book.save(tmp_path / "mine.xlsx")
    said = [note for note in verify(tmp_path / "mine.xlsx").notes if note.startswith("Mine")]
    assert said == ["Mine: 1 formula carries no cached value; previews and pandas will show it empty"]
