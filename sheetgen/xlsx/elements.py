"""The elements of an XML part and where each stands, in bytes; a parser finds them, however they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

_VALUE = rb"""(?:"[^"]*"|'[^']*')"""
ATTRIBUTE = re.compile(rb"\s+([^\s=]+)\s*=\s*(" + _VALUE + rb")")
"""An attribute in a start tag: its name and its value in quotes."""

_START_TAG = re.compile(rb"<[^\s/>]+(?:\s+[^\s=]+\s*=\s*" + _VALUE + rb")*\s*/?>")


@dataclass(eq=False, slots=True)
class Element:
    """An element and where it stands, in bytes: from ``start`` to ``end``, its content from ``body`` to ``close``.

    Names in the namespace of the root are given without it, others and prefixed attributes as ``{namespace}name``.
    ``default`` is the namespace of names without a prefix in it.
    """

    name: str
    attributes: dict[str, str]
    start: int
    body: int
    default: str
    close: int = 0
    end: int = 0
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def get(self, attribute: str, default: str = "") -> str:
        """Return an attribute's value."""
        return self.attributes.get(attribute, default)

    def child(self, name: str) -> Element | None:
        """Return the first child of a name."""
        return next(self.all(name), None)

    def all(self, name: str) -> Iterator[Element]:
        """Yield the children of a name."""
        return (child for child in self.children if child.name == name)

    @property
    def meaning(self) -> Any:
        """What the element says, however it is written: equal for elements that say the same."""
        attributes = tuple(sorted(self.attributes.items()))
        return self.name, attributes, self.text.strip(), tuple(child.meaning for child in self.children)


def read_elements(source: bytes) -> tuple[str, Element]:
    """Return the namespace of the root, and the root, of a part in UTF-8, whatever it declares.

    Raises ParseError for what is no XML, and ValueError for XML with a document type, which no part has.
    """
    return _Reading(source).result()


def attributes(source: bytes, wanted: Mapping[str, str]) -> Mapping[str, set[str]]:
    """Return which values the elements of some names, in the namespace of the root, give an attribute.

    ``wanted`` is the attribute by the element's name, which is not the root's; "" stands for elements without it. Keeps
    no elements, for parts that are large. Raises ParseError and ValueError as `read_elements` does.
    """
    found: dict[str, set[str]] = {name: set() for name in wanted}
    by_name: dict[str, tuple[str, set[str]]] = {}
    parser = expat.ParserCreate(None, "}")

    def begin(root: str, _: dict[str, str]) -> None:
        namespace = root[: root.rfind("}") + 1]
        by_name.update({f"{namespace}{name}": (wanted[name], found[name]) for name in wanted})
        parser.StartElementHandler = start

    def start(name: str, given: dict[str, str]) -> None:
        if name in by_name:
            attribute, values = by_name[name]
            values.add(given.get(attribute, ""))

    parser.StartElementHandler, parser.StartDoctypeDeclHandler = begin, _refuse_document_type
    try:
        parser.Parse(source, True)
    except expat.ExpatError as error:
        raise ParseError(str(error)) from error
    return found


class _Reading:
    """A part being read, in UTF-8 whatever it declares."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._open: list[Element] = []
        self._texts: list[list[str]] = []  # of the open elements, in pieces: a text that grew would be copied each time
        self._defaults: list[str] = [""]
        self._root: Element | None = None
        self._namespace = ""
        self._parser = expat.ParserCreate("utf-8", "}")
        self._parser.buffer_text = True
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end
        self._parser.StartNamespaceDeclHandler = self._begin_namespace
        self._parser.EndNamespaceDeclHandler = self._end_namespace
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = _refuse_document_type

    def result(self) -> tuple[str, Element]:
        """Return the namespace of the root, and the root."""
        try:
            self._parser.Parse(self._source, True)
        except expat.ExpatError as error:
            raise ParseError(str(error)) from error
        assert self._root is not None
        return self._namespace, self._root

    def _begin_namespace(self, prefix: str | None, uri: str | None) -> None:
        if prefix is None:
            self._defaults.append(uri or "")

    def _end_namespace(self, prefix: str | None) -> None:
        if prefix is None:
            self._defaults.pop()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        start = self._parser.CurrentByteIndex
        tag = _START_TAG.match(self._source, start)
        assert tag is not None
        if self._root is None:
            self._namespace = name.rpartition("}")[0]
        named = {_braced(key): value for key, value in attributes.items()}
        element = Element(self._short(name), named, start, tag.end(), self._defaults[-1])
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)
        self._texts.append([])

    def _end(self, name: str) -> None:
        element = self._open.pop()
        element.text = "".join(self._texts.pop())
        if self._source[element.body - 2 : element.body] == b"/>":
            element.close = element.end = element.body
        else:
            element.close = self._parser.CurrentByteIndex
            element.end = self._source.index(b">", element.close) + 1

    def _characters(self, text: str) -> None:
        if self._texts:
            self._texts[-1].append(text)

    def _short(self, name: str) -> str:
        namespace, _, local = name.rpartition("}")
        return local if namespace == self._namespace else _braced(name)


def _braced(name: str) -> str:
    return "{" + name if "}" in name else name


def _refuse_document_type(*declaration: object) -> None:
    raise ValueError("it has a document type")
