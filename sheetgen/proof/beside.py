"""What a workbook holds beside the network's sheets, or hides of them: shown, and not proven."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from sheetgen.proof.compare_formula import cell_name
from sheetgen.xlsx.cells import MAIN, FileCell
from sheetgen.xlsx.mark import NAME
from sheetgen.xlsx.reader import WorkbookFile

_BUILT_IN = "_xlnm."
"""How the names of print areas and print titles begin."""
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
    if others := [name for name in states if name not in ours]:
        yield f"beside the network: {', '.join(others)}"
    for sheet, cells in extra.items():
        constants = [cell for cell in cells if cell.value is not None and not cell.has_formula]
        if constants:
            plural = "constant" if len(constants) == 1 else "constants"
            yield f"{sheet}: {len(constants):,} added {plural}, the first in {cell_name(constants[0])}"
    named = (entry.get("name", "") for entry in file.workbook.iterfind(f"{MAIN}definedNames/{MAIN}definedName"))
    if names := sorted({name for name in named if not name.startswith(_BUILT_IN) and name != NAME}):
        yield f"names that were defined: {', '.join(names)}"
    yield from sorted({_TOLD[relation.kind] for relation in file.relations(file.main) if relation.kind in _TOLD})
