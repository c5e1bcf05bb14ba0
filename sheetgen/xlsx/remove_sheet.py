"""Taking a sheet out of a workbook's package, with all that only it uses."""

from __future__ import annotations

import re

from sheetgen.xlsx.opc import WORKBOOK, WORKBOOK_RELS, Package, attribute, reachable, targets


def remove_sheet(package: Package, name: str) -> None:
    """Remove the sheet of a name, where there is one, with the parts that only it uses."""
    text = package.text(WORKBOOK)
    tags = re.findall(r"<sheet\b[^>]*/>", text)
    names = [attribute(tag, "name") for tag in tags]
    if name not in names:
        return
    index = names.index(name)
    relation = attribute(tags[index], r"\w+:id")
    part = targets(package.text(WORKBOOK_RELS), WORKBOOK)[relation]
    package.put(WORKBOOK, _shift_positions(text.replace(tags[index], ""), index))
    line = rf'<Relationship\b[^>]*\bId="{re.escape(relation)}"[^>]*/>'
    package.put(WORKBOOK_RELS, re.sub(line, "", package.text(WORKBOOK_RELS)))
    own = reachable(package, part)
    roots = set(targets(package.text(WORKBOOK_RELS), WORKBOOK).values()) - {part}
    used = {reached for root in roots for reached in reachable(package, root)}
    for unused in own - used:
        package.drop(unused)


def _shift_positions(workbook: str, removed: int) -> str:
    """Mend what refers to sheets by their position, after one was removed."""

    def defined_name(match: re.Match[str]) -> str:
        local = re.search(r'localSheetId="(\d+)"', match[0])
        if local is None or int(local[1]) < removed:
            return match[0]
        position = int(local[1])
        return "" if position == removed else match[0].replace(local[0], f'localSheetId="{position - 1}"', 1)

    workbook = re.sub(r"<definedName\b[^>]*>.*?</definedName>", defined_name, workbook, flags=re.DOTALL)
    workbook = re.sub(r"<definedNames>\s*</definedNames>", "", workbook)
    return re.sub(
        r'\b(activeTab|firstSheet)="(\d+)"',
        lambda match: f'{match[1]}="{max(int(match[2]) - (int(match[2]) >= removed), 0)}"',
        workbook,
    )
