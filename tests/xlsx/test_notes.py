"""Notes on cells as a file has them: found by openpyxl, in boxes that stand beside their cells and hold their texts."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from sample_page import sample_page, write_pages
from workbook_lint import lint

from sheetgen.page.page import Page
from sheetgen.xlsx.reader import WorkbookFile
from sheetgen.xlsx.shown_note import notes_of
from sheetgen.xlsx.shown_overlay import Overlays, overlays_of
from sheetgen.xlsx.vml import CLIENT, VML

SHAPE = f"{{{VML}}}shape"


def page_with(notes: dict[str, str], name: str = "sheet") -> Page:
    page = Page(name, notes=notes, widths={2: 10.0, 3: 20.0}, heights={3: 30.0})
    for cell in notes:
        page.put(cell, 1.0)
    return page


def bare_page() -> Page:
    page = Page("bare")
    page.put("A1", 1.0)
    return page


def part(path: Path, name: str) -> ElementTree.Element:
    with zipfile.ZipFile(path) as archive:
        return ElementTree.fromstring(archive.read(name))


def boxes(path: Path, number: int = 1) -> list[ElementTree.Element]:
    return part(path, f"xl/drawings/vmlDrawing{number}.vml").findall(SHAPE)


def anchor(box: ElementTree.Element) -> list[int]:
    return [int(number) for number in (box.findtext(f".//{{{CLIENT}}}Anchor") or "").split(",")]


NOTES = {"B3": "w1\nA weight & <more>", "A1": "alone", "AA3": "∂E/∂w1\n½·(t1 − a)²"}


def test_openpyxl_reads_them(tmp_path: Path) -> None:
    path = write_pages(tmp_path / "w.xlsx", page_with(NOTES), bare_page(), page_with({"C7": "other"}, "third"))
    book = openpyxl.load_workbook(path)
    found = {cell.coordinate: cell.comment.text for row in book["sheet"].iter_rows() for cell in row if cell.comment}
    assert found == NOTES
    assert book["third"]["C7"].comment.text == "other"
    assert lint(path) == []


def test_what_is_read_is_what_was_put_and_nothing_besides(tmp_path: Path) -> None:
    notes = NOTES | {"C1": "_x0041_ is no A"}
    file = WorkbookFile(write_pages(tmp_path / "w.xlsx", page_with(notes)))
    name = file.part("sheet")
    assert notes_of(file, name) == notes
    assert overlays_of(file, name, file.frame("sheet")) == Overlays()


def test_a_page_without_notes_has_no_parts_of_them(tmp_path: Path) -> None:
    with zipfile.ZipFile(write_pages(tmp_path / "w.xlsx", bare_page())) as archive:
        assert not [name for name in archive.namelist() if "comments" in name or "vml" in name]


def test_boxes_belong_to_their_cells_and_stand_right_of_them(tmp_path: Path) -> None:
    """An anchor says, from 0, column, pixels in it, row, pixels in it, of the upper left and the lower right corner."""
    path = write_pages(tmp_path / "w.xlsx", page_with(NOTES))
    places = {}
    for box in boxes(path):
        row, column = (int(box.findtext(f".//{{{CLIENT}}}{name}") or "") for name in ("Row", "Column"))
        places[row, column] = anchor(box)
    assert list(places) == [(0, 0), (2, 1), (2, 26)]
    for (row, column), (left, _, top, _, right, _, bottom, _) in places.items():
        assert (left, top) == (column + 1, row)
        assert right > left
        assert bottom > top


def test_a_box_grows_with_its_text(tmp_path: Path) -> None:
    """All rows are 20 pixels high but the third, of 30 points: 40 pixels."""
    short, long = "w1\nA weight.", "w1\n" + "A weight of many words. " * 20
    path = write_pages(tmp_path / "w.xlsx", page_with({"A10": short, "B10": long}))
    heights = [20 * (bottom - top) + down - above for _, _, top, above, _, _, bottom, down in map(anchor, boxes(path))]
    assert heights[0] >= 2 * 17
    assert heights[1] >= len(long) / 55 * 17
    assert heights[1] < len(long) / 30 * 17


def test_shapes_have_numbers_of_their_own_also_beyond_a_block(tmp_path: Path) -> None:
    many = {f"A{row}": str(row) for row in range(1, 1500)}
    path = write_pages(tmp_path / "w.xlsx", page_with(many), page_with({"A1": "x"}, "second"))
    numbers = [box.get("id", "") for drawing in (1, 2) for box in boxes(path, drawing)]
    assert len(set(numbers)) == 1500
    for drawing in (1, 2):
        named = next(
            part(path, f"xl/drawings/vmlDrawing{drawing}.vml").iter("{urn:schemas-microsoft-com:office:office}idmap")
        )
        blocks = {int(box.get("id", "").removeprefix("_x0000_s")) // 1024 for box in boxes(path, drawing)}
        assert sorted(blocks) == [int(block) for block in named.get("data", "").split(",")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("visibility:hidden", "visibility:visible"),
        ("<x:MoveWithCells/>", "<x:Visible/>"),
        ('ObjectType="Note"', 'ObjectType="Button"'),
        ("v:shape ", "v:rect "),
        ("</xml>", ""),
    ],
)
def test_a_box_in_sight_is_counted_as_drawn(tmp_path: Path, old: str, new: str) -> None:
    path, changed = write_pages(tmp_path / "w.xlsx", page_with({"B3": "x"})), tmp_path / "changed.xlsx"
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(changed, "w") as other:
        for name in archive.namelist():
            content = archive.read(name).decode()
            if name.endswith(".vml"):
                assert old in content
                content = content.replace(old, new).replace(
                    "</v:shape>", f"</{new.strip()}>" if "rect" in new else "</v:shape>"
                )
            other.writestr(name, content)
    file = WorkbookFile(changed)
    assert overlays_of(file, file.part("sheet"), file.frame("sheet")).others == 1


def test_the_element_stands_behind_the_drawing(tmp_path: Path) -> None:
    with zipfile.ZipFile(write_pages(tmp_path / "w.xlsx", sample_page())) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert re.search(r"<drawing [^>]*/><legacyDrawing [^>]*/></worksheet>", sheet)
