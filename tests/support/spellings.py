"""The same XML, spelled in the many ways that XML allows: what a part says stays, how it is written is drawn at random.

The spellings are those of real writers (excelize, exceljs, LibreOffice, EPPlus, Excel itself) and of nobody yet.
"""

from __future__ import annotations

import codecs
from collections import ChainMap
from dataclasses import dataclass
from random import Random
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

USUAL = {
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes": "vt",
}
"""The prefixes that every writer uses who has no others in mind; exceljs knows a relation by no other one."""

PREFIXED = "{http://www.w3.org/XML/1998/namespace}"


@dataclass(frozen=True)
class Spelling:
    """How XML is written; each is a habit that some writer has, or none that stands out."""

    quote: str = '"'
    prefixed: bool = False
    opened: bool = False
    spaced: bool = False
    indented: bool = False
    interrupted: bool = False
    shuffled: bool = False
    wrapped: bool = False
    declared_late: bool = False
    encoding: str = "utf-8"


HABITS: dict[str, dict[str, Any]] = {
    "plain": {},
    "single quotes": {"quote": "'"},
    "a prefix": {"prefixed": True},
    "empty elements opened": {"opened": True},
    "spaces inside tags": {"spaced": True},
    "lines": {"indented": True},
    "comments and instructions": {"interrupted": True},
    "attributes in another order": {"shuffled": True},
    "character data": {"wrapped": True},
    "namespaces declared where they are used": {"declared_late": True},
    "a byte order mark": {"encoding": "utf-8-sig"},
    "UTF-16": {"encoding": "utf-16-le"},
    "UTF-16, big end first": {"encoding": "utf-16-be"},
    "Latin 1": {"encoding": "iso-8859-1"},
}
"""One habit each."""


def drawn(random: Random) -> Spelling:
    """Return a spelling of several habits at once."""
    return Spelling(**ChainMap(*random.sample(list(HABITS.values()), 6)))


def spelled(xml: bytes, spelling: Spelling, random: Random) -> bytes:
    """Return a part in another spelling."""
    text = _Writer(spelling, random).document(ElementTree.fromstring(xml))
    mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}.get(spelling.encoding, b"")
    return mark + text.encode(spelling.encoding, "xmlcharrefreplace")


class _Writer:
    """Writes one part."""

    def __init__(self, spelling: Spelling, random: Random) -> None:
        self.spelling, self.random = spelling, random
        self.prefixes: dict[str, str] = {}

    def document(self, root: ElementTree.Element) -> str:
        own = self.namespace(root.tag)
        others = {self.namespace(name) for element in root.iter() for name in (element.tag, *element.attrib)}
        self.prefixes = {own: "x" if self.spelling.prefixed else ""}
        for number, uri in enumerate(sorted(others - {own, "", PREFIXED[1:-1]})):
            usual = USUAL.get(uri, f"n{number}")
            self.prefixes[uri] = f"x{number}" if self.spelling.prefixed else usual
        quote = self.spelling.quote
        encoding = self.spelling.encoding.replace("-sig", "").replace("-le", "").replace("-be", "")
        declaration = f"<?xml version={quote}1.0{quote} encoding={quote}{encoding}{quote}?>\n"
        before = self.interruption()
        return declaration + before + self.element(root, self.declarations(root)) + self.interruption()

    @staticmethod
    def namespace(name: str) -> str:
        return name[1:].partition("}")[0] if name.startswith("{") else ""

    def declarations(self, root: ElementTree.Element) -> dict[str, str]:
        if self.spelling.declared_late:
            return {}
        return self.declared({uri for uri in self.prefixes if uri})

    def declared(self, namespaces: set[str]) -> dict[str, str]:
        names = {uri: self.prefixes[uri] for uri in sorted(namespaces)}
        return {f"xmlns:{prefix}" if prefix else "xmlns": uri for uri, prefix in names.items()}

    def name(self, name: str) -> str:
        if name.startswith(PREFIXED):
            return "xml:" + name.removeprefix(PREFIXED)
        prefix = self.prefixes.get(self.namespace(name), "")
        local = name.rpartition("}")[2]
        return f"{prefix}:{local}" if prefix else local

    def element(self, element: ElementTree.Element, declarations: dict[str, str]) -> str:
        if self.spelling.declared_late:
            used = {self.namespace(name) for name in (element.tag, *element.attrib)} - {"", PREFIXED[1:-1]}
            declarations = self.declared(used)
        attributes = list(({self.name(name): value for name, value in element.attrib.items()} | declarations).items())
        if self.spelling.shuffled:
            self.random.shuffle(attributes)
        start = self.name(element.tag) + "".join(self.attribute(name, value) for name, value in attributes)
        end = "\n " if self.spelling.spaced else ""
        content = self.content(element)
        if not content and not self.spelling.opened:
            return f"<{start}{end}/>"
        return f"<{start}{end}>{content}</{self.name(element.tag)}{end}>"

    def attribute(self, name: str, value: str) -> str:
        quote = self.spelling.quote
        text = escape(value, {quote: "&quot;" if quote == '"' else "&apos;", "\n": "&#10;", "\t": "&#9;"})
        return f"\t{name} = {quote}{text}{quote}" if self.spelling.spaced else f" {name}={quote}{text}{quote}"

    def content(self, element: ElementTree.Element) -> str:
        if not len(element):
            return self.text(element.text or "")
        between = "\r\n\t" if self.spelling.indented else ""
        children = (between + self.interruption() + self.element(child, {}) for child in element)
        return "".join(children) + between + self.interruption()

    def text(self, text: str) -> str:
        if self.spelling.wrapped and text and "]]>" not in text:
            half = len(text) // 2
            return f"{escape(text[:half])}<![CDATA[{text[half:]}]]>"
        return escape(text)

    def interruption(self) -> str:
        """Return something that says nothing, and looks as if it did."""
        if not self.spelling.interrupted:
            return ""
        traps = ('<!-- <sheet name="no"/></sheets></fonts></Types> -->', '<?trap </definedNames> count="9"?>', "")
        return self.random.choice(traps)
