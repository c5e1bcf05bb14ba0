"""Parts that do not fit together are found, each told with the part it stands in; and grafting then changes nothing."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from faults import change_parts
from grafting import plain_workbook
from sample_page import sample_page, write_pages

from sheetgen import WorkbookError
from sheetgen.xlsx import graft as grafting
from sheetgen.xlsx.consistency import misfits_of_parts, misfits_of_sheet
from sheetgen.xlsx.graft import check, graft
from sheetgen.xlsx.package import Package

BOOK, RELS, STYLES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"
TYPES, SHEET = "[Content_Types].xml", "xl/worksheets/sheet1.xml"

MC = '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
END = "</mc:AlternateContent>"

FAULTS: dict[str, tuple[str, str, str, str]] = {
    "a relation that leads nowhere": (RELS, "theme1.xml", "no.xml", "leads to xl/theme/no.xml, which is not there"),
    "two relations of one name": (RELS, 'Id="rId2"', 'Id="rId1"', "two relations are called rId1"),
    "two types": (TYPES, "</Types>", '<Override PartName="/XL/styles.xml" ContentType="a/b"/></Types>', "two content"),
    "no type": (TYPES, r'<Default Extension="rels"[^>]*>', "", "it has no content type"),
    "lists out of order": (STYLES, "(<cellXfs.*</cellXfs>)(<cellStyles.*</cellStyles>)", r"\2\1", "belongs before it"),
    "a list twice": (STYLES, "(<cellStyles .*</cellStyles>)", r"\1\1", "cellStyles is there twice"),
    "a count that is wrong": (STYLES, r'<fonts count="\d+"', '<fonts count="99"', "fonts says that it has 99 items"),
    "a format that is not there": (SHEET, r's="1"', 's="77"', "cellXfs has no number 77"),
    "a rule's format that is not there": (SHEET, r'dxfId="0"', 'dxfId="88"', "dxfs has no number 88"),
    "a font that is not there": (STYLES, r'fontId="1"', 'fontId="66"', "fonts has no number 66"),
    "the workbook out of order": (BOOK, "(<bookViews>.*</bookViews>)(<sheets>.*</sheets>)", r"\2\1", "belongs before"),
    "another root": (BOOK, "(</?)workbook(?=[ >])", r"\1book", "it is no workbook"),
    "two numbers": (BOOK, "</sheets>", '<sheet name="B" sheetId="1" r:id="rId1"/></sheets>', "two sheets have the num"),
    "two names": (BOOK, "</sheets>", '<sheet name="cnn" sheetId="9" r:id="rId1"/></sheets>', "two sheets are called"),
    "no such relation": (BOOK, "</sheets>", '<sheet name="B" sheetId="9" r:id="rId9"/></sheets>', "B has no relation"),
    "sheets as a choice": (BOOK, "<sheets>", f"{MC}<mc:Choice><sheets/></mc:Choice>{END}<sheets>", "sheets stands in"),
    "a lock as a fallback": (
        BOOK, "<bookViews>", f"{MC}<mc:Fallback><workbookProtection/></mc:Fallback>{END}<bookViews>",
        "workbookProtection stands in what only some programs read",
    ),
    "formats as a choice": (STYLES, "(<dxfs.*</dxfs>)", rf"{MC}<mc:Choice>\1</mc:Choice>{END}", "dxfs stands in what"),
    "nothing leads to it": ("_rels/.rels", '/officeDocument"', '/other"', "no relation leads to the workbook"),
}  # fmt: skip


@pytest.fixture
def parts(tmp_path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(write_pages(tmp_path / "b.xlsx", sample_page())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def found(parts: dict[str, bytes]) -> list[str]:
    package = Package(parts)
    return [*map(str, misfits_of_parts(package)), *map(str, misfits_of_sheet(package, "CNN"))]


def test_nothing_is_found_where_all_fits(parts: dict[str, bytes]) -> None:
    assert found(parts) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_what_does_not_fit_is_found_where_it_stands(parts: dict[str, bytes], fault: str) -> None:
    name, pattern, replacement, message = FAULTS[fault]
    text, count = re.subn(pattern, replacement, parts[name].decode(), flags=re.DOTALL)
    assert count
    parts[name] = text.encode()
    problems = found(parts)
    assert any(message in problem for problem in problems), problems
    if "type" not in fault and "not there" not in fault:
        assert any(problem.startswith(f"{name}: ") for problem in problems)


def test_two_parts_of_one_name(parts: dict[str, bytes]) -> None:
    parts["XL/Styles.xml"] = parts[STYLES]
    assert "xl/styles.xml: two parts have this name, in capitals or not" in found(parts)


def out_of_order(xml: str) -> str:
    return re.sub("(<cellXfs.*</cellXfs>)(<cellStyles.*</cellStyles>)", r"\2\1", xml, flags=re.DOTALL)


def doubled(xml: str) -> str:
    return xml.replace('name="Notes"', 'name="DATA"')


def leading_nowhere(xml: str) -> str:
    lost = '<Relationship Id="no" Type="a/sharedStrings" Target="lost.xml"/></Relationships>'
    return xml.replace("</Relationships>", lost)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        (STYLES, out_of_order, r"xl/styles\.xml: cellXfs stands behind cellStyles, and belongs before it"),
        (BOOK, doubled, r"xl/workbook\.xml: two sheets are called data, in capitals or not"),
        (RELS, leading_nowhere, r"xl/_rels/workbook\.xml\.rels: no leads to xl/lost\.xml, which is not there"),
    ],
)
def test_a_result_that_would_not_fit_is_refused_untouched(
    tmp_path: Path, name: str, change: Callable[[str], str], message: str
) -> None:
    path = change_parts(plain_workbook(tmp_path / "plain.xlsx"), tmp_path / "b.xlsx", {name: change})
    before = path.read_bytes()
    for attempt in (lambda: check(path, "CNN"), lambda: graft(path, sample_page())):
        with pytest.raises(WorkbookError, match=message) as refused:
            attempt()
        assert "it was left as it was" in str(refused.value)
        assert "\n" not in str(refused.value)
    assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["b.xlsx", "plain.xlsx"]


def test_a_mistake_of_our_own_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = plain_workbook(tmp_path / "b.xlsx")
    before = path.read_bytes()
    add_sheet = grafting.add_sheet

    def wrong(package: Package, page: object) -> None:
        add_sheet(package, page)  # type: ignore[arg-type]
        package.put(STYLES, package.parts[STYLES].replace(b"<fonts", b"<extLst/><fonts"))

    monkeypatch.setattr(grafting, "add_sheet", wrong)
    with pytest.raises(WorkbookError, match="fonts stands behind extLst"):
        graft(path, sample_page())
    assert path.read_bytes() == before


def test_what_did_not_fit_before_elsewhere_is_let_be(tmp_path: Path) -> None:
    """Excel itself writes pictures that are called NULL, and opens them."""

    def lost_picture(xml: str) -> str:
        return xml.replace("</Relationships>", '<Relationship Id="p" Type="a/image" Target="NULL"/></Relationships>')

    rels = "xl/worksheets/_rels/sheet1.xml.rels"
    path = change_parts(plain_workbook(tmp_path / "plain.xlsx"), tmp_path / "b.xlsx", {rels: lost_picture})
    graft(path, sample_page())
    with zipfile.ZipFile(path) as archive:
        assert b"NULL" in archive.read(rels)
