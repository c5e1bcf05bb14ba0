"""What a workbook holds beside the network's sheets, or hides of them: shown, and not proven."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from sheetgen.proof.compare_formula import cell_name
from sheetgen.xlsx.cells import MAIN, FileCell
from sheetgen.xlsx.mark import is_mark
from sheetgen.xlsx.plain_xml import OFF
from sheetgen.xlsx.reader import WorkbookFile

_OF_PRINTING = ("_xlnm.Print_Area", "_xlnm.Print_Titles", "_xlnm._FilterDatabase")
"""The names by which programs keep what is printed, and which rows are filtered."""
_TOLD = {
    "vbaProject": "macros",
    "externalLink": "links to other workbooks",
    "externalLinkPath": "links to other workbooks",
    "connections": "connections to data elsewhere",
    "pivotCacheDefinition": "pivot tables",
}
"""What the workbook part may lead to that is more than sheets and their looks, by the kind of the relation."""


def beside_the_network(file: WorkbookFile, ours: Set[str], extra: Mapping[str, list[FileCell]]) -> Iterator[str]:
    """Say what a workbook shows beside what is proven of it.

    ``ours`` are the names of the network's sheets, ``extra`` the cells on each of them that others added.
    """
    states = {sheet.get("name", ""): sheet.get("state", "visible") for sheet in file.sheet_elements}
    if hidden := [name for name, state in states.items() if name in ours and state != "visible"]:
        yield f"hidden: {', '.join(hidden)}"
    for view in file.workbook.iterfind(f"{MAIN}bookViews/{MAIN}workbookView"):
        if view.get("showSheetTabs", "1") in OFF:
            yield "hidden: the tabs of the sheets"
        if view.get("visibility", "visible") != "visible":
            yield "hidden: the window"
    if others := [name for name in states if name not in ours]:
        yield f"beside the network: {', '.join(others)}"
    for sheet, cells in extra.items():
        formulas = [cell for cell in cells if cell.has_formula]
        constants = [cell for cell in cells if cell.value is not None and not cell.has_formula]
        for kind, found in (("constant", constants), ("formula", formulas)):
            if found:
                plural = kind if len(found) == 1 else f"{kind}s"
                yield f"{sheet}: {len(found):,} added {plural}, the first in {cell_name(found[0])}"
    named = (entry.get("name", "") for entry in file.workbook.iterfind(f"{MAIN}definedNames/{MAIN}definedName"))
    if names := sorted({name for name in named if name not in _OF_PRINTING and not is_mark(name)}):
        yield f"names that were defined: {', '.join(names)}"
    if file.calculation.get("iterate", "0") not in OFF:
        yield "iterative calculation"
    for properties in file.workbook.iterfind(f"{MAIN}workbookPr"):
        if properties.get("date1904", "0") not in OFF:
            yield "dates counted from 1904"
    yield from sorted({_TOLD[relation.kind] for relation in file.relations(file.main) if relation.kind in _TOLD})
