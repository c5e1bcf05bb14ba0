"""The last sheet of a workbook made its first, and the one that shows when the workbook is opened."""

from __future__ import annotations

from sheetgen.xlsx.opc import RELATION_ID
from sheetgen.xlsx.package import Package
from sheetgen.xlsx.plain_xml import ON
from sheetgen.xlsx.remove_sheet import sheets_of
from sheetgen.xlsx.sheet_shell import changed_shell


def put_last_sheet_first(package: Package) -> None:
    """Move the last sheet to the front, and mend what refers to sheets by their position."""
    workbook = package.markup(package.workbook)
    sheets = sheets_of(workbook)
    *others, last = sheets
    if not others:
        return
    workbook.replace(others[0], workbook.source(last) + workbook.source(others[0]))
    workbook.remove(last)
    names = workbook.root.child("definedNames")
    for name in names.children if names else []:
        if name.get("localSheetId"):
            position = int(name.get("localSheetId"))
            workbook.set(name, "localSheetId", str(0 if position == len(others) else position + 1))
    views = workbook.root.child("bookViews")
    for view in views.children if views else []:
        for attribute in ("activeTab", "firstSheet"):
            if view.get(attribute):
                workbook.set(view, attribute, "0")
    package.put(package.workbook, workbook)
    parts = {relation.id: relation.part for relation in package.relations(package.workbook)}
    for sheet in others:
        _select(package, parts[sheet.get(RELATION_ID)], selected=False)
    _select(package, parts[last.get(RELATION_ID)], selected=True)


def _select(package: Package, sheet: str, *, selected: bool) -> None:
    """Let the tab of a sheet be chosen, or not: of several that are, an edit would change all."""
    if not package.has(sheet):
        return
    with changed_shell(package, sheet) as shell:
        views = shell.root.child("sheetViews")
        for view in views.children if views else []:
            if (view.get("tabSelected") in ON) != selected:
                shell.set(view, "tabSelected", str(int(selected)))
