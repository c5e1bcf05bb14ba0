"""The marked copy: findings as notes and on a first sheet, everything else as it was, read by other programs."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from audit_reports import SHEET, SIGN, WRONG, commented_workbook, wrong_report
from grafting import sdk_errors

from sheetgen.audit.book import Area, Place
from sheetgen.audit.report.marked_copy import marked_copy
from sheetgen.engines.libreoffice import LibreOffice
from sheetgen.errors import WorkbookError


@pytest.fixture
def original(tmp_path: Path) -> Path:
    return commented_workbook(tmp_path / "original.xlsx")


@pytest.fixture
def marked(original: Path, tmp_path: Path) -> Path:
    path = tmp_path / "marked.xlsx"
    path.write_bytes(marked_copy(wrong_report(original)).content)
    return path


def comments(path: Path, sheet: str) -> dict[str, str]:
    cells = (cell for row in openpyxl.load_workbook(path)[sheet].iter_rows() for cell in row)
    return {cell.coordinate: cell.comment.text for cell in cells if cell.comment}


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def without_part(path: Path, changes: dict[str, bytes]) -> None:
    content = parts(path) | changes
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in content.items():
            archive.writestr(name, part)


def test_the_findings_are_notes_beside_those_that_are_there(marked: Path) -> None:
    found = comments(marked, SHEET)
    assert set(found) == {"AB5", "A2", "P20", "D6"}
    assert found["A2"] == "another"
    assert found["AB5"].startswith("a teacher's own words")
    for words in ("Audit 1: ∂E/∂w1: wrong", WRONG.words, f"={WRONG.right_formula}", "0.00043856812"):
        assert words in found["AB5"]
    assert found["P20"].startswith("Audit 2: dL/dW1: wrong\nThe sign is the other one.")
    assert comments(marked, "Other") == {"C3": "Audit 3: i1 & <b>: to know\nAn input drifts by autofill.\nAs in D6."}


def test_the_first_sheet_lists_them_with_links(marked: Path) -> None:
    book = openpyxl.load_workbook(marked)
    assert book.sheetnames == ["Audit", SHEET, "Other"]
    assert book.active is book["Audit"]
    assert [bool(sheet.sheet_view.tabSelected) for sheet in book] == [True, False, False]
    rows = [[cell.value for cell in row] for row in book["Audit"].iter_rows()]
    listed = [row for row in rows if row[0] in ("1", "2", "3")]
    assert [row[1] for row in listed] == ["∂E/∂w1", "dL/dW1", "i1 & <b>"]
    assert listed[0][2] == f"column AB, rows 5–104 of {SHEET!r}"
    assert listed[0][5] == f"={WRONG.formula}"
    below = rows[rows.index(listed[0]) + 1]
    assert below[4:] == ["right", f"={WRONG.right_formula}", "0.00043856812"]
    links = [cell.hyperlink.location for row in book["Audit"].iter_rows() for cell in row if cell.hyperlink]
    assert links == ["'It''s <a> table'!AB5", "'It''s <a> table'!P20", "'It''s <a> table'!D6"]
    assert book["Other"].print_title_rows == "$1:$1"


def test_the_rest_keeps_its_bytes(original: Path, marked: Path) -> None:
    before, after = parts(original), parts(marked)
    changed = {name for name, content in before.items() if after.get(name) != content}
    assert changed <= {
        "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "docProps/app.xml",
        "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/worksheets/_rels/sheet2.xml.rels",
        "xl/comments/comment1.xml", "xl/drawings/commentsDrawing1.vml",
    }  # fmt: skip
    rows = re.compile(rb"<sheetData>.*</sheetData>", re.DOTALL)
    for name in ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"):
        assert rows.findall(before[name]) == rows.findall(after[name])
    assert len(openpyxl.load_workbook(marked)[SHEET]._charts) == 1


def test_the_original_is_not_touched(original: Path) -> None:
    before = original.read_bytes()
    marked_copy(wrong_report(original))
    assert original.read_bytes() == before


def test_the_sdk_finds_nothing_wrong(original: Path, marked: Path) -> None:
    assert sdk_errors(marked) <= sdk_errors(original)


def test_libreoffice_opens_it(marked: Path, soffice: str) -> None:
    found = LibreOffice().recalculate(marked, 120)
    assert found.sheet_names == ("Audit", SHEET, "Other")
    assert found.grid(SHEET, 5, 28)[4][27] == 5 * 28


def test_a_copy_of_a_copy_has_both_sheets(marked: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.xlsx"
    again.write_bytes(marked_copy(wrong_report(marked)).content)
    assert openpyxl.load_workbook(again).sheetnames == ["Audit 2", "Audit", SHEET, "Other"]
    assert comments(again, SHEET)["P20"].count("Audit 2: dL/dW1: wrong") == 2


def test_a_sheet_that_has_no_notes_gets_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book["Sheet"]["A1"] = 1.0
    book.save(path := tmp_path / "plain.xlsx")
    finding = replace(SIGN, first=Place("Sheet", 1, 1), areas=(Area("Sheet", 1, 1, 1, 1),))
    report = replace(wrong_report(path), findings=(finding,))
    (copy := tmp_path / "copy.xlsx").write_bytes(marked_copy(report).content)
    assert list(comments(copy, "Sheet")) == ["A1"]
    assert sdk_errors(copy) <= sdk_errors(path)


def test_a_thread_of_comments_is_left_as_it_is(original: Path, tmp_path: Path) -> None:
    thread = b'<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
    thread += b'<threadedComment ref="AB5" id="{0}"/></ThreadedComments>'
    name = "xl/worksheets/_rels/sheet1.xml.rels"
    kind = b"http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
    relation = b'<Relationship Id="t" Type="%s" Target="/xl/threadedComments/t1.xml"/></Relationships>' % kind
    rels = parts(original)[name].replace(b"</Relationships>", relation)
    without_part(original, {name: rels, "xl/threadedComments/t1.xml": thread})
    copy = marked_copy(wrong_report(original))
    assert copy.notes == (f"AB5 of {SHEET!r} has a thread of comments, and got no note",)
    (path := tmp_path / "copy.xlsx").write_bytes(copy.content)
    assert comments(path, SHEET)["AB5"] == "a teacher's own words"


def test_the_copy_has_no_macros(original: Path, tmp_path: Path) -> None:
    known = sdk_errors(original)
    found = parts(original)
    types = found["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    types = types.replace(
        b"</Types>", b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    )
    kind = b"http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    relation = b'<Relationship Id="v" Type="%s" Target="vbaProject.bin"/></Relationships>' % kind
    rels = found["xl/_rels/workbook.xml.rels"].replace(b"</Relationships>", relation)
    without_part(
        original,
        {"[Content_Types].xml": types, "xl/_rels/workbook.xml.rels": rels, "xl/vbaProject.bin": b"Attribute VB_Name"},
    )
    copy = marked_copy(wrong_report(original))
    (path := tmp_path / "copy.xlsx").write_bytes(copy.content)
    assert "the copy has no macros" in copy.notes
    assert not [name for name in parts(path) if "vba" in name.lower()]
    assert b"macroEnabled" not in parts(path)["[Content_Types].xml"]
    assert sdk_errors(path) <= known


def test_a_damaged_file_is_refused(original: Path, tmp_path: Path) -> None:
    (broken := tmp_path / "broken.xlsx").write_bytes(original.read_bytes()[:4000])
    with pytest.raises(WorkbookError, match="cannot be copied with marks"):
        marked_copy(wrong_report(broken))
