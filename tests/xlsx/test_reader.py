"""Opening workbooks of any writer: sheets and settings as openpyxl reads them, and one line for what is none."""

from __future__ import annotations

import gc
import os
import zipfile
from pathlib import Path

import openpyxl
import pytest
from faults import change_parts
from outside import hand_made
from saving import resave

from sheetgen.errors import WorkbookError
from sheetgen.xlsx.reader import WorkbookFile


def test_sheets_in_the_order_of_their_tabs(seed_workbook: Path) -> None:
    assert list(WorkbookFile(seed_workbook).sheet_names) == openpyxl.load_workbook(seed_workbook).sheetnames


def test_sheets_of_a_workbook_saved_by_libreoffice(small_workbook: Path, tmp_path: Path, soffice: str) -> None:
    path = resave(small_workbook, tmp_path / "saved", soffice)
    assert list(WorkbookFile(path).sheet_names) == openpyxl.load_workbook(path).sheetnames


@pytest.mark.parametrize("name", ["handmade-right-2-2-2.xlsx", "handmade-wrong-gradients.xlsx"])
def test_sheets_of_excel_and_google_sheets(name: str) -> None:
    path = hand_made(name)
    assert list(WorkbookFile(path).sheet_names) == openpyxl.load_workbook(path).sheetnames


def test_a_chart_sheet_has_no_cells_and_is_left_out(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.create_chartsheet("Chart")
    workbook.create_sheet("After")
    workbook.save(tmp_path / "b.xlsx")
    assert WorkbookFile(tmp_path / "b.xlsx").sheet_names == ("Sheet", "After")


def test_the_calculation_settings(small_workbook: Path, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(small_workbook)
    workbook.calculation.calcMode, workbook.calculation.fullPrecision = "manual", False
    workbook.save(tmp_path / "b.xlsx")
    settings = WorkbookFile(tmp_path / "b.xlsx").calculation
    assert (settings["calcMode"], settings["fullPrecision"]) == ("manual", "0")
    without = change_parts(small_workbook, tmp_path / "c.xlsx", {"xl/workbook.xml": without_settings})
    assert WorkbookFile(without).calculation == {}


def without_settings(xml: str) -> str:
    start = xml.index("<calcPr")
    return xml[:start] + xml[xml.index("/>", start) + 2 :]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match=f"there is no file {tmp_path / 'b.xlsx'}"):
        WorkbookFile(tmp_path / "b.xlsx")
    with pytest.raises(WorkbookError, match="cannot be read: Is a directory"):
        WorkbookFile(tmp_path)
    os.mkfifo(tmp_path / "pipe.xlsx")
    with pytest.raises(WorkbookError, match="is a pipe or a device"):
        WorkbookFile(tmp_path / "pipe.xlsx")


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
def test_a_workbook_that_lacks_a_part(small_workbook: Path, tmp_path: Path, part: str) -> None:
    with pytest.raises(WorkbookError, match="damaged"):
        WorkbookFile(change_parts(small_workbook, tmp_path / "b.xlsx", {part: None}))
    with pytest.raises(WorkbookError, match="damaged"):
        WorkbookFile(change_parts(small_workbook, tmp_path / "c.xlsx", {part: lambda xml: xml[:-5]}))


def test_a_file_that_cannot_be_read_is_closed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("no.workbook", "")
    opened: list[zipfile.ZipFile] = []
    real = zipfile.ZipFile

    def noted(*arguments: object) -> zipfile.ZipFile:
        opened.append(real(*arguments))  # type: ignore[call-overload]
        return opened[-1]

    monkeypatch.setattr("sheetgen.xlsx.reader.zipfile.ZipFile", noted)
    with pytest.raises(WorkbookError):
        WorkbookFile(path)
    assert [archive.fp for archive in opened] == [None]


def test_a_file_is_closed_where_what_read_it_goes_round_in_a_circle(tmp_path: Path) -> None:
    """As the traceback of an error does, which holds the frames that hold it."""
    openpyxl.Workbook().save(tmp_path / "w.xlsx")
    file = WorkbookFile(tmp_path / "w.xlsx")
    archive = file._archive
    file.itself = file  # type: ignore[attr-defined]
    assert archive.fp is not None
    del file
    gc.collect()
    assert archive.fp is None
