"""A workbook without its macros."""

from __future__ import annotations

from sheetgen.xlsx import content_types
from sheetgen.xlsx.opc import TYPES
from sheetgen.xlsx.package import Package
from sheetgen.xlsx.remove_sheet import remove_relation

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def remove_macros(package: Package) -> bool:
    """Remove the macros of a workbook and let it be an ordinary one; return whether it had any."""
    found = [relation for relation in package.relations(package.workbook) if relation.kind == "vbaProject"]
    for relation in found:
        for part in package.reachable(relation.part):
            package.drop(part)
        remove_relation(package, relation.id)
    types = package.markup(TYPES)
    if content_types.type_of(types, package.workbook) != _WORKBOOK:
        content_types.declare(types, {package.workbook: _WORKBOOK})
        package.put(TYPES, types)
    return bool(found)
