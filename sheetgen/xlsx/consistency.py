"""Whether the parts of a workbook fit together: what spreadsheet programs ask of it before they open it.

Each thing that does not fit is told in words, together with the part that it stands in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sheetgen.xlsx import content_types, schema
from sheetgen.xlsx.elements import Element, attributes
from sheetgen.xlsx.markup import Markup
from sheetgen.xlsx.opc import RELATION_ID, TYPES, part_key, rels_of, source_of
from sheetgen.xlsx.package import Package
from sheetgen.xlsx.remove_sheet import sheets_of

_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_CHOICES = {f"{{{_COMPATIBILITY}}}{name}" for name in ("AlternateContent", "Choice", "Fallback")}


@dataclass(frozen=True)
class Misfit:
    """Something that does not fit: the part it stands in, and what it is."""

    part: str
    what: str

    def __str__(self) -> str:
        return f"{self.part}: {self.what}"


def misfits_of_parts(package: Package) -> Iterator[Misfit]:
    """Yield what does not fit among the parts of a package: their names, content types and relations."""
    yield from _names(package)
    yield from _types(package)
    yield from _relations(package)


def misfits_of_sheet(package: Package, sheet: str) -> Iterator[Misfit]:
    """Yield what does not fit in the workbook part, in the style sheet, and in the formats that a sheet uses."""
    yield from _workbook(package)
    yield from _styles(package, sheet)


def _names(package: Package) -> Iterator[Misfit]:
    for name in _repeated(map(part_key, package.parts)):
        yield Misfit(name, "two parts have this name, in capitals or not")


def _types(package: Package) -> Iterator[Misfit]:
    """Yield the parts without a content type, and those that are given two; what no relation leads to is no part."""
    types = package.markup(TYPES)
    named = [part_key(element.get("PartName")) for element in content_types.overrides(types)]
    extensions = [element.get("Extension").lower() for element in types.root.all("Default")]
    for name in (*_repeated(named), *_repeated(extensions)):
        yield Misfit(TYPES, f"{name} has two content types")
    reached = [package.reachable(relation.part) for relation in package.relations()]
    for name in ("", *sorted(set().union(*reached))):
        for part in filter(package.has, (name, rels_of(name))):
            if content_types.type_of(types, part) is None:
                yield Misfit(part, "it has no content type")


def _relations(package: Package) -> Iterator[Misfit]:
    for name in package.parts:
        if name.lower().endswith(".rels"):
            relations = package.relations(source_of(name))
            for relation in relations:
                if not package.has(relation.part):
                    yield Misfit(name, f"{relation.id} leads to {relation.part}, which is not there")
            for identifier in _repeated(relation.id for relation in relations):
                yield Misfit(name, f"two relations are called {identifier}")


def _workbook(package: Package) -> Iterator[Misfit]:
    if all(relation.kind != "officeDocument" for relation in package.relations()):
        yield Misfit(rels_of(""), "no relation leads to the workbook")
    name = package.workbook
    workbook = package.markup(name)
    yield from _order(name, workbook, "workbook", schema.WORKBOOK)
    sheets = sheets_of(workbook)
    for repeated in _repeated(sheet.get("name").lower() for sheet in sheets):
        yield Misfit(name, f"two sheets are called {repeated}, in capitals or not")
    for repeated in _repeated(sheet.get("sheetId") for sheet in sheets):
        yield Misfit(name, f"two sheets have the number {repeated}")
    related = {relation.id for relation in package.relations(name)}
    for sheet in sheets:
        if sheet.get(RELATION_ID) not in related:
            yield Misfit(name, f"the sheet {sheet.get('name')} has no relation to its part")


def _styles(package: Package, sheet: str) -> Iterator[Misfit]:
    """Yield what does not fit in the style sheet itself, and in the formats that a sheet takes from it."""
    name = package.related("styles") or ""
    if not package.has(name):
        yield Misfit(package.workbook, "it has no style sheet")
        return
    styles = package.markup(name)
    yield from _order(name, styles, "styleSheet", schema.STYLES)
    lists = {element.name: element.children for element in styles.root.children}
    for element in (element for element in styles.root.children if element.name in schema.LISTS):
        said, count = element.get("count"), str(len(element.children))
        if said not in ("", count):
            yield Misfit(name, f"{element.name} says that it has {said} items, and has {count}")
    formats, differential = _used(package, sheet)
    yield from _absent(name, "cellXfs", lists, formats)
    yield from _absent(name, "dxfs", lists, differential)
    used = [item for index, item in enumerate(lists.get("cellXfs", [])) if index in formats]
    for attribute, of in (*schema.NUMBERED.items(), ("xfId", "cellStyleXfs")):
        yield from _absent(name, of, lists, {int(item.get(attribute, "0")) for item in used})


def _absent(part: str, name: str, lists: Mapping[str, Sequence[Element]], numbers: Iterable[int]) -> Iterator[Misfit]:
    for number in sorted(numbers):
        if number >= len(lists.get(name, ())):
            yield Misfit(part, f"{name} has no number {number}")


def _used(package: Package, sheet: str) -> tuple[set[int], set[int]]:
    """Return the numbers of the cell formats and of the differential formats that a sheet uses."""
    (entry,) = (tag for tag in sheets_of(package.markup(package.workbook)) if tag.get("name") == sheet)
    parts = {relation.id: relation.part for relation in package.relations(package.workbook)}
    used = attributes(package.parts[package.name(parts[entry.get(RELATION_ID)])], {"c": "s", "cfRule": "dxfId"})
    return {int(number or 0) for number in used["c"]}, {int(number) for number in used["cfRule"] if number}


def _order(part: str, markup: Markup, root: str, order: Sequence[str]) -> Iterator[Misfit]:
    """Yield what is wrong with the children of a part's root; those of other namespaces may stand anywhere."""
    if markup.root.name != root or markup.namespace != schema.MAIN:
        yield Misfit(part, f"it is no {root}")
    for name in _wrapped(markup.root, order):
        yield Misfit(part, f"{name} stands in what only some programs read")
    names = [child.name for child in markup.root.children if child.name in order]
    for repeated in _repeated(name for name in names if name not in schema.REPEATED):
        yield Misfit(part, f"{repeated} is there twice")
    for before, behind in pairwise(names):
        if order.index(behind) < order.index(before):
            yield Misfit(part, f"{behind} stands behind {before}, and belongs before it")


def _wrapped(element: Element, order: Sequence[str]) -> Iterator[str]:
    """Yield what belongs below a root and is offered as one of several choices, of which each program takes its own."""
    for child in element.children:
        if child.name in _CHOICES:
            yield from (inner.name for inner in child.children if inner.name in order)
            yield from _wrapped(child, order)


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
