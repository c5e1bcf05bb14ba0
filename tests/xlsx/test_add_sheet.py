"""A page put into a package: its parts under names of their own, found by whoever opens the workbook."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from sample_page import sample_page, write_pages

from sheetgen.page import style
from sheetgen.xlsx.add_sheet import add_sheet
from sheetgen.xlsx.opc import Package


@pytest.fixture
def package(tmp_path: Path) -> Package:
    page = sample_page()
    page.name = "Before"
    with zipfile.ZipFile(write_pages(tmp_path / "b.xlsx", page)) as archive:
        return Package({name: archive.read(name) for name in archive.namelist()})


def reopened(package: Package, path: Path) -> openpyxl.Workbook:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in package.parts.items():
            archive.writestr(name, content)
    return openpyxl.load_workbook(path)


def test_a_page_becomes_the_last_sheet(package: Package, tmp_path: Path) -> None:
    before = dict(package.parts)
    page = sample_page("a <note> & more")
    page.name = "It's <new> & last"
    add_sheet(package, page)
    workbook = reopened(package, tmp_path / "more.xlsx")
    assert workbook.sheetnames == ["Before", "It's <new> & last"]
    assert [sheet["A2"].value for sheet in workbook] == ["first", "a <note> & more"]
    assert [len(sheet._charts) for sheet in workbook] == [1, 1]
    assert [sheet.print_title_rows for sheet in workbook] == ["$1:$2", "$1:$2"]
    assert [sheet["A1"].font.size for sheet in workbook] == [style.TITLE.size] * 2
    assert before.keys() < package.parts.keys()
    assert {name for name in before if before[name] != package.parts[name]} <= package.changed


def test_names_and_numbers_that_are_taken_are_not_used_again(package: Package, tmp_path: Path) -> None:
    for number in range(1, 4):
        page = sample_page(f"note {number}")
        page.name = f"New {number}"
        add_sheet(package, page)
    charts = sorted(name for name in package.parts if name.startswith("xl/charts/chart"))
    assert charts == [f"xl/charts/chart{number}.xml" for number in range(1, 5)]
    workbook = reopened(package, tmp_path / "more.xlsx")
    assert [sheet["A2"].value for sheet in workbook] == ["first", "note 1", "note 2", "note 3"]


def test_the_same_styles_are_added_once(package: Package) -> None:
    add_sheet(package, sample_page())
    styles = package.text("xl/styles.xml")
    page = sample_page()
    page.name = "Again"
    add_sheet(package, page)
    assert package.text("xl/styles.xml") == styles
