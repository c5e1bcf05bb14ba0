"""Content types of parts: declared once, by extension or by name, and forgotten with the part."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from sheetgen.xlsx.content_types import declare, drop_repetitions, forget, type_of
from sheetgen.xlsx.markup import Markup

NAMESPACE = "http://schemas.openxmlformats.org/package/2006/content-types"
SHEET = '<Override PartName="/xl/Sheet1.xml" ContentType="a/sheet"/>'
XML = '<Default Extension="XML" ContentType="a/xml"/>'


def types(*elements: str) -> Markup:
    return Markup(f'<Types xmlns="{NAMESPACE}">{"".join(elements)}</Types>'.encode())


def said(markup: Markup) -> list[tuple[str, str]]:
    """Return what a part of content types says, as another parser reads it."""
    elements = ElementTree.fromstring(bytes(markup))
    return [(e.get("PartName") or e.get("Extension") or "", e.get("ContentType") or "") for e in elements]


@pytest.mark.parametrize(
    ("part", "kind"), [("xl/sheet1.xml", "a/sheet"), ("xl/other.Xml", "a/xml"), ("xl/media/image1.png", None)]
)
def test_a_part_has_the_type_of_its_name_or_else_of_its_extension(part: str, kind: str | None) -> None:
    assert type_of(types(XML, SHEET), part) == kind


def test_extensions_get_a_type_before_names_do() -> None:
    markup = types(XML)
    declare(markup, {"xl/s2.xml": "a/sheet", "xl/p.xml": "a/xml", "xl/a.png": "image/png", "xl/b.png": "image/x"})
    assert said(markup) == [
        ("XML", "a/xml"), ("png", "image/png"), ("/xl/s2.xml", "a/sheet"), ("/xl/b.png", "image/x"),
    ]  # fmt: skip


def test_xml_gets_no_type_by_extension() -> None:
    markup = types()
    declare(markup, {"xl/s.xml": "a/sheet"})
    assert said(markup) == [("/xl/s.xml", "a/sheet")]


def test_a_type_that_was_left_behind_gives_way() -> None:
    markup = types(SHEET)
    declare(markup, {"xl/sheet1.xml": "a/other"})
    assert said(markup) == [("/xl/sheet1.xml", "a/other")]


def test_types_are_forgotten_and_repetitions_dropped() -> None:
    markup = types(XML, SHEET, SHEET.replace("Sheet1", "SHEET1"))
    forget(markup, "XL/sheet1.xml")
    assert said(markup) == [("XML", "a/xml")]
    markup = types(XML, SHEET, XML.replace("XML", "xml"), SHEET.replace("Sheet1", "sheet1"), SHEET.replace("a/", "b/"))
    drop_repetitions(markup)
    assert said(markup) == [("XML", "a/xml"), ("/xl/Sheet1.xml", "a/sheet"), ("/xl/Sheet1.xml", "b/sheet")]
