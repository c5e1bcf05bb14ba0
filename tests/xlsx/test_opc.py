"""The names of parts, and what leads from one to another."""

from __future__ import annotations

import pytest

from sheetgen.xlsx.opc import Relation, find, relations, relative_target, rels_of, resolve, source_of

RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="a/drawing" Target="../drawings/drawing1.xml#here"/>'
    '<Relationship Id="rId2" Type="a/table" Target="/xl/tables/table1.xml"/>'
    '<Relationship Id="rId3" Type="t" Target="https://example.org/" TargetMode="External"/></Relationships>'
)


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


@pytest.mark.parametrize(
    ("part", "source", "target"),
    [
        ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "worksheets/sheet1.xml"),
        ("xl/worksheets/sheet1.xml", "book/of mine/workbook.xml", "../../xl/worksheets/sheet1.xml"),
        ("xl/workbook.xml", "", "xl/workbook.xml"),
        ("xl/a b.xml", "xl/workbook.xml", "a%20b.xml"),
    ],
)
def test_targets_are_relative(part: str, source: str, target: str) -> None:
    assert relative_target(part, source) == target
    assert find([part], resolve(target, source)) == part


@pytest.mark.parametrize("part", ["", "workbook.xml", "xl/worksheets/sheet1.xml"])
def test_relations_belong_to_a_part(part: str) -> None:
    assert source_of(rels_of(part)) == part
