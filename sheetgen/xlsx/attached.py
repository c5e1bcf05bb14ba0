"""Parts that a sheet leads to, attached to it: each with its content type and a relation of the sheet."""

from __future__ import annotations

from sheetgen.xlsx import content_types, schema
from sheetgen.xlsx.escapes import quoted_attribute
from sheetgen.xlsx.markup import Markup
from sheetgen.xlsx.opc import RELATIONS, TYPES, relations, relative_target, rels_of

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def attached(parts: dict[str, bytes], sheet: str, kind: str) -> str | None:
    """Return the name of the part that a sheet leads to by a relation of a kind, None where there is none."""
    rels = rels_of(sheet)
    found = relations(parts[rels], sheet) if rels in parts else []
    return next((relation.part for relation in found if relation.kind == kind), None)


def attach(parts: dict[str, bytes], sheet: str, kind: str, name: str, content: str, content_type: str) -> str:
    """Add a part to which a sheet leads by a relation of a kind; return the relation's identifier."""
    parts[name] = content.encode()
    types = Markup(parts[TYPES])
    content_types.declare(types, {name: content_type})
    parts[TYPES] = bytes(types)
    rels = rels_of(sheet)
    related = Markup(parts.get(rels, f'{DECLARATION}<Relationships xmlns="{_PACKAGE}"></Relationships>'.encode()))
    identifier = f"rId{len(related.root.children) + 1}"
    target = quoted_attribute(relative_target(name, sheet))
    related.append(related.root, f'<Relationship Id="{identifier}" Type="{RELATIONS}/{kind}" Target={target}/>')
    parts[rels] = bytes(related)
    return identifier


def refer(parts: dict[str, bytes], sheet: str, element: str, identifier: str) -> None:
    """Let an element of a sheet, which stands where the schema has it, name a relation of its part."""
    shell = Markup(parts[sheet])
    shell.insert(f'<{element} xmlns:r="{RELATIONS}" r:id="{identifier}"/>', schema.WORKSHEET)
    parts[sheet] = bytes(shell)
