"""Open Packaging: the names of a workbook's parts, and the relations that lead from one to another.

Names of parts that differ in case only name the same part.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from sheetgen.xlsx.plain_xml import root_in_any_encoding

TYPES, WORKBOOK = "[Content_Types].xml", "xl/workbook.xml"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATION_ID = f"{{{RELATIONS}}}id"
"""The attribute by which an element names a relation of its part."""


@dataclass(frozen=True)
class Relation:
    """What a part leads to: the relation's identifier, its kind (the last word of its type), the other part's name."""

    id: str
    kind: str
    part: str


def find(names: Collection[str], wanted: str) -> str | None:
    """Return the one of some parts' names that names the same part."""
    if wanted in names:
        return wanted
    key = part_key(wanted)
    return next((name for name in names if part_key(name) == key), None)


def part_key(name: str) -> str:
    """Return what the names of one part have in common, however each is written."""
    return unquote(name).lower().lstrip("/")


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
    inside = [relation for relation in root_in_any_encoding(rels) if relation.get("TargetMode") != "External"]
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
