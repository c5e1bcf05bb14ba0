"""A sheet that is removed takes its parts along, and nothing that others use."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.chart import LineChart, Reference
from openpyxl.workbook.defined_name import DefinedName

from sheetgen.xlsx.package import Package
from sheetgen.xlsx.remove_sheet import remove_sheet

NAMES = ("One", "Two", "Three")


@pytest.fixture
def package(tmp_path: Path) -> Package:
    """Three sheets, each with a chart and rows to print on every page; the last one is the active one."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for name in NAMES:
        sheet = workbook.create_sheet(name)
        sheet["A1"], sheet["A2"] = name, 1
        sheet.print_title_rows = "1:1"
        chart = LineChart()
        chart.add_data(Reference(sheet, min_col=1, min_row=1, max_row=2), titles_from_data=True)
        sheet.add_chart(chart, "C1")
    workbook.defined_names["all"] = DefinedName("all", attr_text="Three!$A$2")
    workbook.active = 2
    workbook.save(tmp_path / "b.xlsx")
    with zipfile.ZipFile(tmp_path / "b.xlsx") as archive:
        return Package({name: archive.read(name) for name in archive.namelist()})


def reopened(package: Package, path: Path) -> openpyxl.Workbook:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in package.parts.items():
            archive.writestr(name, content)
    return openpyxl.load_workbook(path)


@pytest.mark.parametrize(("name", "active"), [("One", "Three"), ("Two", "Three"), ("Three", "Two")])
def test_the_others_stay_as_they_are(package: Package, tmp_path: Path, name: str, active: str) -> None:
    remove_sheet(package, name)
    workbook = reopened(package, tmp_path / "less.xlsx")
    assert workbook.sheetnames == [other for other in NAMES if other != name]
    assert [sheet["A1"].value for sheet in workbook] == workbook.sheetnames
    assert [len(sheet._charts) for sheet in workbook] == [1, 1]
    assert [sheet.print_title_rows for sheet in workbook] == ["$1:$1", "$1:$1"]
    assert workbook.active.title == active
    assert list(workbook.defined_names) == ["all"]


def test_nothing_of_it_is_left(package: Package) -> None:
    remove_sheet(package, "Two")
    left = {name for name in package.parts if name.endswith(("2.xml", "2.xml.rels"))}
    assert left == set()
    types = package.parts["[Content_Types].xml"].decode()
    assert "sheet2.xml" not in types
    assert "chart2.xml" not in types
    assert "sheet1.xml" in types


def test_parts_that_others_use_stay(package: Package) -> None:
    """Two sheets with one drawing, as no program writes them, but the format allows."""
    rels = package.parts["xl/worksheets/_rels/sheet2.xml.rels"].replace(b"drawing2", b"drawing1")
    package.parts["xl/worksheets/_rels/sheet2.xml.rels"] = rels
    remove_sheet(package, "Two")
    assert {"xl/drawings/drawing1.xml", "xl/charts/chart1.xml"} <= package.parts.keys()


def test_the_name_is_found_in_capitals_or_not_and_parts_in_whatever_case(package: Package, tmp_path: Path) -> None:
    package.parts = {name.replace("sheets/sheet", "sheets/Sheet"): part for name, part in package.parts.items()}
    types = package.parts["[Content_Types].xml"]
    package.parts["[Content_Types].xml"] = types.replace(b"/sheet2.xml", b"/SHEET2.xml")
    remove_sheet(package, "tWO")
    assert not [name for name in package.parts if "2.xml" in name]
    assert b"2.xml" not in package.parts["[Content_Types].xml"]
    assert {"xl/worksheets/Sheet1.xml", "xl/charts/chart1.xml"} <= package.parts.keys()


def test_a_sheet_that_is_not_there(package: Package) -> None:
    remove_sheet(package, "Four")
    assert package.changed == set()
