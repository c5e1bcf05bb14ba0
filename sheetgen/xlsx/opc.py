"""A workbook as an Open Packaging package: its parts, the relations between them, and their content types.

Names of parts that differ in case only name the same part.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, unquote
from xml.etree import ElementTree

from sheetgen.xlsx.elements import Element
from sheetgen.xlsx.markup import Markup

TYPES, WORKBOOK = "[Content_Types].xml", "xl/workbook.xml"
RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
"""The attribute by which an element names a relation of its part."""


@dataclass(frozen=True)
class Relation:
    """What a part leads to: the relation's identifier, its kind (the last word of its type), the other part's name."""

    id: str
    kind: str
    part: str


@dataclass
class Package:
    """The parts of a workbook, by name, in their order; ``changed`` names those that are not as they were."""

    parts: dict[str, bytes]
    changed: set[str] = field(default_factory=set)

    def name(self, wanted: str) -> str:
        """Return the name that a part has in the package; the one given where there is none."""
        return find(self.parts, wanted) or wanted

    def has(self, name: str) -> bool:
        """Whether there is a part of that name."""
        return find(self.parts, name) is not None

    def markup(self, name: str) -> Markup:
        """Return a part, one of XML."""
        return Markup(self.parts[self.name(name)])

    def put(self, name: str, content: Markup | bytes) -> None:
        """Add or replace a part; XML in which nothing was changed stays as it is."""
        if isinstance(content, Markup) and not content.changed:
            return
        self.parts[self.name(name)] = bytes(content)
        self.changed.add(self.name(name))

    def drop(self, name: str) -> None:
        """Remove a part, its relations, and what names its content type."""
        if self.parts.pop(self.name(name), None) is not None:
            types = self.markup(TYPES)
            for override in overrides(types):
                if is_same(override.get("PartName"), name):
                    types.remove(override)
            self.put(TYPES, types)
            self.drop(rels_of(name))

    def relations(self, part: str = "") -> list[Relation]:
        """Return the relations of a part, or of the package itself; links to the outside are left out."""
        rels = find(self.parts, rels_of(part))
        return relations(self.parts[rels], part) if rels else []

    @property
    def workbook(self) -> str:
        """The name of the workbook part."""
        return self.name(main_part(self.relations()))

    def related(self, kind: str) -> str | None:
        """Return the part that the workbook leads to by a relation of this kind."""
        return next((self.name(found.part) for found in self.relations(self.workbook) if found.kind == kind), None)


def find(names: Collection[str], wanted: str) -> str | None:
    """Return the one of some parts' names that names the same part."""
    if wanted in names:
        return wanted
    key = _key(wanted)
    return next((name for name in names if _key(name) == key), None)


def is_same(first: str, second: str) -> bool:
    """Whether two names name the same part."""
    return _key(first) == _key(second)


def _key(name: str) -> str:
    return unquote(name).lower().lstrip("/")


def overrides(types: Markup) -> list[Element]:
    """Return the elements of the content types that name the type of one part."""
    return list(types.root.all("Override"))


def reachable(package: Package, part: str) -> set[str]:
    """Return a part and all that it leads to, by their names in the package."""
    reached, waiting = set(), [part]
    while waiting:
        name = package.name(waiting.pop())
        if name in reached or name not in package.parts:
            continue
        reached.add(name)
        waiting += [relation.part for relation in package.relations(name)]
    return reached


def rels_of(part: str) -> str:
    """Return the name of the part that holds a part's relations."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def source_of(rels: str) -> str:
    """Return the name of the part whose relations a part of this name holds."""
    folder, name = posixpath.split(rels)
    return posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))


def relations(rels: bytes, part: str) -> list[Relation]:
    """Return the relations that a part of relations holds; links to the outside are left out."""
    inside = [relation for relation in ElementTree.fromstring(rels) if relation.get("TargetMode") != "External"]
    return [
        Relation(found.get("Id", ""), found.get("Type", "").rpartition("/")[2], resolve(found.get("Target", ""), part))
        for found in inside
    ]


def resolve(target: str, source: str) -> str:
    """Return the name of the part that a relation of the part ``source`` leads to, given its target."""
    path = target.partition("#")[0]
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(source), path)).lstrip("/")


def relative_target(part: str, source: str) -> str:
    """Return the target by which a relation of the part ``source`` leads to another part."""
    return quote(posixpath.relpath("/" + part, "/" + posixpath.dirname(source)))


def main_part(of_package: Iterable[Relation]) -> str:
    """Return the name of the workbook part, given the relations of the package."""
    return next((relation.part for relation in of_package if relation.kind == "officeDocument"), WORKBOOK)
