"""The parts of a package, which can be added, changed and dropped."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from sample_page import sample_page, write_pages

from sheetgen.xlsx.markup import Markup
from sheetgen.xlsx.opc import TYPES, main_part
from sheetgen.xlsx.package import Package


@pytest.fixture
def package(tmp_path: Path) -> Package:
    with zipfile.ZipFile(write_pages(tmp_path / "b.xlsx", sample_page())) as archive:
        return Package({name: archive.read(name) for name in archive.namelist()})


def test_the_workbook_is_where_the_package_says(package: Package) -> None:
    assert package.workbook == main_part([]) == "xl/workbook.xml"
    assert package.related("styles") == "xl/styles.xml"
    package.parts = {name.replace("workbook", "Book"): part for name, part in package.parts.items()}
    package.parts["_rels/.rels"] = package.parts["_rels/.rels"].replace(b"workbook", b"bOOK")
    assert package.workbook == "xl/Book.xml"
    assert package.related("styles") == "xl/styles.xml"


def test_what_a_sheet_leads_to(package: Package) -> None:
    assert package.reachable("xl/worksheets/sheet1.xml") == {
        "xl/worksheets/sheet1.xml", "xl/drawings/drawing1.xml", "xl/charts/chart1.xml", "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml",
    }  # fmt: skip
    assert package.reachable("") == set()


@pytest.mark.parametrize("name", ["xl/drawings/drawing1.xml", "XL/Drawings/Drawing1.xml"])
def test_a_part_is_dropped_with_its_relations_and_its_type(package: Package, name: str) -> None:
    assert b'PartName="/xl/drawings/drawing1.xml"' in package.parts[TYPES]
    package.drop(name)
    assert not {name for name in package.parts if "drawing1" in name}
    assert b"drawing1" not in package.parts[TYPES]
    assert package.changed == {TYPES}
    package.drop(name)
    assert package.changed == {TYPES}


def test_parts_that_are_put_are_changed(package: Package) -> None:
    package.put("xl/new.xml", "∂".encode())
    package.put("XL/New.xml", b"other")
    assert package.parts["xl/new.xml"] == b"other"
    assert package.changed == {"xl/new.xml"}
    package.put(TYPES, Markup(package.parts[TYPES]))
    assert package.changed == {"xl/new.xml"}
