"""A new relation of a part of a package, with an identifier that is free."""

from __future__ import annotations

from collections.abc import Iterable

from sheetgen.xlsx.attached import DECLARATION
from sheetgen.xlsx.escapes import quoted_attribute
from sheetgen.xlsx.opc import RELATIONS, relative_target, rels_of
from sheetgen.xlsx.package import Package

_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def relate(package: Package, source: str, kind: str, part: str) -> str:
    """Let a part lead to another by a relation of a kind; return the relation's identifier."""
    name = rels_of(source)
    if not package.has(name):
        package.put(name, f'{DECLARATION}<Relationships xmlns="{_PACKAGE}"></Relationships>'.encode())
    rels = package.markup(name)
    identifier = _free_identifier(relation.get("Id") for relation in rels.root.children)
    target = quoted_attribute(relative_target(part, source))
    rels.append(rels.root, f'<Relationship Id="{identifier}" Type="{RELATIONS}/{kind}" Target={target}/>')
    package.put(name, rels)
    return identifier


def _free_identifier(taken: Iterable[str]) -> str:
    """Return the first identifier of a relation that is not taken, in whatever case."""
    used = {identifier.lower() for identifier in taken}
    return next(f"rId{number}" for number in range(1, len(used) + 2) if f"rid{number}" not in used)
