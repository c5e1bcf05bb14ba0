"""Rows that are taken apart as text are what an XML reader reads in them; all others are left to that reader."""

from __future__ import annotations

import io
from xml.etree import ElementTree

import pytest

from sheetgen.xlsx.cells import MAIN
from sheetgen.xlsx.plain_rows import PlainRow, plain_row
from sheetgen.xlsx.sheet_reader import SheetReader

PLAIN = {
    "a number": '<row r="7"><c r="A7"><v>1.5</v></c></row>',
    "a text": '<row r="7" ht="20.5" customHeight="1"><c r="B7" s="3" t="inlineStr"><is><t>½η &lt; 1</t></is></c></row>',
    "spaces": '<row r="7"><c r="A7" t="inlineStr"><is><t xml:space="preserve"> a\n b </t></is></c></row>',
    "a formula": '<row r="7"><c r="A7" t="str"><f>B1&amp;"&gt;&amp;lt;"</f><v>&amp;lt;</v></c></row>',
    "an empty text": '<row r="7"><c r="A7" t="str"><f>""</f><v></v></c></row>',
    "no value": '<row r="7" hidden="1"><c r="A7" s="2"/><c r="C7" s="2"></c></row>',
    "an array": '<row r="7"><c r="A7"><f t="array" ref="A7:B7">SUM(B1:B2)</f><v>1</v></c></row>',
    "a shared formula": '<row r="7"><c r="AB7"><f t="shared" ref="AB7:AB9" si="0">B1</f><v>1</v></c></row>',
    "as LibreOffice writes": '<row r="7"><c r="A7" s="0" t="b"><f aca="false">TRUE</f><v>1</v></c></row>',
    "an error": '<row r="7"><c r="A7" t="e"><v>#NUM!</v></c></row>',
}
OTHER = {
    "a prefix": '<x:row r="7"></x:row>',
    "a namespace": '<row r="7" xmlns="other"><c r="A7"/></row>',
    "an attribute twice": '<row r="7" ht="1" ht="2"></row>',
    "its number twice": '<row r="7" r="8"></row>',
    "an attribute of a formula twice": '<row r="7"><c r="A7"><f t="array" t="normal">B1</f></c></row>',
    "a namespace of a formula": '<row r="7"><c r="A7"><f xmlns="other">B1</f></c></row>',
    "single quotes": "<row r='7'></row>",
    "a reference by number": '<row r="7"><c r="A7"><v>&#49;</v></c></row>',
    "an entity of its own": '<row r="7"><c r="A7"><v>&one;</v></c></row>',
    "a return": '<row r="7"><c r="A7" t="str"><v>a\r\nb</v></c></row>',
    "a bracket that XML forbids": '<row r="7"><c r="A7" t="str"><v>]]></v></c></row>',
    "a control": '<row r="7"><c r="A7" t="str"><v>\x01</v></c></row>',
    "no character": '<row r="7"><c r="A7" t="str"><v>\uffff</v></c></row>',
    "no UTF-8": b'<row r="7"><c r="A7" t="str"><v>\xed\xa0\x80</v></c></row>',
    "two values": '<row r="7"><c r="A7"><v>1</v><v>2</v></c></row>',
    "a value and a text": '<row r="7"><c r="A7"><v>1</v><is><t>2</t></is></c></row>',
    "a picture": '<row r="7"><c r="A7" vm="1"><v>1</v></c></row>',
    "pieces of a text": '<row r="7"><c r="A7" t="inlineStr"><is><r><t>a</t></r></is></c></row>',
    "a space between cells": '<row r="7"> <c r="A7"/></row>',
    "an extension": '<row r="7"><extLst/></row>',
    "two rows": '<row r="7"/><row r="8"></row>',
}


def as_bytes(xml: str | bytes) -> bytes:
    return xml if isinstance(xml, bytes) else xml.encode()


def texts(element: ElementTree.Element, name: str) -> list[str]:
    return [part.text or "" for part in element.iter(name)]


def of_xml(xml: str) -> list[tuple[str | None, ...]]:
    """Return the address, style and kind of every cell, and its texts, as ElementTree reads them."""
    return [
        (cell.get("r"), cell.get("s", "0"), cell.get("t", "n"), *texts(cell, "f"), *texts(cell, "v"), *texts(cell, "t"))
        for cell in ElementTree.fromstring(xml)
    ]


def of_row(row: PlainRow) -> list[tuple[str | None, ...]]:
    return [
        (
            cell.address,
            cell.style,
            cell.kind,
            *([] if cell.attributes is None else [cell.formula]),
            *(text for text in (cell.value, cell.inline) if text is not None),
        )
        for cell in row.cells
    ]


@pytest.mark.parametrize("xml", PLAIN.values(), ids=PLAIN)
def test_plain_rows(xml: str) -> None:
    row = plain_row(xml.encode())
    assert row is not None
    element = ElementTree.fromstring(xml)
    assert {"r": str(row.number)} | row.attributes == element.attrib
    assert of_row(row) == of_xml(xml)
    formulas = [cell.attributes for cell in row.cells if cell.attributes is not None]
    assert formulas == [part.attrib for part in element.iter("f")]


@pytest.mark.parametrize("xml", OTHER.values(), ids=OTHER)
def test_other_rows(xml: str | bytes) -> None:
    assert plain_row(as_bytes(xml)) is None


@pytest.mark.parametrize("space", ["", "other"])
def test_rows_of_another_namespace_are_not_taken_for_ours(space: str) -> None:
    """The first row declares its own."""
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(1, 5))
    rows = rows.replace("<row ", f'<row xmlns="{MAIN[1:-1]}" ', 1)
    xml = f'<x:worksheet xmlns:x="{MAIN[1:-1]}" xmlns="{space}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    with pytest.raises(ValueError, match="among its rows"):
        list(SheetReader(list).rows(io.BytesIO(xml.encode())))
