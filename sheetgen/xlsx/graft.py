"""Putting a sheet into an existing workbook without touching the rest of it.

Loading and saving with openpyxl would drop cached values, sparklines, text boxes and whatever else it does
not know. Here the new sheet's parts are added to the package, and only what must change does: the content
types, the workbook part and its relations, the styles (which grow at their ends), the list of titles in
docProps/app.xml, and the calculation chain, which is dropped (a stale one makes Excel offer a repair). Every
other part keeps its bytes.
"""

from __future__ import annotations

import os
import re
import zipfile
from pathlib import Path

from sheetgen.errors import UsageError, WorkbookError
from sheetgen.files import replacing
from sheetgen.page.page import Page
from sheetgen.xlsx import writer
from sheetgen.xlsx.add_sheet import add_sheet
from sheetgen.xlsx.opc import WORKBOOK, WORKBOOK_RELS, Package, attribute
from sheetgen.xlsx.reader import DAMAGE, WorkbookFile
from sheetgen.xlsx.remove_sheet import remove_sheet
from sheetgen.xlsx.stylesheet import STYLES

_APP, _CALCULATION_CHAIN = "docProps/app.xml", "xl/calcChain.xml"


def check(path: Path) -> None:
    """Make sure that a sheet can be put into a workbook.

    Raises WorkbookError, saying why, for a file that is absent, damaged, encrypted, Strict, or whose XML
    is written in a way (prefixed namespaces) that this module does not edit.
    """
    WorkbookFile(path)
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
            if damaged:
                raise WorkbookError(f"{path} is damaged ({damaged}); save it again")
            for name, root in ((WORKBOOK, "workbook"), (STYLES, "styleSheet"), (WORKBOOK_RELS, "Relationships")):
                text = archive.read(name).decode("utf-8-sig")
                if not re.search(rf"<{root}[\s>]", text):
                    raise WorkbookError(
                        f"{path} cannot be added to: its {name} uses prefixed names; save it with Excel or LibreOffice"
                    )
    except DAMAGE as error:
        raise WorkbookError(f"{path} is damaged or incomplete ({error}); save it again") from error


def check_writable(path: Path) -> None:
    """Raise UsageError where a workbook, or the folder that a new one is made in, cannot be written to."""
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        raise UsageError(f"{path} is write-protected; allow writing to it and to its folder")


def graft(path: Path, page: Page) -> None:
    """Put a page into a workbook as its last sheet, or in place of the sheet of that name.

    The file is replaced when the new one is whole. Raises WorkbookError as `check` does, and UsageError
    where it cannot be written.
    """
    check(path)
    with zipfile.ZipFile(path) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        package = Package({name: archive.read(name) for name in entries})
    remove_sheet(package, page.name)
    _drop_calculation_chain(package)
    add_sheet(package, page)
    _list_titles(package)
    with replacing(path) as (file, _), zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in package.parts.items():
            entry = entries.get(name) if name not in package.changed else None
            archive.writestr(entry or writer.entry(name), content)


def _drop_calculation_chain(package: Package) -> None:
    """Drop the calculation chain: Excel makes it anew."""
    if _CALCULATION_CHAIN in package.parts:
        package.drop(_CALCULATION_CHAIN)
        rels = re.sub(r'<Relationship\b[^>]*Target="/?(?:xl/)?calcChain\.xml"[^>]*/>', "", package.text(WORKBOOK_RELS))
        package.put(WORKBOOK_RELS, rels)


def _list_titles(package: Package) -> None:
    """Bring the list of sheets in docProps/app.xml up to date, where there is one."""
    if _APP not in package.parts or "<TitlesOfParts>" not in package.text(_APP):
        return
    text = package.text(_APP)
    sheets = [attribute(tag, "name") for tag in re.findall(r"<sheet\b[^>]*/>", package.text(WORKBOOK))]
    counts = re.search(r"<HeadingPairs>.*?<vt:i4>(\d+)</vt:i4>", text, re.DOTALL)
    titles = re.search(r"<TitlesOfParts>.*</TitlesOfParts>", text, re.DOTALL)
    if counts is None or titles is None:
        return
    others = re.findall(r"<vt:lpstr>.*?</vt:lpstr>", titles[0], re.DOTALL)[int(counts[1]) :]
    listed = "".join(f"<vt:lpstr>{name}</vt:lpstr>" for name in sheets) + "".join(others)
    size = len(sheets) + len(others)
    vector = f'<TitlesOfParts><vt:vector size="{size}" baseType="lpstr">{listed}</vt:vector></TitlesOfParts>'
    start, end = counts.span(1)
    text = text[:start] + str(len(sheets)) + text[end:]
    package.put(_APP, re.sub(r"<TitlesOfParts>.*</TitlesOfParts>", lambda _: vector, text, flags=re.DOTALL))
