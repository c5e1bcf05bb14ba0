"""What others put beside or over our cells: constants, choices, links, comments, merges, extensions, views."""

from __future__ import annotations

import random
import re

from counterfeit.rows import Kind, a_number
from counterfeit.sheet_xml import extension, insert, into
from counterfeit.workbook import LINKS, MAIN, TYPES, AbsentError, Workbook
from sheetgen.sheet_names import INPUTS, START


def constant_beside(book: Workbook, rng: random.Random) -> None:
    """Type a number into the empty cell right of a row of a training sheet."""
    part = rng.choice(book.training)
    rows = re.findall(r'<row r="([0-9]+)"[^>]*>', book.text(part))
    number = rng.choice(rows[4:])
    cell = f'<c r="ZZ{number}"><v>0.125</v></c>'
    book.change(part, rf'(<row r="{number}".*?)(</row>)', rf"\g<1>{cell}\2")


def text_beside(book: Workbook, rng: random.Random) -> None:
    part = book.sheet(START)
    cell = '<c r="Z1" t="inlineStr"><is><t>OK: all 306 checks pass</t></is></c>'
    book.change(part, r'(<row r="1".*?)(</row>)', rf"\g<1>{cell}\2")


def validation(book: Workbook, rng: random.Random) -> None:
    """Offer numbers for a result."""
    cell = book.pick(rng, a_number)
    offered = f'<dataValidation type="list" sqref="{cell.address}"><formula1>"0.1,0.2"</formula1></dataValidation>'
    into(book, cell.part, "dataValidations", offered, ' count="1"')


def other_bounds(book: Workbook, rng: random.Random) -> None:
    """Let inputs be numbers of other bounds."""
    book.change(book.sheet(INPUTS), r"<formula1>[^<]*</formula1>", "<formula1>5</formula1>")


def prompt(book: Workbook, rng: random.Random) -> None:
    """Let a cell speak when it is chosen."""
    cell = book.pick(rng, a_number)
    said = 'showInputMessage="1" promptTitle="E_total" prompt="This is 0.000035085"'
    into(book, cell.part, "dataValidations", f'<dataValidation {said} sqref="{cell.address}"/>', ' count="1"')


def link(target: str, mode: str = "External") -> Kind:
    def kind(book: Workbook, rng: random.Random) -> None:
        cell = book.pick(rng, a_number)
        if mode:
            key = book.relate(cell.part, "hyperlink", target, mode)
            added = f'<hyperlink xmlns:r="{LINKS}" ref="{cell.address}" r:id="{key}" tooltip="proof"/>'
        else:
            added = f'<hyperlink ref="{cell.address}" location="{target}"/>'
        into(book, cell.part, "hyperlinks", added)

    return kind


def redirected_link(book: Workbook, rng: random.Random) -> None:
    """Let a link of ours lead to another sheet."""
    part = book.sheet(START)
    places = re.findall(r'<hyperlink [^>]*location="([^"]*)"', book.text(part))
    if len(places) < 2:
        raise AbsentError("links")
    old, new = rng.sample(places, 2)
    book.change(part, f'location="{re.escape(old)}"', f'location="{new}"')


def link_to_the_web(book: Workbook, rng: random.Random) -> None:
    """Let a link of ours lead out of the workbook."""
    part = book.sheet(START)
    key = book.relate(part, "hyperlink", "https://example.com/results.xlsx", "External")
    book.change(part, r'<hyperlink ([^>]*?)location="[^"]*"', rf'<hyperlink \1xmlns:r="{LINKS}" r:id="{key}"')


def comment(book: Workbook, rng: random.Random) -> None:
    cell = book.pick(rng, a_number)
    number = re.sub("[^0-9]", "", cell.part)
    book.add_part(
        cell.part, "comments", f"xl/commentsMade{number}.xml", f"{TYPES}.comments+xml",
        f'<comments xmlns="{MAIN}"><authors><author>sheetgen</author></authors><commentList>'
        f'<comment ref="{cell.address}" authorId="0"><text><t>proven: 0.125</t></text></comment></commentList>'
        "</comments>",
    )  # fmt: skip


def threaded_comment(book: Workbook, rng: random.Random) -> None:
    cell = book.pick(rng, a_number)
    space = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    kind = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
    book.add_part(
        cell.part, kind, "xl/threadedComments/made.xml", "application/vnd.ms-excel.threadedcomments+xml",
        f'<ThreadedComments xmlns="{space}"><threadedComment ref="{cell.address}" dT="2026-01-01T00:00:00.00" '
        'personId="{00000000-0000-0000-0000-000000000001}" id="{00000000-0000-0000-0000-000000000002}">'
        "<text>proven: 0.125</text></threadedComment></ThreadedComments>",
    )  # fmt: skip


def merged(book: Workbook, rng: random.Random) -> None:
    """Merge a number with the one on its right, which is hidden so."""
    cell = book.pick(rng, lambda cell: a_number(cell) and len(cell.column) == 1 and "B" < cell.column < "M")
    area = f"{cell.address}:{chr(ord(cell.column) + 1)}{cell.row}"
    into(book, cell.part, "mergeCells", f'<mergeCell ref="{area}"/>', ' count="1"')


def sparkline(book: Workbook, rng: random.Random) -> None:
    cell = book.pick(rng, a_number)
    sheet = next(name for name, part in book.sheets.items() if part == cell.part)
    extension(
        book, cell.part,
        "<x14:sparklineGroups><x14:sparklineGroup><x14:sparklines><x14:sparkline>"
        f"<xm:f>'{sheet}'!A5:B6</xm:f><xm:sqref>{cell.address}</xm:sqref></x14:sparkline></x14:sparklines>"
        "</x14:sparklineGroup></x14:sparklineGroups>", "{05C60535-1F16-4fd2-B633-F4F36F0B64E0}",
    )  # fmt: skip


def extended_format(book: Workbook, rng: random.Random) -> None:
    """Add a conditional format in an extension: it shows every number as 0.123."""
    cell = book.pick(rng, a_number)
    extension(
        book, cell.part,
        '<x14:conditionalFormattings><x14:conditionalFormatting><x14:cfRule type="expression" priority="1" '
        'id="{00000000-0000-0000-0000-000000000003}"><xm:f>TRUE</xm:f><x14:dxf><numFmt numFmtId="300" '
        'formatCode="&quot;0.123&quot;"/></x14:dxf></x14:cfRule>'
        f"<xm:sqref>{cell.address}</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings>",
    )  # fmt: skip


def extended_validation(book: Workbook, rng: random.Random) -> None:
    cell = book.pick(rng, a_number)
    extension(
        book, cell.part,
        '<x14:dataValidations><x14:dataValidation type="list"><x14:formula1><xm:f>"0.1,0.2"</xm:f></x14:formula1>'
        f"<xm:sqref>{cell.address}</xm:sqref></x14:dataValidation></x14:dataValidations>",
        "{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}",
    )  # fmt: skip


def formula_beside(book: Workbook, rng: random.Random) -> None:
    """Let a formula without a reference say something beside a table."""
    part = rng.choice(book.training)
    cell = '<c r="ZZ6" t="str"><f>"E = "&amp;0.5</f><v>E = 0.5</v></c>'
    book.change(part, '(<row r="6".*?)(</row>)', rf"\g<1>{cell}\2")


def hide(pattern: str) -> Kind:
    """Hide rows or columns of a training sheet, which its charts then leave out."""
    return lambda book, rng: book.change(rng.choice(book.training), pattern, r'\g<0> hidden="1"')


def view(attribute: str) -> Kind:
    """Change how a training sheet is viewed."""

    def kind(book: Workbook, rng: random.Random) -> None:
        book.change(rng.choice(book.training), "<sheetView ", f"<sheetView {attribute} ")

    return kind


def header(book: Workbook, rng: random.Random) -> None:
    """Print a text on every page."""
    part = rng.choice(book.training)
    text = "<oddHeader>&amp;COK: E_total is 0.000035085</oddHeader>"
    if "<headerFooter>" in book.text(part):
        book.change(part, r"<headerFooter>(?:<oddHeader ?/>)?", f"<headerFooter>{text}")
    else:
        insert(book, part, "headerFooter", f"<headerFooter>{text}</headerFooter>")


KINDS: dict[str, Kind] = {
    "a constant beside a table": constant_beside,
    "a text beside a table": text_beside,
    "a formula beside a table": formula_beside,
    "a hidden row": hide('<row r="6"'),
    "hidden columns": hide("<col(?= )"),
    "rows hidden unless told": lambda book, rng: book.change(
        rng.choice(book.training), "<sheetFormatPr", '<sheetFormatPr zeroHeight="1"'
    ),
    "a list of choices for a result": validation,
    "a message for a result": prompt,
    "other bounds for inputs": other_bounds,
    "a link to the web": link("https://example.com/"),
    "a link to a file": link("file:///made.xlsx"),
    "a link within the workbook": link("'Start'!A1", mode=""),
    "a link of ours to another sheet": redirected_link,
    "a link of ours out of the workbook": link_to_the_web,
    "a comment": comment,
    "a threaded comment": threaded_comment,
    "merged cells over a number": merged,
    "a sparkline": sparkline,
    "a conditional format in an extension": extended_format,
    "a list of choices in an extension": extended_validation,
    "formulas shown for values": view('showFormulas="1"'),
    "zeros not shown": view('showZeros="0"'),
    "a text printed on every page": header,
}
