"""Parts in Excel's spelling: its prefixes, relative targets, the schema's order; what they say stays."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.chart import LineChart, Reference

from sheetgen.xlsx.markup import Markup
from sheetgen.xlsx.opc import relations
from sheetgen.xlsx.spelling import respelled, with_targets

FONT = ["b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color", "name",
        "family", "charset", "scheme"]  # fmt: skip
"""The order of a font's children in the schema (CT_Font)."""


@pytest.fixture
def parts(tmp_path: Path) -> dict[str, bytes]:
    """The parts of a workbook with a chart and a bold title, as openpyxl writes them."""
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet["A1"].font = openpyxl.styles.Font(bold=True, color="123456")
    chart = LineChart()
    chart.add_data(Reference(sheet, min_col=1, min_row=1, max_row=2))
    sheet.add_chart(chart, "C1")
    workbook.save(tmp_path / "b.xlsx")
    with zipfile.ZipFile(tmp_path / "b.xlsx") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(("name", "prefix"), [("xl/drawings/drawing1.xml", "xdr"), ("xl/charts/chart1.xml", "c")])
def test_drawn_parts_have_excel_s_prefixes(parts: dict[str, bytes], name: str, prefix: str) -> None:
    written = respelled(name, parts[name])
    assert set(re.findall(rb"<(\w+:|)\w+", written)) == {f"{used}:".encode() for used in {prefix, "a", "c"}}
    assert b"xmlns=" not in written
    assert Markup(written).root.meaning == Markup(parts[name]).root.meaning


def test_every_target_is_relative_and_leads_where_it_led(parts: dict[str, bytes]) -> None:
    sources = {"_rels/.rels": "", "xl/_rels/workbook.xml.rels": "xl/workbook.xml"} | {
        f"xl/{folder}/_rels/{name}.rels": f"xl/{folder}/{name}"
        for folder, name in (("worksheets", "sheet1.xml"), ("drawings", "drawing1.xml"))
    }
    assert {name for name in parts if name.endswith(".rels")} == set(sources)
    for name, source in sources.items():
        written = respelled(name, parts[name])
        assert relations(written, source) == relations(parts[name], source)
        assert all(not target.startswith(b"/") for target in re.findall(rb'Target="([^"]*)"', written))


def test_targets_lead_to_new_names_and_from_them() -> None:
    rels = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="a" Type="t/chart" Target="/xl/charts/chart1.xml"/>'
        b'<Relationship Id="b" Type="t/link" Target="/no/part" TargetMode="External"/></Relationships>'
    )
    names = {"xl/drawings/drawing1.xml": "book/d/drawing7.xml", "xl/charts/chart1.xml": "book/c/chart 9.xml"}
    written = with_targets(rels, "xl/drawings/drawing1.xml", names)
    assert b'Target="../c/chart%209.xml"' in written
    assert b'Target="/no/part"' in written


def test_fonts_are_in_the_order_of_the_schema(parts: dict[str, bytes]) -> None:
    fonts = Markup(respelled("xl/styles.xml", parts["xl/styles.xml"])).root.child("fonts")
    assert fonts is not None
    names = [[child.name for child in font.children] for font in fonts.children]
    assert max(map(len, names)) > 3
    assert all(children == sorted(children, key=FONT.index) for children in names)


def test_other_parts_stay(parts: dict[str, bytes]) -> None:
    assert respelled("xl/workbook.xml", parts["xl/workbook.xml"]) == parts["xl/workbook.xml"]
