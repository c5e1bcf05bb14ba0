"""The parts of a package and what leads from one to another."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from sample_page import sample_page, write_pages

from sheetgen.xlsx.opc import TYPES, Package, attribute, reachable, rels_of, targets

RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="t" Target="../drawings/drawing1.xml"/>'
    '<Relationship Id="rId2" Type="t" Target="/xl/tables/table1.xml"/>'
    '<Relationship Id="rId3" Type="t" Target="https://example.org/" TargetMode="External"/></Relationships>'
)


@pytest.fixture
def package(tmp_path: Path) -> Package:
    with zipfile.ZipFile(write_pages(tmp_path / "b.xlsx", sample_page())) as archive:
        return Package({name: archive.read(name) for name in archive.namelist()})


def test_targets_are_parts_of_the_package() -> None:
    assert rels_of("xl/worksheets/sheet1.xml") == "xl/worksheets/_rels/sheet1.xml.rels"
    assert targets(RELATIONS, "xl/worksheets/sheet1.xml") == {
        "rId1": "xl/drawings/drawing1.xml", "rId2": "xl/tables/table1.xml",
    }  # fmt: skip


def test_what_a_sheet_leads_to(package: Package) -> None:
    assert reachable(package, "xl/worksheets/sheet1.xml") == {
        "xl/worksheets/sheet1.xml", "xl/drawings/drawing1.xml", "xl/charts/chart1.xml",
    }  # fmt: skip
    assert reachable(package, "") == set()


def test_a_part_is_dropped_with_its_relations_and_its_type(package: Package) -> None:
    assert 'PartName="/xl/drawings/drawing1.xml"' in package.text(TYPES)
    package.drop("xl/drawings/drawing1.xml")
    assert not {name for name in package.parts if "drawing1" in name}
    assert "drawing1" not in package.text(TYPES)
    assert package.changed == {TYPES}
    package.drop("xl/drawings/drawing1.xml")
    assert package.changed == {TYPES}


def test_parts_that_are_put_are_changed(package: Package) -> None:
    package.put("xl/new.xml", "∂")
    assert (package.parts["xl/new.xml"], package.text("xl/new.xml")) == ("∂".encode(), "∂")
    assert package.changed == {"xl/new.xml"}


def test_attributes() -> None:
    tag = '<sheet name="a" r:id="rId7" sheetId="3"/>'
    assert [attribute(tag, name) for name in ("name", "sheetId", r"\w+:id", "id")] == ["a", "3", "rId7", ""]
