"""Putting a page into a workbook's package as its last sheet: its parts, styles, content types and names."""

from __future__ import annotations

import re
from xml.sax.saxutils import quoteattr

from sheetgen.page.page import Page
from sheetgen.xlsx import writer
from sheetgen.xlsx.opc import TYPES, WORKBOOK, WORKBOOK_RELS, Package, attribute, rels_of
from sheetgen.xlsx.shell import Shell, make
from sheetgen.xlsx.stylesheet import STYLES, merge

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NUMBERED = re.compile(r"(xl/(?:worksheets/sheet|drawings/drawing|charts/chart|media/image))(\d+)(\.\w+)")
_BEFORE_NAMES = re.compile(
    r"</sheets>(?:\s*<functionGroups\b.*?</functionGroups>)?(?:\s*<externalReferences>.*?</externalReferences>)?",
    re.DOTALL,
)


def add_sheet(package: Package, page: Page) -> None:
    """Add a page's parts under names that are free, its styles at the end of the workbook's."""
    shell = make([page], page.name, writer.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ"))
    new_names = _free_names(package, shell)
    styles, merged = merge(package.parts[STYLES], shell.parts[STYLES])
    package.put(STYLES, styles)
    numbers = {style: merged.formats[number] for style, number in shell.styles.items()}
    for name, new_name in new_names.items():
        content = shell.parts[name]
        if name == shell.sheets[page.name]:
            content = b"".join(writer.sheet(merged.conditional(content), page, numbers))
        elif name.endswith(".rels"):
            content = _point_to(content.decode(), new_names).encode()
        package.put(new_name, content)
    _declare(package, shell, new_names)
    _enter(package, page.name, new_names[shell.sheets[page.name]], _defined_names(shell))


def _free_names(package: Package, shell: Shell) -> dict[str, str]:
    """Map the shell's own parts of the sheet to names that the workbook has not used."""
    last: dict[str, int] = {}
    for name in package.parts:
        if match := _NUMBERED.fullmatch(name):
            last[match[1]] = max(last.get(match[1], 0), int(match[2]))

    def free(name: str) -> str:
        return _NUMBERED.sub(lambda match: f"{match[1]}{last.get(match[1], 0) + int(match[2])}{match[3]}", name)

    parts = {name: free(name) for name in shell.parts if _NUMBERED.fullmatch(name)}
    relations = {rels_of(name): rels_of(new_name) for name, new_name in parts.items()}
    return parts | {name: new_name for name, new_name in relations.items() if name in shell.parts}


def _point_to(rels: str, new_names: dict[str, str]) -> str:
    """Point relations, which openpyxl writes as absolute targets, to the parts' new names."""
    return re.sub(r'Target="/([^"]+)"', lambda match: f'Target="/{new_names.get(match[1], match[1])}"', rels)


def _declare(package: Package, shell: Shell, new_names: dict[str, str]) -> None:
    """Give the new parts their content types."""
    shell_types = shell.parts[TYPES].decode()
    types = package.text(TYPES)
    overrides = ""
    for tag in re.findall(r"<Override\b[^>]*/>", shell_types):
        part = attribute(tag, "PartName").lstrip("/")
        if part in new_names:
            overrides += f'<Override PartName="/{new_names[part]}" ContentType="{attribute(tag, "ContentType")}"/>'
    for tag in re.findall(r"<Default\b[^>]*/>", shell_types):
        extension = attribute(tag, "Extension")
        if not re.search(rf'<Default\b[^>]*Extension="{extension}"', types, re.IGNORECASE):
            types = re.sub(r"(<Types\b[^>]*>)", lambda match, tag=tag: match[1] + tag, types, count=1)  # type: ignore[misc]
    package.put(TYPES, types.replace("</Types>", f"{overrides}</Types>"))


def _defined_names(shell: Shell) -> list[str]:
    """Return the defined names (print titles, print areas) that the page brings."""
    return re.findall(r"<definedName\b[^>]*>.*?</definedName>", shell.parts[WORKBOOK].decode(), flags=re.DOTALL)


def _enter(package: Package, sheet: str, part: str, defined_names: list[str]) -> None:
    """Enter the sheet in the workbook, behind the last one."""
    text, rels = package.text(WORKBOOK), package.text(WORKBOOK_RELS)
    tags = re.findall(r"<sheet\b[^>]*/>", text)
    sheet_id = 1 + max(int(attribute(tag, "sheetId")) for tag in tags)
    taken = set(re.findall(r'\bId="([^"]+)"', rels))
    relation = next(f"rId{n}" for n in range(1, len(taken) + 2) if f"rId{n}" not in taken)
    name = quoteattr(sheet)
    entry = f'<sheet xmlns:r="{_RELATIONS}" name={name} sheetId="{sheet_id}" r:id="{relation}"/>'
    text = text.replace("</sheets>", f"{entry}</sheets>", 1)
    local = [re.sub(r'localSheetId="\d+"', f'localSheetId="{len(tags)}"', name) for name in defined_names]
    package.put(WORKBOOK, _define(text, local))
    line = f'<Relationship Id="{relation}" Type="{_RELATIONS}/worksheet" Target="/{part}"/>'
    package.put(WORKBOOK_RELS, rels.replace("</Relationships>", f"{line}</Relationships>"))


def _define(workbook: str, defined_names: list[str]) -> str:
    """Add defined names to the workbook part, where the schema has them: right behind the sheets."""
    added = "".join(defined_names)
    if not added:
        return workbook
    workbook = re.sub(r"<definedNames\s*/>", "<definedNames></definedNames>", workbook)
    if "</definedNames>" in workbook:
        return workbook.replace("</definedNames>", f"{added}</definedNames>", 1)
    element = f"<definedNames>{added}</definedNames>"
    return _BEFORE_NAMES.sub(lambda match: match[0] + element, workbook, count=1)
