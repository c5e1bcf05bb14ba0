"""Putting a sheet into an existing workbook without touching the rest of it.

Loading and saving with openpyxl would drop cached values, sparklines, text boxes and whatever else it does
not know. Here the new sheet's parts are added to the package, and only what must change does: the content
types, the workbook part and its relations, the styles (which grow at their ends), the list of titles in
docProps/app.xml, and the calculation chain, which is dropped (a stale one makes Excel offer a repair). Every
other part keeps its bytes.
"""

from __future__ import annotations

import os
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from sheetgen.errors import UsageError, WorkbookError
from sheetgen.files import replacing, version_of
from sheetgen.page.page import Page
from sheetgen.xlsx import writer
from sheetgen.xlsx.add_sheet import add_sheet
from sheetgen.xlsx.cells import FileCell
from sheetgen.xlsx.mark import is_marked
from sheetgen.xlsx.opc import Package
from sheetgen.xlsx.reader import DAMAGE, WorkbookFile
from sheetgen.xlsx.remove_sheet import is_called, remove_relation, remove_sheet, sheets_of
from sheetgen.xlsx.titles import list_titles

Recogniser = Callable[[Iterable[list[FileCell]]], bool]
"""Says whether a sheet without the mark, by its rows, is one of ours nevertheless."""


def check(path: Path, sheet: str, recognise: Recogniser = lambda rows: False) -> None:
    """Make sure that a sheet of this name can be put into a workbook, by doing so without writing the file.

    Raises WorkbookError, saying why, for a file that is absent, damaged, encrypted or Strict, and for one that has a
    sheet of that name, in capitals or not, that is not ours: it neither bears the mark nor is recognised. Raises
    UsageError for what is no regular file.
    """
    version_of(path)
    probe = Page(sheet)
    probe.put("A1", "")
    probe.flags.append("A1")
    _grafted(path, probe, recognise)


def check_writable(path: Path) -> None:
    """Raise UsageError where a workbook, or the folder that a new one is made in, cannot be written to."""
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        raise UsageError(f"{path} is write-protected; allow writing to it and to its folder")


def graft(path: Path, page: Page, recognise: Recogniser = lambda rows: False) -> None:
    """Put a page into a workbook as its last sheet, or in place of the sheet of ours of that name.

    The file is replaced when the new one is whole. Raises WorkbookError as `check` does, and UsageError
    where it cannot be written, or was changed by another program meanwhile.
    """
    seen = version_of(path)
    package, entries = _grafted(path, page, recognise)
    check_writable(path)
    with replacing(path, seen) as (file, _), zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in package.parts.items():
            entry = entries.get(name) if name not in package.changed else None
            archive.writestr(entry or writer.entry(name), content)


def _grafted(path: Path, page: Page, recognise: Recogniser) -> tuple[Package, dict[str, zipfile.ZipInfo]]:
    """Return the package of a workbook with a page in it, and the file's own entries by name."""
    file = WorkbookFile(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = {entry.filename: entry for entry in archive.infolist()}
            package = Package({name: archive.read(name) for name in entries})
        _refuse_doubled_parts(path, package)
        _refuse_foreign_sheet(file, package, page.name, recognise)
        remove_sheet(package, page.name)
        _drop_calculation_chain(package)
        add_sheet(package, page)
        list_titles(package)
    except DAMAGE as error:
        raise WorkbookError(f"{path} is damaged or incomplete ({error}); save it again") from error
    return package, entries


def _refuse_doubled_parts(path: Path, package: Package) -> None:
    doubled = [name for name, count in Counter(map(str.lower, package.parts)).items() if count > 1]
    if doubled:
        raise WorkbookError(f"{path} is damaged: two of its parts are called {doubled[0]}, in capitals or not")


def _refuse_foreign_sheet(file: WorkbookFile, package: Package, name: str, recognise: Recogniser) -> None:
    """Raise WorkbookError where a sheet of that name is there and is not ours."""
    workbook = package.markup(package.workbook)
    for sheet in sheets_of(workbook):
        there = sheet.get("name")
        if not is_called(sheet, name) or is_marked(workbook, there):
            continue
        if there in file.sheet_names and recognise(file.rows(there)):
            continue
        hidden = " (it is hidden)" if sheet.get("state", "visible") != "visible" else ""
        raise WorkbookError(
            f"{file.path} has a sheet '{there}' that is not ours{hidden}, and it is not replaced; "
            "give that sheet another name, or take another workbook"
        )


def _drop_calculation_chain(package: Package) -> None:
    """Drop the calculation chain: Excel makes it anew."""
    for relation in package.relations(package.workbook):
        if relation.kind == "calcChain":
            package.drop(relation.part)
            remove_relation(package, relation.id)
