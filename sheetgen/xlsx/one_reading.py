"""A package of which there is one reading: every program that opens it finds the same sheets, styles and settings.

A file that is not of this kind is refused: two parts of one name, a sheet that some programs take for something else, a
part without the type or the relation by which programs find it, a list of sheets or settings elsewhere than where they
belong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from urllib.parse import unquote
from xml.etree import ElementTree

from sheetgen.errors import WorkbookError
from sheetgen.xlsx.cells import MAIN, STRICT
from sheetgen.xlsx.opc import TYPES, part_key
from sheetgen.xlsx.plain_xml import Ambiguous
from sheetgen.xlsx.reader import WorkbookFile

_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN_TYPES = {
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    ".xltx": "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
    ".xltm": "application/vnd.ms-excel.template.macroEnabled.main+xml",
}
"""The content type of a workbook part, where the file's name does not end in .xlsx."""
_OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_TYPE_OF = {"worksheet": f"{_OFFICE}worksheet+xml", "chartsheet": f"{_OFFICE}chartsheet+xml",
            "dialogsheet": f"{_OFFICE}dialogsheet+xml", "styles": f"{_OFFICE}styles+xml",
            "sharedStrings": f"{_OFFICE}sharedStrings+xml"}  # fmt: skip
"""The types of the parts that decide what a cell is and how it is shown, by the kind of the relation to them."""
_DISCARDED = "[trash]/"
"""Where Office leaves entries that are no parts."""
_ONCE = ("sheets", "calcPr", "definedNames", "workbookPr", "bookViews")
"""What a workbook part has at most once, among its own children."""


def require_one_reading(file: WorkbookFile) -> None:
    """Raise WorkbookError for a package of which programs would make different things, or which none opens."""
    try:
        if not file.is_bare:
            raise Ambiguous("something before its first part, or behind its last")
        _check_names(file.names)
        _check_types(file)
        _check_workbook(file.workbook)
        _check_sheets(file)
    except Ambiguous as problem:
        remedy = "programs read that differently, or not at all: open and save it in a spreadsheet, or build it again"
        raise WorkbookError(f"{file.path} has {problem}; {remedy}") from problem


def _check_names(names: Iterable[str]) -> None:
    alike = Counter(part_key(name.replace("\\", "/")) for name in names)
    for name, count in alike.items():
        if count > 1:
            raise Ambiguous(f"{count} parts called {name}")


def _check_types(file: WorkbookFile) -> None:
    """Make sure that every part has one type, and those that matter the right one, and that each is whole."""
    types = _types(file)
    for name in file.names:
        if name.endswith("/") or name == TYPES or name.startswith(_DISCARDED):
            continue
        kind = _type_of(types, name)
        if kind is None:
            raise Ambiguous(f"a part {name} without a content type")
        if kind.startswith("application/") and kind.endswith("+xml") and kind != _TYPE_OF["worksheet"]:
            root = file.read(name)
            if root.tag == f"{_RELATIONS}Relationships":
                _check_relations(root, name)
    if _type_of(types, file.main) != _MAIN_TYPES.get(file.path.suffix.lower(), f"{_OFFICE}sheet.main+xml"):
        raise Ambiguous(f"a workbook part {file.main} of the content type {_type_of(types, file.main)}")
    for relation in file.relations(file.main):
        wanted = _TYPE_OF.get(relation.kind)
        if wanted and (found := _type_of(types, relation.part)) != wanted:
            raise Ambiguous(f"a {relation.kind} {relation.part} of the content type {found}")
        if file.name(relation.part) not in file.names:
            raise Ambiguous(f"no part {relation.part}, which its workbook part names")


def _types(file: WorkbookFile) -> dict[str, str]:
    """Return the content types, by the name of a part, with a slash before it, or by an extension, in small letters."""
    root = file.read(TYPES)
    if root.tag != f"{_TYPES}Types":
        raise Ambiguous("no list of content types")
    types: dict[str, str] = {}
    for entry in root:
        name = unquote(entry.get("PartName", "")).lower() or entry.get("Extension", "").lower()
        if entry.tag not in (f"{_TYPES}Default", f"{_TYPES}Override") or name in types:
            raise Ambiguous(f"a second content type of {name}" if name in types else "an odd list of content types")
        types[name] = entry.get("ContentType", "")
    return types


def _type_of(types: dict[str, str], part: str) -> str | None:
    name = unquote(part).lower()
    return types.get(f"/{name}", types.get(name.rpartition(".")[2]))


def _check_relations(root: ElementTree.Element, name: str) -> None:
    """Make sure that relations have names of their own, and those that matter the type by which programs know them."""
    known: set[str | None] = set()
    for relation in root:
        if relation.tag != f"{_RELATIONS}Relationship" or relation.get("Id") in known:
            raise Ambiguous(f"two relations of one name in {name}, or something else among them")
        known.add(relation.get("Id"))
        space, _, kind = relation.get("Type", "").rpartition("/")
        if kind in (*_TYPE_OF, "officeDocument") and space != _LINKS:
            raise Ambiguous(f"a relation of the type {relation.get('Type')} in {name}")


def _check_workbook(workbook: ElementTree.Element) -> None:
    """Make sure that the sheets and the settings stand where every program looks for them, and nowhere else."""
    if workbook.tag != f"{MAIN}workbook":
        raise Ambiguous("a workbook part that is none")
    for name in _ONCE:
        anywhere = [e for space in (MAIN, STRICT) for e in workbook.iter(f"{space}{name}")]
        if len(anywhere) > 1 or len(anywhere) != len(workbook.findall(f"{MAIN}{name}")):
            raise Ambiguous(f"{name} of its workbook part twice, or elsewhere than among its own children")
    if sum(1 for _ in workbook.iter(f"{MAIN}sheet")) != len(workbook.findall(f"{MAIN}sheets/{MAIN}sheet")):
        raise Ambiguous("a sheet elsewhere than in its list of sheets")


def _check_sheets(file: WorkbookFile) -> None:
    """Make sure that sheets have names of their own, whatever their capitals, and parts of their own."""
    names = Counter(sheet.get("name", "").casefold() for sheet in file.sheet_elements)
    for name, count in names.items():
        if count > 1:
            raise Ambiguous(f"{count} sheets called {name!r}, in capitals or not")
    parts = [file.part(sheet) for sheet in file.sheet_names]
    if len({part.lower() for part in parts}) < len(parts):
        raise Ambiguous("two sheets of one part")
    if sum(relation.kind == "officeDocument" for relation in file.relations()) != 1:
        raise Ambiguous("more or less than one workbook part")
    usual = {"xl/workbook.xml": [file.main]}
    usual |= {f"xl/{kind}.xml": file.related(file.main, kind) for kind in ("styles", "sharedStrings")}
    for place, found in usual.items():
        if len(found) > 1 or (file.name(place) in file.names and file.name(place) not in found):
            raise Ambiguous(f"{' and '.join(found) or 'nothing'} in place of {place}")
