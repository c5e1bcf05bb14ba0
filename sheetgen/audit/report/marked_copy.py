"""A copy of the workbook with the findings as notes on its cells, and a first sheet that lists them.

Every other part keeps its bytes: charts, looks, and the notes that are there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from io import BytesIO
from itertools import count

from sheetgen.audit.book import Place
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.outcome import Report
from sheetgen.audit.report.audit_page import audit_page
from sheetgen.audit.report.sentences import consequence, short_label
from sheetgen.audit.report.values import told_apart
from sheetgen.errors import WorkbookError
from sheetgen.xlsx.add_sheet import add_sheet
from sheetgen.xlsx.archive import read_package, write_package
from sheetgen.xlsx.first_sheet import put_last_sheet_first
from sheetgen.xlsx.macros import remove_macros
from sheetgen.xlsx.objections import objections
from sheetgen.xlsx.opc import RELATION_ID
from sheetgen.xlsx.package import Package
from sheetgen.xlsx.reader import DAMAGE
from sheetgen.xlsx.remarks import add_remarks
from sheetgen.xlsx.remove_sheet import sheets_of
from sheetgen.xlsx.titles import list_titles

_NOTED = 20
"""The areas of one finding that get a note each, on their first cell."""


@dataclass(frozen=True)
class MarkedCopy:
    """The file, and what a person should know of it."""

    content: bytes
    notes: tuple[str, ...] = ()


def marked_copy(report: Report) -> MarkedCopy:
    """Return a copy, an .xlsx, of the audited workbook with its findings in it; the workbook itself is not touched.

    Raises WorkbookError for a workbook that is damaged.
    """
    try:
        package, entries = read_package(report.path)
        notes = _mark(package, report)
        file = BytesIO()
        write_package(file, package, entries)
    except DAMAGE as error:
        raise WorkbookError(f"{report.path} cannot be copied with marks ({error}); save it again") from error
    return MarkedCopy(file.getvalue(), tuple(notes))


def _mark(package: Package, report: Report) -> list[str]:
    """Put the findings into a workbook; return what a person should know of the copy."""
    told = [f"in the copy {objection.consequence}" for objection in objections(package)]
    if remove_macros(package):
        told.append("the copy has no macros")
    parts = _sheet_parts(package)
    for sheet, remarks in _remarks(report).items():
        if sheet in parts:
            left = add_remarks(package, parts[sheet], remarks)
            told += [f"{cell} of {sheet!r} has a thread of comments, and got no note" for cell in left]
    taken = {tag.get("name").lower() for tag in sheets_of(package.markup(package.workbook))}
    names = ("Audit", *(f"Audit {number}" for number in range(2, len(taken) + 3)))
    add_sheet(package, audit_page(report, next(name for name in names if name.lower() not in taken)))
    put_last_sheet_first(package)
    list_titles(package)
    return told


def _sheet_parts(package: Package) -> dict[str, str]:
    """Map the name of each sheet to its part."""
    parts = {relation.id: package.name(relation.part) for relation in package.relations(package.workbook)}
    tags = sheets_of(package.markup(package.workbook))
    return {tag.get("name"): parts[tag.get(RELATION_ID)] for tag in tags}


def _remarks(report: Report) -> dict[str, dict[str, str]]:
    """Return the notes by sheet and cell; a cell with several findings has one note."""
    texts: dict[Place, list[str]] = defaultdict(list)
    for number, finding in zip(count(1), [*report.wrong, *report.notices], strict=False):
        for area in finding.areas[:_NOTED]:
            place = area.first
            texts[place].append(_text(number, finding, place))
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for place, several in texts.items():
        found[place.sheet][place.address] = "\n\n".join(several)
    return found


def _text(number: int, finding: Finding, place: Place) -> str:
    """Return the note of a finding on a cell; its first line is the title."""
    what = f"{short_label(finding)}: " if finding.label else ""
    lines = [f"Audit {number}: {what}{'wrong' if finding.weight == Weight.WRONG else 'to know'}", finding.words]
    if place == finding.first:
        value, right_value = told_apart(finding.value, finding.right_value)
        if finding.right_formula is not None:
            lines.append(f"Right would be: ={finding.right_formula}")
        if right_value:
            lines.append(f"It is {value}, and right would be {right_value}." if value else f"Right: {right_value}")
        lines.append(consequence(finding))
    else:
        lines.append(f"As in {finding.first.address}.")
    return "\n".join(line for line in lines if line)
