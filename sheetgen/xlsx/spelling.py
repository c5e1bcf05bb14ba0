"""The parts that openpyxl makes, spelled as Excel spells its own.

The standard allows openpyxl's spelling too, but not every program reads more than Excel's: exceljs, and the viewers
built on it, know a drawing by its prefix ``xdr:`` alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree

from sheetgen.xlsx import schema
from sheetgen.xlsx.markup import Markup
from sheetgen.xlsx.opc import relative_target, resolve, source_of

_PREFIXES = {
    "xdr": "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DRAWN = re.compile(r"xl/(?:drawings|charts)/\w+\.xml")


def respelled(name: str, part: bytes) -> bytes:
    """Return a part as Excel would write it, given its name.

    Drawings and charts get their prefixes, relations relative targets, fonts the order of the schema.
    """
    if _DRAWN.fullmatch(name):
        return _written(ElementTree.fromstring(part), _PREFIXES)
    if name.endswith(".rels"):
        return with_targets(part, source_of(name), {})
    if name == "xl/styles.xml":
        return _order_fonts(part)
    return part


def with_targets(rels: bytes, source: str, new_names: Mapping[str, str]) -> bytes:
    """Return the relations of the part ``source`` with relative targets, to the parts' new names where they have one.

    The part itself may have a new name, too.
    """
    markup = Markup(rels)
    for relation in markup.root.all("Relationship"):
        if relation.get("TargetMode") != "External":
            part = resolve(relation.get("Target"), source)
            target = relative_target(new_names.get(part, part), new_names.get(source, source))
            markup.set(relation, "Target", target)
    return bytes(markup)


def _order_fonts(styles: bytes) -> bytes:
    root = ElementTree.fromstring(styles)
    for font in root.iter(f"{{{_MAIN}}}font"):
        font[:] = sorted(font, key=lambda child: schema.FONT.index(child.tag.split("}")[1]))
    return _written(root, {"": _MAIN})


def _written(root: ElementTree.Element, prefixes: Mapping[str, str]) -> bytes:
    for prefix, namespace in prefixes.items():
        ElementTree.register_namespace(prefix, namespace)
    return bytes(ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True))
