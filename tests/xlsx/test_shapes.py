"""Lines and circles as a file has them: where they lie, and what of them counts as no more than that."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest

from sheetgen import build, load, override
from sheetgen.page.charts import Line as Series
from sheetgen.page.charts import scatter
from sheetgen.page.page import Page
from sheetgen.page.shapes import Ellipse, Line, Spot
from sheetgen.xlsx import writer
from sheetgen.xlsx.shapes import ART, DRAWING
from sheetgen.xlsx.shell import make
from sheetgen.xlsx.shown_shape import Place, ShownShape, is_unseen, shape_of

MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
RISING = Line(Spot(2, 9, 0.0, 0.5), Spot(2, 7, 1.0, 0.5), "2E6FD8", 2.5, "i1 → h1")
CIRCLE = Ellipse(Spot(4, 3, 0.0, 0.6), Spot(4, 6, 1.0, 0.4), "067647", 1.75, "h1")


def anchors(page: Page, path: Path) -> list[ElementTree.Element]:
    with path.open("wb") as file:
        writer.write(file, make([page], "title", "2026-01-01T00:00:00Z"), [page])
    with zipfile.ZipFile(path) as archive:
        return list(ElementTree.fromstring(archive.read("xl/drawings/drawing1.xml")))


def page_with(*shapes: Line | Ellipse) -> Page:
    page = Page("sheet", shapes=list(shapes))
    page.put("B7", 1.0)
    return page


def test_shapes_come_back_as_they_were_put(tmp_path: Path) -> None:
    page = page_with(RISING, CIRCLE)
    page.heights = {6: 30.0, 9: 20.0}
    line, circle = map(shape_of, anchors(page, tmp_path / "w.xlsx"))
    assert line == ShownShape("line", "2E6FD8", 2.5, Place(2, 7, 7.5), Place(3, 9, 10.0), rising=True)
    assert circle == ShownShape("ellipse", "067647", 1.75, Place(4, 3, 9.0), Place(5, 6, 12.0))


def test_a_chart_and_shapes_share_a_drawing(tmp_path: Path) -> None:
    page = page_with(RISING)
    series = Series("sheet!$A$1", "sheet!$B$7:$B$7", "sheet!$B$7:$B$7")
    page.charts.append(("D2", scatter("title", "x", "y", [series], x_range=(0, 1)), "a chart"))
    chart, line = anchors(page, tmp_path / "w.xlsx")
    assert chart.find(f"{{{DRAWING}}}graphicFrame") is not None
    assert shape_of(chart) is None
    assert shape_of(line) is not None
    numbers = [named.get("id") for part in (chart, line) for named in part.iter(f"{{{DRAWING}}}cNvPr")]
    assert len(set(numbers)) == len(numbers) == 2


def test_a_workbook_with_shapes_is_read_by_openpyxl(tmp_path: Path) -> None:
    build(override(load(), iterations=2), tmp_path / "w.xlsx", verify=False)
    assert openpyxl.load_workbook(tmp_path / "w.xlsx")["Start"]["B1"].value


EMPTY = (
    f'<twoCellAnchor xmlns="{DRAWING}" xmlns:a="{ART}"><sp><nvSpPr><cNvPr id="1" name="x"/><cNvSpPr/></nvSpPr><spPr>'
    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></spPr>'
    "<txBody><a:bodyPr/><a:p><a:r><a:t></a:t></a:r></a:p></txBody></sp><clientData/></twoCellAnchor>"
)


@pytest.mark.parametrize(
    ("old", "new", "unseen"),
    [
        ("", "", True),
        ("<a:t></a:t>", "<a:t>0.125</a:t>", False),
        ("</spPr>", '<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill></spPr>', False),
        ("</spPr>", '<a:ln w="9525"/></spPr>', False),
        ("</spPr>", '</spPr><style><a:lnRef idx="1"/></style>', False),
        ('name="x"/>', 'name="x"><a:hlinkClick/></cNvPr>', False),
        ("sp>", "pic>", False),
    ],
)
def test_a_shape_without_line_fill_and_text_is_not_seen(old: str, new: str, unseen: bool) -> None:
    changed = EMPTY.replace(old, new) if old else EMPTY
    assert is_unseen(ElementTree.fromstring(changed)) is unseen
    choice = f'<AlternateContent xmlns="{MC}"><Choice Requires="a14">{EMPTY}</Choice><Fallback>{changed}</Fallback>'
    assert is_unseen(ElementTree.fromstring(f"{choice}</AlternateContent>")) is unseen


@pytest.mark.parametrize(
    ("place", "near"),
    [
        (Place(2, 7, 7.5), True),
        (Place(3, 7, 8.5), True),  # another program's columns are wider
        (Place(2, 8, 0.0), False),
        (Place(2, 7, 10.0), False),
        (Place(4, 7, 7.5), False),
        (Place(2, 8, 7.5), False),
    ],
)
def test_places_are_near_where_only_a_font_can_have_moved_them(place: Place, near: bool) -> None:
    assert Place(2, 7, 7.5).is_near(place) is near
    assert place.is_near(Place(2, 7, 7.5)) is near


def test_the_lower_edge_of_a_cell_is_the_upper_edge_of_the_next() -> None:
    assert Place(2, 8, 0.0).is_near(Place(2, 7, 14.9))
