"""Grafting into workbooks of other writers: exceljs, SheetJS, LibreOffice, openpyxl; each opens in its own program."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest
from grafting import plain_workbook, sdk_errors
from outside import ROOT
from readers import by_node, by_openpyxl, node_with
from sample_page import sample_page
from saving import resave

from sheetgen.xlsx.graft import graft
from sheetgen.xlsx.reader import WorkbookFile

WANTED = {"Data": ["A1", "A2"], "CNN": ["A1", "A2", "A3", "A4"]}
VALUES = {("Data", "A1"): 1, ("Data", "A2"): 2, ("CNN", "A1"): "The network", ("CNN", "A2"): "second",
          ("CNN", "A3"): 0.25, ("CNN", "A4"): 0.5}  # fmt: skip


def grafted(path: Path) -> Path:
    """Put a sheet into a workbook twice; the Open XML SDK, where it is there, finds no new fault."""
    before = Path(shutil.copy(path, path.with_name("before.xlsx")))
    graft(path, sample_page("first"))
    graft(path, sample_page("second"))
    assert WorkbookFile(path).sheet_names == ("Data", "Notes", "CNN")
    assert by_openpyxl({path: WANTED})[path].values == VALUES
    assert openpyxl.load_workbook(path)["Data"]["A1"].number_format == '0.0" kg"'
    with suppress(pytest.skip.Exception):
        assert sdk_errors(path) <= sdk_errors(before)
    return path


@pytest.mark.parametrize("package", ["exceljs", "xlsx"])
def test_workbooks_of_npm(package: str, tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    script = ROOT / "tests" / "support" / "write_workbook.js"
    subprocess.run([node_with(package), str(script), package, str(path)], check=True, timeout=60)
    seen = by_node(package, {grafted(path): WANTED})[path]
    assert seen.sheets == ["Data", "Notes", "CNN"]
    assert seen.values == VALUES
    assert seen.formulas == dict.fromkeys(VALUES) | {("Data", "A2"): "A1*2", ("CNN", "A4"): "A3*2"}


def test_a_workbook_of_libreoffice_with_colours(tmp_path: Path, soffice: str) -> None:
    book = openpyxl.load_workbook(plain_workbook(tmp_path / "b.xlsx"))
    book["Data"].sheet_properties.tabColor = "FF8800"
    book.save(tmp_path / "b.xlsx")
    path = grafted(resave(tmp_path / "b.xlsx", tmp_path / "saved", soffice))
    again = resave(path, tmp_path / "again", soffice)
    assert by_openpyxl({again: WANTED})[again].values == VALUES
    assert by_openpyxl({again: WANTED})[again].charts == {"Data": 1, "CNN": 1}
