"""The parts of a package and what leads from one to another."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from sample_page import sample_page, write_pages

from sheetgen.xlsx.markup import Markup
from sheetgen.xlsx.opc import TYPES, Package, Relation, find, main_part, reachable, relations, rels_of

RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="a/drawing" Target="../drawings/drawing1.xml#here"/>'
    '<Relationship Id="rId2" Type="a/table" Target="/xl/tables/table1.xml"/>'
    '<Relationship Id="rId3" Type="t" Target="https://example.org/" TargetMode="External"/></Relationships>'
)


@pytest.fixture
def package(tmp_path: Path) -> Package:
    with zipfile.ZipFile(write_pages(tmp_path / "b.xlsx", sample_page())) as archive:
        return Package({name: archive.read(name) for name in archive.namelist()})


def test_relations_lead_to_parts_of_the_package() -> None:
    assert rels_of("xl/worksheets/sheet1.xml") == "xl/worksheets/_rels/sheet1.xml.rels"
    assert rels_of("") == "_rels/.rels"
    assert relations(RELATIONS.encode(), "xl/worksheets/sheet1.xml") == [
        Relation("rId1", "drawing", "xl/drawings/drawing1.xml"), Relation("rId2", "table", "xl/tables/table1.xml"),
    ]  # fmt: skip


@pytest.mark.parametrize("wanted", ["xl/a b.xml", "/XL/A%20B.xml", "xl/a%20B.xml"])
def test_a_part_is_found_however_its_name_is_written(wanted: str) -> None:
    assert find(["xl/b.xml", "xl/a b.xml"], wanted) == "xl/a b.xml"
    assert find(["xl/b.xml"], wanted) is None


def test_the_workbook_is_where_the_package_says(package: Package) -> None:
    assert package.workbook == main_part([]) == "xl/workbook.xml"
    assert package.related("styles") == "xl/styles.xml"
    package.parts = {name.replace("workbook", "Book"): part for name, part in package.parts.items()}
    package.parts["_rels/.rels"] = package.parts["_rels/.rels"].replace(b"workbook", b"bOOK")
    assert package.workbook == "xl/Book.xml"
    assert package.related("styles") == "xl/styles.xml"


def test_what_a_sheet_leads_to(package: Package) -> None:
    assert reachable(package, "xl/worksheets/sheet1.xml") == {
        "xl/worksheets/sheet1.xml", "xl/drawings/drawing1.xml", "xl/charts/chart1.xml",
    }  # fmt: skip
    assert reachable(package, "") == set()


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
