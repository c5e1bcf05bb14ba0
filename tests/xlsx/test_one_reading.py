"""Packages of which programs make different things, or which none opens, are refused in one line."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from faults import change_parts, sheet_part
from outside import hand_made
from saving import resave

from sheetgen.errors import WorkbookError
from sheetgen.xlsx.one_reading import require_one_reading
from sheetgen.xlsx.reader import WorkbookFile

WORKBOOK, RELATIONS, TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
Change = Callable[[str], str]


def replaced(old: str, new: str) -> Change:
    def change(xml: str) -> str:
        changed, count = re.subn(old, new, xml)
        assert count
        return changed

    return change


def check(path: Path) -> None:
    require_one_reading(WorkbookFile(path))


def test_what_programs_write_has_one_reading(small_workbook: Path, tmp_path: Path, soffice: str) -> None:
    check(small_workbook)
    openpyxl.load_workbook(small_workbook).save(tmp_path / "o.xlsx")
    check(tmp_path / "o.xlsx")
    check(resave(small_workbook, tmp_path / "saved", soffice))


@pytest.mark.parametrize("name", ["handmade-right-2-2-2.xlsx", "handmade-wrong-gradients.xlsx"])
def test_so_have_the_workbooks_of_excel_and_google_sheets(name: str) -> None:
    check(hand_made(name))


@pytest.mark.parametrize(
    ("part", "change", "what"),
    [
        (TYPES, replaced(r'<Override[^>]*/xl/worksheets/sheet1.xml"[^>]*>', ""), "content type"),
        (TYPES, replaced(r"worksheet\+xml", "chartsheet+xml"), "of the content type"),
        (TYPES, replaced(r"spreadsheetml\.sheet\.main", "wordprocessingml.document.main"), "workbook part"),
        (TYPES, replaced("</Types>", '<Default Extension="XML" ContentType="application/xml"/></Types>'), "second"),
        (TYPES, replaced("<Types ", "<Kinds "), "damaged"),
        ("xl/styles.xml", lambda xml: xml[: len(xml) // 2], "damaged"),
        ("xl/theme/theme1.xml", lambda xml: xml[:-3], "damaged"),
        (RELATIONS, replaced('(<Relationship )([^>]*Id="rId1")', r"\1\2/>\1\2"), "two relations of one name"),
        (RELATIONS, replaced(r'Type="[^"]*/worksheet"', 'Type="urn:other/worksheet"'), "a relation of the type"),
        (WORKBOOK, replaced("<sheets>", "<sheets/><sheets>"), "sheets of its workbook part twice"),
        (WORKBOOK, replaced(r"<calcPr ", '<calcPr fullPrecision="1"/><calcPr '), "calcPr of its workbook part twice"),
        (WORKBOOK, replaced('name="Inputs"', 'name="START"'), "2 sheets called 'start'"),
        (WORKBOOK, replaced('r:id="rId2"', 'r:id="rId1"'), "two sheets of one part"),
        (WORKBOOK, replaced("<calcPr ([^>]*)/>", r'<extLst><ext><calcPr \1/></ext></extLst>'), "elsewhere"),
    ],
)  # fmt: skip
def test_what_is_refused(small_workbook: Path, tmp_path: Path, part: str, change: Change, what: str) -> None:
    with pytest.raises(WorkbookError, match=what) as caught:
        check(change_parts(small_workbook, tmp_path / "b.xlsx", {part: change}))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", [str.upper, lambda name: name.replace("/", "\\"), lambda name: f"/{name}", str])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name(small_workbook: Path, tmp_path: Path, name: Change) -> None:
    part = sheet_part(small_workbook, "Inputs")
    (tmp_path / "b.xlsx").write_bytes(small_workbook.read_bytes())
    with zipfile.ZipFile(tmp_path / "b.xlsx", "a") as archive:
        archive.writestr(name(part), archive.read(part))
    with pytest.raises(WorkbookError, match="2 parts called"):
        check(tmp_path / "b.xlsx")


def test_what_programs_keep_beside_the_parts_is_not_read(small_workbook: Path, tmp_path: Path) -> None:
    path = change_parts(
        small_workbook,
        tmp_path / "b.xlsx",
        {TYPES: replaced("(<Types[^>]*>)", r'\1<Default Extension="svg" ContentType="image/svg+xml"/>')},
    )
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/media/image1.svg", '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd"><svg/>')
        archive.writestr("[trash]/0000.dat", b"\0")
    require_one_reading(WorkbookFile(path))


@pytest.mark.parametrize(("before", "behind"), [(True, False), (False, True)])
def test_an_archive_with_another_before_or_something_behind(
    small_workbook: Path, tmp_path: Path, before: bool, behind: bool
) -> None:
    path = tmp_path / "b.xlsx"
    genuine = small_workbook.read_bytes()
    path.write_bytes(genuine * (1 + before) + b"more" * behind)
    with pytest.raises(WorkbookError, match="something before its first part, or behind"):
        require_one_reading(WorkbookFile(path))
