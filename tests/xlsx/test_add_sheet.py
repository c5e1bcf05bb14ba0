"""A page put into a package: its parts under names of their own, found by whoever opens the workbook."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from sample_page import sample_page, write_pages

from sheetgen.page import style
from sheetgen.xlsx.add_sheet import add_sheet
from sheetgen.xlsx.opc import TYPES
from sheetgen.xlsx.package import Package


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
    styles = package.parts["xl/styles.xml"]
    page = sample_page()
    page.name = "Again"
    add_sheet(package, page)
    assert package.parts["xl/styles.xml"] == styles


def test_names_are_taken_in_whatever_case_and_where_a_part_left_its_relations_or_type(package: Package) -> None:
    package.parts = {name.replace("sheets/sheet1", "sheets/SHEET1"): part for name, part in package.parts.items()}
    package.parts["xl/worksheets/_rels/Sheet4.xml.rels"] = package.parts["_rels/.rels"]
    part = '<Override PartName="/xl/charts/Chart9.xml" ContentType="text/plain"/></Types>'
    package.parts[TYPES] = package.parts[TYPES].replace(b"</Types>", part.encode())
    before = dict(package.parts)
    add_sheet(package, sample_page())
    added = package.parts.keys() - before.keys()
    assert {"xl/worksheets/sheet5.xml", "xl/worksheets/_rels/sheet5.xml.rels", "xl/charts/chart10.xml"} <= added
    kept = {name for name in before if before[name] == package.parts[name]}
    assert before.keys() - kept <= {TYPES, "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}


def test_a_type_is_declared_where_the_extension_has_another(package: Package) -> None:
    """Pictures are declared by their extension as a rule; here the workbook's own entry says something else."""
    page = sample_page()
    file = BytesIO()
    pytest.importorskip("PIL.Image", reason="Pillow is not installed").new("L", (2, 2)).save(file, "PNG")
    page.pictures.append(("A9", file.getvalue(), "A square."))
    other = b'<Default Extension="PNG" ContentType="application/x-other"/></Types>'
    package.parts[TYPES] = package.parts[TYPES].replace(b"</Types>", other)
    add_sheet(package, page)
    declared = [element.attrib for element in ElementTree.fromstring(package.parts[TYPES])]
    assert {"PartName": "/xl/media/image1.png", "ContentType": "image/png"} in declared
    assert [name for name in package.parts if name.startswith("xl/media")] == ["xl/media/image1.png"]
