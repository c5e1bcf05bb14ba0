"""Putting a page into a workbook's package as its last sheet: its parts, styles, content types and names."""

from __future__ import annotations

import re

from sheetgen.page.page import Page
from sheetgen.xlsx import content_types, schema, writer
from sheetgen.xlsx.escapes import quoted_attribute
from sheetgen.xlsx.mark import mark_of, marked_sheet, marks_in
from sheetgen.xlsx.markup import Markup
from sheetgen.xlsx.opc import RELATIONS, TYPES, WORKBOOK, find, part_key, rels_of, source_of
from sheetgen.xlsx.package import Package
from sheetgen.xlsx.relate import relate
from sheetgen.xlsx.remove_sheet import sheets_of
from sheetgen.xlsx.sheet_rows import sheet_part
from sheetgen.xlsx.shell import STYLES, Shell, make
from sheetgen.xlsx.spelling import with_targets
from sheetgen.xlsx.stylesheet import MergedNumbers, merge

_NUMBERED = re.compile(
    r"(xl/(?:worksheets/sheet|drawings/drawing|drawings/vmlDrawing|charts/chart|comments|media/image))(\d+)(\.\w+)",
    re.IGNORECASE,
)
_LAST_SHEET_ID = 65_534
"""The largest that Excel takes."""


def add_sheet(package: Package, page: Page) -> None:
    """Add a page's parts under names that are free, its styles at the end of the workbook's; mark it as added."""
    shell = make([page], page.name, writer.stamp())
    new_names = _free_names(package, shell)
    merged = _merge_styles(package, shell)
    numbers = {style: merged.formats[number] for style, number in shell.styles.items()}
    for name, new_name in new_names.items():
        content = shell.parts[name]
        if name == shell.sheets[page.name]:
            content = b"".join(sheet_part(merged.conditional(content), page, numbers).pieces())
        elif name.endswith(".rels"):
            content = with_targets(content, source_of(name), new_names)
        package.put(new_name, content)
    _declare(package, shell, new_names)
    _enter(package, page.name, new_names[shell.sheets[page.name]], _defined_names(shell))


def _free_names(package: Package, shell: Shell) -> dict[str, str]:
    """Map the shell's own parts of the sheet to names that the workbook has not used, in whatever case.

    A name is used, too, by relations or a content type that a part left behind.
    """
    declared = (override.get("PartName") for override in content_types.overrides(package.markup(TYPES)))
    used = {part_key(name).replace("/_rels/", "/").removesuffix(".rels") for name in (*package.parts, *declared)}
    last: dict[str, int] = {}
    for name in used:
        if match := _NUMBERED.fullmatch(name):
            last[match[1]] = max(last.get(match[1], 0), int(match[2]))

    def free(name: str) -> str:
        return _NUMBERED.sub(
            lambda match: f"{match[1]}{last.get(part_key(match[1]), 0) + int(match[2])}{match[3]}", name
        )

    parts = {name: free(name) for name in shell.parts if _NUMBERED.fullmatch(name)}
    relations = {rels_of(name): rels_of(new_name) for name, new_name in parts.items()}
    return parts | {name: new_name for name, new_name in relations.items() if name in shell.parts}


def _merge_styles(package: Package, shell: Shell) -> MergedNumbers:
    """Add the shell's styles to the workbook's; where it has none, they become its own."""
    second = Markup(shell.parts[STYLES])
    related = package.related("styles")
    name = related or find(package.parts, STYLES) or STYLES
    if not package.has(name):
        package.put(name, f'<styleSheet xmlns="{second.namespace}"/>'.encode())
        _declare(package, shell, {STYLES: name})
    if related is None:
        relate(package, package.workbook, "styles", name)
    first = package.markup(name)
    merged = merge(first, second)
    package.put(name, bytes(first))  # also unchanged, so that grafting twice gives the same file
    return merged


def _declare(package: Package, shell: Shell, new_names: dict[str, str]) -> None:
    """Give the new parts the content types that they have in the shell."""
    types, of_shell = package.markup(TYPES), Markup(shell.parts[TYPES])
    kinds = {new_name: content_types.type_of(of_shell, name) for name, new_name in new_names.items()}
    content_types.drop_repetitions(types)
    content_types.declare(types, {name: kind for name, kind in kinds.items() if kind})
    package.put(TYPES, types)


def _defined_names(shell: Shell) -> list[str]:
    """Return the defined names (print titles, print areas) that the page brings."""
    return re.findall(r"<definedName\b[^>]*>.*?</definedName>", shell.parts[WORKBOOK].decode(), flags=re.DOTALL)


def _enter(package: Package, sheet: str, part: str, defined_names: list[str]) -> None:
    """Enter the sheet in the workbook, behind the last one."""
    relation = relate(package, package.workbook, "worksheet", part)
    workbook = package.markup(package.workbook)
    tags = sheets_of(workbook)
    sheet_id = _free_sheet_id({int(tag.get("sheetId")) for tag in tags})
    entry = f'<sheet xmlns:r="{RELATIONS}" name={quoted_attribute(sheet)} sheetId="{sheet_id}" r:id="{relation}"/>'
    sheets = workbook.root.child("sheets")
    if sheets is None:
        workbook.insert(f"<sheets>{entry}</sheets>", schema.WORKBOOK)
    else:
        workbook.append(sheets, entry)
    local = [re.sub(r'localSheetId="\d+"', f'localSheetId="{len(tags)}"', name) for name in defined_names]
    _define(workbook, [*local, mark_of(sheet, _kept_marks(workbook, sheet))])
    package.put(package.workbook, workbook)


def _kept_marks(workbook: Markup, sheet: str) -> list[str]:
    """Return the names of the marks on other sheets that are there; remove the other marks."""
    others = {tag.get("name").lower() for tag in sheets_of(workbook)} - {sheet.lower()}
    kept = []
    for mark in marks_in(workbook):
        if (marked_sheet(mark) or "").lower() in others:
            kept.append(mark.get("name"))
        else:
            workbook.remove(mark)
    return kept


def _free_sheet_id(taken: set[int]) -> int:
    """Return the number behind the last one, or else the first that is free."""
    last = max(taken, default=0)
    return last + 1 if last < _LAST_SHEET_ID else next(number for number in range(1, last) if number not in taken)


def _define(workbook: Markup, defined_names: list[str]) -> None:
    """Add defined names to the workbook part."""
    names = workbook.root.child("definedNames")
    if names is None:
        workbook.insert(f"<definedNames>{''.join(defined_names)}</definedNames>", schema.WORKBOOK)
    else:
        workbook.append(names, "".join(defined_names))
