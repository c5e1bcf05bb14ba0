"""What a workbook says against being changed is heard, and overridden only on purpose."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from faults import change_parts
from grafting import plain_workbook
from openpyxl.workbook.protection import WorkbookProtection
from sample_page import sample_page

from sheetgen import UsageError
from sheetgen.xlsx.graft import check, graft

ORIGIN = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"


def signed(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("_xmlsignatures/origin.sigs", b"")
        archive.writestr("_xmlsignatures/sig1.xml", "<Signature/>")


def led_to_a_signature(path: Path) -> None:
    def link(xml: str) -> str:
        line = f'<Relationship Id="s" Type="{ORIGIN}" Target="signatures/origin.sigs"/></Relationships>'
        return xml.replace("</Relationships>", line)

    def declare(xml: str) -> str:
        return xml.replace("</Types>", '<Default Extension="sigs" ContentType="a/b"/></Types>')

    plain = path.rename(path.with_name("unsigned.xlsx"))
    change_parts(plain, path, {"_rels/.rels": link, "[Content_Types].xml": declare})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("signatures/origin.sigs", b"")


def locked(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    book.security = WorkbookProtection(lockStructure=True)
    book.save(path)


def locked_in_words(path: Path) -> None:
    locked(path)
    plain = path.rename(path.with_name("in figures.xlsx"))
    change_parts(plain, path, {"xl/workbook.xml": lambda xml: xml.replace('lockStructure="1"', "lockStructure='true'")})


@pytest.mark.parametrize(
    ("seal", "problem", "consequence"),
    [
        (signed, "is digitally signed", "its digital signature is no longer valid"),
        (led_to_a_signature, "is digitally signed", "its digital signature is no longer valid"),
        (locked, "has a locked structure", "its structure is still locked"),
        (locked_in_words, "has a locked structure", "its structure is still locked"),
    ],
)
def test_it_is_changed_with_force_only(
    tmp_path: Path, seal: Callable[[Path], None], problem: str, consequence: str
) -> None:
    path = plain_workbook(tmp_path / "b.xlsx")
    seal(path)
    before = path.read_bytes()
    for attempt in (lambda: check(path, "CNN"), lambda: graft(path, sample_page())):
        with pytest.raises(UsageError, match=rf"b\.xlsx {problem}.*--force"):
            attempt()
    assert path.read_bytes() == before
    check(path, "CNN", force=True)
    assert [objection.consequence for objection in graft(path, sample_page(), force=True)] == [consequence]
    assert openpyxl.load_workbook(path).sheetnames == ["Data", "Notes", "CNN"]
    with zipfile.ZipFile(path) as archive:
        lock = b"lockStructure" in archive.read("xl/workbook.xml")
    assert lock == (seal in (locked, locked_in_words))


def test_both_are_told_at_once(tmp_path: Path) -> None:
    path = plain_workbook(tmp_path / "b.xlsx")
    locked(path)
    signed(path)
    with pytest.raises(UsageError, match=r"is digitally signed.* and has a locked structure.*--force"):
        check(path, "CNN")


@pytest.mark.parametrize("value", ["0", "false"])
def test_a_structure_that_is_not_locked(tmp_path: Path, value: str) -> None:
    def unlock(xml: str) -> str:
        return xml.replace("<workbookProtection", f'<workbookProtection lockWindows="1" lockStructure="{value}"')

    path = change_parts(plain_workbook(tmp_path / "p.xlsx"), tmp_path / "b.xlsx", {"xl/workbook.xml": unlock})
    assert graft(path, sample_page()) == []
