"""What others added to a workbook: sheets, names, macros, links to other files, tables."""

from __future__ import annotations

import random
import re

from counterfeit.rows import Kind
from counterfeit.sheet_xml import insert
from counterfeit.workbook import LINKS, MAIN, TYPES, WORKBOOK, Workbook
from sheetgen.sheet_names import ERROR, RESERVED

_FIGURES = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>OK: all 306 checks pass</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>E_total</t></is></c><c r="B2"><v>0.000035085</v></c></row>'
)


def hidden(state: str) -> Kind:
    """Hide every sheet of ours beside a foreign one."""

    def kind(book: Workbook, rng: random.Random) -> None:
        book.change(WORKBOOK, '<sheet ([^>]*?) ?state="visible"', r"<sheet \1", count=0)
        book.change(WORKBOOK, "<sheet ", f'<sheet state="{state}" ', count=0)
        book.add_sheet("Results", _FIGURES)
        book.change(WORKBOOK, 'activeTab="[0-9]+"', f'activeTab="{len(book.sheets) - 1}"')

    return kind


def foreign_sheet(book: Workbook, rng: random.Random) -> None:
    book.add_sheet("Results", _FIGURES, first=rng.random() < 0.5)


def name(element: str) -> Kind:
    """Add a defined name."""

    def kind(book: Workbook, rng: random.Random) -> None:
        if "<definedNames>" in book.text(WORKBOOK):
            book.change(WORKBOOK, "</definedNames>", lambda found: element + found[0])
        else:
            book.change(WORKBOOK, "</sheets>", lambda found: f"{found[0]}<definedNames>{element}</definedNames>")

    return kind


def macros(book: Workbook, rng: random.Random) -> None:
    """Add a project of macros."""
    kind = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    book.add_part(WORKBOOK, kind, "xl/vbaProject.bin", "application/vnd.ms-office.vbaProject", b"\xd0\xcf\x11\xe0" * 8)


def other_workbook(book: Workbook, rng: random.Random) -> None:
    """Link another workbook."""
    key = book.add_part(
        WORKBOOK, "externalLink", "xl/externalLinks/externalLink1.xml", f"{TYPES}.externalLink+xml",
        f'<externalLink xmlns="{MAIN}" xmlns:r="{LINKS}"><externalBook r:id="rIdMade"><sheetNames>'
        '<sheetName val="Sheet1"/></sheetNames></externalBook></externalLink>',
    )  # fmt: skip
    book.add(
        "xl/externalLinks/_rels/externalLink1.xml.rels",
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
        f'Id="rIdMade" Type="{LINKS}/externalLinkPath" Target="file:///made.xlsx" TargetMode="External"/>'
        "</Relationships>",
    )
    references = f'<externalReferences><externalReference r:id="{key}"/></externalReferences>'
    book.change(WORKBOOK, "</sheets>", lambda found: found[0] + references)


def connection(book: Workbook, rng: random.Random) -> None:
    """Add a connection that fetches data when the workbook is opened."""
    book.add_part(
        WORKBOOK, "connections", "xl/connections.xml", f"{TYPES}.connections+xml",
        f'<connections xmlns="{MAIN}"><connection id="1" name="made" type="4" refreshedVersion="8" refreshOnLoad="1">'
        '<webPr url="https://example.com/"/></connection></connections>',
    )  # fmt: skip


def table(book: Workbook, rng: random.Random) -> None:
    """Make a table of the first rows of Error."""
    part = book.sheet(ERROR)
    key = book.add_part(
        part, "table", "xl/tables/table1.xml", f"{TYPES}.table+xml",
        f'<table xmlns="{MAIN}" id="1" name="made" displayName="made" ref="A4:B6"><autoFilter ref="A4:B6">'
        '<filterColumn colId="0"><filters><filter val="0"/></filters></filterColumn></autoFilter>'
        '<tableColumns count="2"><tableColumn id="1" name="a"/><tableColumn id="2" name="b"/></tableColumns></table>',
    )  # fmt: skip
    insert(book, part, "tableParts", f'<tableParts xmlns:r="{LINKS}" count="1"><tablePart r:id="{key}"/></tableParts>')


def training_sheet_hidden(book: Workbook, rng: random.Random) -> None:
    """Hide a training sheet behind a foreign one of nearly its name."""
    own = rng.choice([sheet for sheet in book.sheets if sheet not in RESERVED])
    book.change(WORKBOOK, f'<sheet ([^>]*name="{re.escape(own)}"[^>]*?) ?state="visible"', r"<sheet \1")
    book.change(WORKBOOK, f'<sheet ([^>]*name="{re.escape(own)}")', r'<sheet state="veryHidden" \1')
    book.add_sheet(f"{own} ", _FIGURES)


KINDS: dict[str, Kind] = {
    "our sheets hidden beside a foreign one": hidden("hidden"),
    "our sheets very hidden beside a foreign one": hidden("veryHidden"),
    "a training sheet hidden behind a foreign one": training_sheet_hidden,
    "a foreign sheet of constants": foreign_sheet,
    "a defined name": name("<definedName name=\"made\">'Start'!$A$1</definedName>"),
    "a defined name of a function": name('<definedName name="EXP" function="1">1</definedName>'),
    "a defined name that runs macros": name(
        '<definedName name="_xlnm.Auto_Open" xlm="1" hidden="1">\'Start\'!$A$1</definedName>'
    ),
    "macros": macros,
    "a link to another workbook": other_workbook,
    "a connection to data": connection,
    "a table with a filter": table,
}
