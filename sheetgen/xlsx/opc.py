"""A workbook as an Open Packaging package: its parts, the relations between them, and their content types."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from xml.etree import ElementTree

TYPES, WORKBOOK, WORKBOOK_RELS = "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


@dataclass
class Package:
    """The parts of a workbook, by name, in their order; ``changed`` names those that are not as they were."""

    parts: dict[str, bytes]
    changed: set[str] = field(default_factory=set)

    def text(self, name: str) -> str:
        """Return a part as text."""
        return self.parts[name].decode("utf-8-sig")

    def put(self, name: str, content: str | bytes) -> None:
        """Add or replace a part."""
        self.parts[name] = content.encode() if isinstance(content, str) else content
        self.changed.add(name)

    def drop(self, name: str) -> None:
        """Remove a part, and what names its content type."""
        if self.parts.pop(name, None) is not None:
            types = re.sub(rf'<Override\b[^>]*PartName="/{re.escape(name)}"[^>]*/>', "", self.text(TYPES))
            self.put(TYPES, types)
            self.drop(rels_of(name))


def reachable(package: Package, part: str) -> set[str]:
    """Return a part and all that it leads to."""
    reached, waiting = set(), [part]
    while waiting:
        name = waiting.pop()
        if name in reached or name not in package.parts:
            continue
        reached.add(name)
        if rels_of(name) in package.parts:
            waiting += targets(package.text(rels_of(name)), name).values()
    return reached


def rels_of(part: str) -> str:
    """Return the name of the part that holds a part's relations."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def targets(rels: str, part: str) -> dict[str, str]:
    """Map the relations of a part to the parts they lead to; links to the outside are left out."""
    parts = {}
    for relation in ElementTree.fromstring(rels):
        if relation.get("TargetMode") != "External":
            target = posixpath.join(posixpath.dirname(part), relation.get("Target", ""))
            parts[relation.get("Id", "")] = posixpath.normpath(target).lstrip("/")
    return parts


def attribute(tag: str, name: str) -> str:
    """Return an attribute of a tag as it is written there."""
    match = re.search(rf'(?<![\w:]){name}="([^"]*)"', tag)
    return match[1] if match else ""
