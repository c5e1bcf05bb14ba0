"""Taking a sheet out of a workbook's package, with all that only it uses."""

from __future__ import annotations

from sheetgen.xlsx.elements import Element
from sheetgen.xlsx.markup import Markup
from sheetgen.xlsx.opc import RELATION_ID, rels_of
from sheetgen.xlsx.package import Package


def remove_sheet(package: Package, name: str) -> None:
    """Remove the sheet of a name, in capitals or not, where there is one, with the parts that only it uses."""
    workbook = package.markup(package.workbook)
    sheets = sheets_of(workbook)
    index = next((index for index, sheet in enumerate(sheets) if is_called(sheet, name)), None)
    if index is None:
        return
    relation = sheets[index].get(RELATION_ID)
    parts = {other.id: other.part for other in package.relations(package.workbook)}
    workbook.remove(sheets[index])
    _shift_positions(workbook, index)
    package.put(package.workbook, workbook)
    remove_relation(package, relation)
    own = package.reachable(parts.pop(relation))
    for unused in own - {reached for part in parts.values() for reached in package.reachable(part)}:
        package.drop(unused)


def sheets_of(workbook: Markup) -> list[Element]:
    """Return the elements of the workbook part that name its sheets, in the order of the tabs."""
    sheets = workbook.root.child("sheets")
    return list(sheets.all("sheet")) if sheets else []


def is_called(sheet: Element, name: str) -> bool:
    """Whether a sheet bears a name; names that differ in case only are one name."""
    return sheet.get("name").lower() == name.lower()


def remove_relation(package: Package, identifier: str) -> None:
    """Remove a relation of the workbook part."""
    rels = package.markup(rels_of(package.workbook))
    for relation in rels.root.children:
        if relation.get("Id") == identifier:
            rels.remove(relation)
    package.put(rels_of(package.workbook), rels)


def _shift_positions(workbook: Markup, removed: int) -> None:
    """Mend what refers to sheets by their position, when one is removed."""
    names = workbook.root.child("definedNames")
    local = [name for name in names.children if name.get("localSheetId")] if names else []
    own = [name for name in local if int(name.get("localSheetId")) == removed]
    for name in local:
        if (position := int(name.get("localSheetId"))) > removed:
            workbook.set(name, "localSheetId", str(position - 1))
    if names and own == names.children:
        workbook.remove(names)
    else:
        for name in own:
            workbook.remove(name)
    views = workbook.root.child("bookViews")
    for view in views.children if views else []:
        for attribute in ("activeTab", "firstSheet"):
            if position := int(view.get(attribute, "0")):
                workbook.set(view, attribute, str(max(position - (position >= removed), 0)))
