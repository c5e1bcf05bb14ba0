"""Putting sheets into an existing workbook without touching the rest of it.

Loading and saving with openpyxl would drop cached values, sparklines, text boxes and whatever else it does
not know. Here the new sheets' parts are added to the package, and only what must change does: the content
types, the workbook part and its relations, the styles (which grow at their ends), the list of titles in
docProps/app.xml, and the calculation chain, which is dropped (a stale one makes Excel offer a repair). Every
other part keeps its bytes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from sheetgen.errors import UsageError, WorkbookError
from sheetgen.files import replacing, version_of
from sheetgen.page.page import Page
from sheetgen.xlsx.add_sheet import add_sheet
from sheetgen.xlsx.archive import Entries, read_package, write_package
from sheetgen.xlsx.cells import FileCell
from sheetgen.xlsx.consistency import misfits_of_parts, misfits_of_sheet
from sheetgen.xlsx.mark import is_marked
from sheetgen.xlsx.objections import Objection, objections
from sheetgen.xlsx.package import Package
from sheetgen.xlsx.reader import DAMAGE, WorkbookFile
from sheetgen.xlsx.remove_sheet import is_called, remove_relation, remove_sheet, sheets_of
from sheetgen.xlsx.titles import list_titles

Recogniser = Callable[[Iterable[list[FileCell]]], bool]
"""Says whether a sheet without the mark, by its rows, is one of ours nevertheless."""


@dataclass(frozen=True)
class Grafted:
    """A workbook's package as it was and with pages in it, how it was stored, and what stood against it."""

    before: Package
    package: Package
    entries: Entries
    objections: Sequence[Objection]


def check(path: Path, *sheets: str, recognise: Recogniser = lambda rows: False, force: bool = False) -> None:
    """Make sure that sheets of these names can be put into a workbook, by doing so without writing the file.

    Raises WorkbookError, saying why, for a file that is absent, damaged, encrypted or Strict, for one that has a
    sheet of such a name, in capitals or not, that is not ours (it neither bears a mark nor is recognised), and for one
    whose parts would not fit together. Raises UsageError for what is no regular file and, without ``force``, for one
    that is digitally signed or whose structure is locked.
    """
    version_of(path)
    grafted = _grafted(path, [_probe(sheet) for sheet in sheets], recognise, force)
    _require_consistent(path, grafted, grafted.package, sheets)


def _probe(sheet: str) -> Page:
    """Return a page of this name with as little on it as shows whether it fits."""
    page = Page(sheet)
    page.put("A1", "")
    page.flags.append("A1")
    return page


def check_writable(path: Path) -> None:
    """Raise UsageError where a workbook, or the folder that a new one is made in, cannot be written to."""
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        raise UsageError(f"{path} is write-protected; allow writing to it and to its folder")


def graft(
    path: Path,
    *pages: Page,
    recognise: Recogniser = lambda rows: False,
    force: bool = False,
    instead_of: Sequence[str] = (),
) -> Sequence[Objection]:
    """Put pages into a workbook as its last sheets, in place of the sheets of ours of their names, and of those named
    besides.

    The file is replaced when the new one is whole and its parts fit together. Returns what ``force`` overrode.
    Raises WorkbookError and UsageError as `check` does, and UsageError where the file cannot be written, or was changed
    by another program meanwhile.
    """
    seen = version_of(path)
    grafted = _grafted(path, pages, recognise, force, instead_of)
    check_writable(path)
    with replacing(path, seen) as (file, draft):
        write_package(file, grafted.package, grafted.entries)
        file.flush()
        _require_consistent(path, grafted, read_package(draft)[0], [page.name for page in pages])
    return grafted.objections


def _grafted(
    path: Path, pages: Sequence[Page], recognise: Recogniser, force: bool, instead_of: Sequence[str] = ()
) -> Grafted:
    """Return the package of a workbook with pages in it."""
    file = WorkbookFile(path)
    with _telling_damage(path):
        package, entries = read_package(path)
        before = Package(dict(package.parts))
        _refuse_other_documents(path, package)
        for page in pages:
            _refuse_foreign_sheet(file, package, page.name, recognise)
        objected = list(objections(package))
        if objected and not force:
            _refuse(path, objected)
        ours = [name for name in instead_of if is_marked(package.markup(package.workbook), name)]
        for name in (*(page.name for page in pages), *ours):
            remove_sheet(package, name)
        _drop_calculation_chain(package)
        for page in pages:
            add_sheet(package, page)
        list_titles(package)
    return Grafted(before, package, entries, objected)


@contextmanager
def _telling_damage(path: Path) -> Iterator[None]:
    """Raise WorkbookError for what reading a damaged file raises."""
    try:
        yield
    except DAMAGE as error:
        raise WorkbookError(f"{path} is damaged or incomplete ({error}); save it again") from error


def _refuse(path: Path, objected: Sequence[Objection]) -> None:
    problems = " and ".join(objection.problem for objection in objected)
    raise UsageError(f"{path} {problems}", "to add the sheet nevertheless, say so with --force")


def _require_consistent(path: Path, grafted: Grafted, result: Package, sheets: Sequence[str]) -> None:
    """Raise WorkbookError where the parts of the result do not fit together.

    What did not fit before, in parts that were not changed, is let be: their writer may know a program that opens it.
    """
    with _telling_damage(path):
        known = set(misfits_of_parts(grafted.before))
        found = [*misfits_of_parts(result), *chain.from_iterable(misfits_of_sheet(result, sheet) for sheet in sheets)]
    for misfit in found:
        if misfit.part in grafted.package.changed or misfit not in known:
            raise WorkbookError(
                f"with the sheet {', '.join(sheets)} in it {path} would not open everywhere ({misfit}), "
                "and it was left as it was",
                "save it anew in a spreadsheet program, or take another workbook",
            )


def _refuse_other_documents(path: Path, package: Package) -> None:
    if package.markup(package.workbook).root.name != "workbook":
        raise WorkbookError(f"{path} is no .xlsx workbook, but another document")


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
