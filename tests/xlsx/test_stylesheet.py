"""Two style sheets in one: openpyxl finds the first's formats where they were, and the second's where we say."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from faults import change_parts
from openpyxl.cell import Cell
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

from sheetgen.xlsx.markup import Markup
from sheetgen.xlsx.shell import STYLES
from sheetgen.xlsx.stylesheet import MergedNumbers, merge

SHEET = "xl/worksheets/sheet1.xml"
THIN = Side(style="thin", color="00FF00")


def first(path: Path) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row, (font, number) in enumerate([({"b": True}, "0.00"), ({"color": "123456"}, '0.0" kg"')], start=1):
        sheet.cell(row, 1, row).font = Font(**font)
        sheet.cell(row, 1).number_format = number
    workbook.save(path)
    return path


def second(path: Path) -> Path:
    """Formats and conditional formats of its own, and one number format that the first has too."""
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row, number in enumerate(['0.0" kg"', "0.000000", "General", '"∂ "0.0000'], start=1):
        cell = sheet.cell(row, 1, row)
        cell.font, cell.number_format = Font(name="Consolas", size=8 + row, italic=row == 2), number
        cell.fill = PatternFill("solid", fgColor=f"AABB0{row}")
        cell.border, cell.alignment = Border(left=THIN if row == 3 else None), Alignment(indent=row)
    for colour in ("111111", "222222"):
        sheet.conditional_formatting.add("A1:A4", CellIsRule("lessThan", ["2"], font=Font(color=colour)))
    workbook.save(path)
    return path


def styles(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(STYLES)


def merged_with(first_styles: bytes, second_styles: bytes) -> tuple[str, MergedNumbers]:
    sheet = Markup(first_styles)
    numbers = merge(sheet, Markup(second_styles))
    return bytes(sheet).decode(), numbers


def merged(tmp_path: Path) -> tuple[str, MergedNumbers]:
    return merged_with(styles(first(tmp_path / "first.xlsx")), styles(second(tmp_path / "second.xlsx")))


def format_of(cell: Cell) -> tuple[str, ...]:
    return tuple(map(repr, (cell.font, cell.fill, cell.border, cell.alignment, cell.number_format)))


def sheet_of(path: Path) -> Worksheet:
    return openpyxl.load_workbook(path).worksheets[0]


def test_the_first_keeps_its_formats(tmp_path: Path) -> None:
    text, _ = merged(tmp_path)
    path = change_parts(tmp_path / "first.xlsx", tmp_path / "merged.xlsx", {STYLES: lambda _: text})
    for row in (1, 2):
        assert format_of(sheet_of(path).cell(row, 1)) == format_of(sheet_of(tmp_path / "first.xlsx").cell(row, 1))


def test_the_second_finds_its_formats_under_their_new_numbers(tmp_path: Path) -> None:
    text, numbers = merged(tmp_path)
    assert numbers.formats != {number: number for number in numbers.formats}

    def renumber(xml: str) -> str:
        xml = numbers.conditional(xml.encode()).decode()
        return re.sub(r' s="(\d+)"', lambda match: f' s="{numbers.formats[int(match[1])]}"', xml)

    path = change_parts(tmp_path / "second.xlsx", tmp_path / "m.xlsx", {STYLES: lambda _: text, SHEET: renumber})
    mine, theirs = sheet_of(path), sheet_of(tmp_path / "second.xlsx")
    for row in range(1, 5):
        assert format_of(mine.cell(row, 1)) == format_of(theirs.cell(row, 1))
    colours = [
        [rule.dxf.font.color.rgb for area in sheet.conditional_formatting for rule in area.rules]
        for sheet in (mine, theirs)
    ]
    assert colours[0] == colours[1] == ["00111111", "00222222"]


def test_what_is_there_already_is_used_again(tmp_path: Path) -> None:
    text, numbers = merged(tmp_path)
    again, same_numbers = merged_with(text.encode(), styles(tmp_path / "second.xlsx"))
    assert (again, same_numbers) == (text, numbers)
    assert text.count('formatCode="0.0&quot; kg&quot;"') == 1


def test_behind_a_number_of_a_format_that_is_too_large_the_free_ones_are_used(tmp_path: Path) -> None:
    """openpyxl, as one program, reads no number behind the largest of 31 bits."""
    largest = styles(first(tmp_path / "first.xlsx")).replace(b'numFmtId="164"', b'numFmtId="2147483647"')
    text, _ = merged_with(largest, styles(second(tmp_path / "second.xlsx")))
    numbers = re.findall(r'<numFmt numFmtId="(\d+)"|<numFmt [^>]*numFmtId="(\d+)"', text)
    assert [int(one or other) for one, other in numbers] == [2147483647, 164, 165]


ORDER = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles",
         "colors", "extLst")  # fmt: skip
"""The children of a style sheet in the order of the schema (CT_Stylesheet)."""


@pytest.mark.parametrize("absent", [*((name,) for name in ORDER), ("dxfs", "tableStyles"), ORDER[4:9], ORDER])
@pytest.mark.parametrize("prefix", ["", "x:"])
def test_a_list_that_was_missing_comes_where_the_schema_has_it(
    tmp_path: Path, absent: tuple[str, ...], prefix: str
) -> None:
    xml = styles(first(tmp_path / "first.xlsx")).decode()
    xml = xml.replace("<colors>", "<colors><!-- </dxfs> -->").replace("</styleSheet>", "<extLst/></styleSheet>")
    if "<colors>" not in xml:
        xml = xml.replace("<extLst/>", "<colors><!-- <dxfs> --></colors><extLst/>")
    for name in absent:
        xml = re.sub(rf"<{name}\b[^>]*/>|<{name}\b.*?</{name}>", "", xml, flags=re.DOTALL)
    if prefix:
        xml = re.sub(r"<(/?)(?=\w)", rf"<\1{prefix}", xml).replace("xmlns=", "xmlns:x=")
    text, numbers = merged_with(xml.encode(), styles(second(tmp_path / "second.xlsx")))
    children = [element.tag.split("}")[1] for element in ElementTree.fromstring(text)]
    assert children == sorted(children, key=ORDER.index)
    made = {"numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"}
    assert made <= set(children)
    assert len(set(children)) == len(children)
    assert merged_with(text.encode(), styles(tmp_path / "second.xlsx")) == (text, numbers)


def test_the_counts_are_those_of_the_lists(tmp_path: Path) -> None:
    text, _ = merged(tmp_path)
    for name, item in (("fonts", "font"), ("fills", "fill"), ("borders", "border"), ("cellXfs", "xf"), ("dxfs", "dxf")):
        whole = re.search(rf'<{name}\b[^>]*count="(\d+)"[^>]*>(.*?)</{name}>', text, re.DOTALL)
        assert whole, name
        assert int(whole[1]) == len(re.findall(rf"<{item}[\s>/]", whole[2])), name
