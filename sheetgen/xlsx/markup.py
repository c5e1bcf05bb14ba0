"""An XML part as it is written: where each element stands in it, so that a few are changed and every other byte stays.

A parser finds the elements, whatever the part's writer does with quotes, spaces, comments, prefixes or empty elements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)["']""")
_VALUE = rb"""(?:"[^"]*"|'[^']*')"""
_ATTRIBUTE = re.compile(rb"\s+([^\s=]+)\s*=\s*(" + _VALUE + rb")")
_START_TAG = re.compile(rb"<[^\s/>]+(?:\s+[^\s=]+\s*=\s*" + _VALUE + rb")*\s*/?>")


@dataclass(eq=False)
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


class Markup:
    """An XML part that can be changed; ``bytes()`` of it is the part with the changes.

    Raises ParseError for what is no XML, and ValueError for XML with a document type, which no part has.
    """

    def __init__(self, content: bytes) -> None:
        self._encoding = _encoding(content)
        self._source = content.decode(self._encoding).encode()
        self._changes: list[tuple[int, int, int, bytes]] = []  # from, to, rank among those at one place, new text
        self._appended: dict[Element, list[tuple[int, str]]] = {}
        self.namespace, self.root = _Reading(self._source).result()

    def source(self, element: Element) -> str:
        """Return an element as it is written."""
        return self._source[element.start : element.end].decode()

    def remove(self, element: Element) -> None:
        """Take an element out."""
        self.replace(element, "")

    def replace(self, element: Element, xml: str) -> None:
        """Put something in the place of an element."""
        self._changes.append((element.start, element.end, 0, xml.encode()))

    def set(self, element: Element, attribute: str, value: str) -> None:
        """Give an attribute, one without a prefix, another value, or the element a new one."""
        tag = self._source[element.start : element.body]
        written = quoteattr(value).encode()
        for match in _ATTRIBUTE.finditer(tag):
            if match[1].decode() == attribute:
                self._changes.append((element.start + match.start(2), element.start + match.end(2), 0, written))
                return
        end = element.body - (2 if tag.endswith(b"/>") else 1)
        self._changes.append((end, end, 0, b" %s=%s" % (attribute.encode(), written)))

    def write(self, element: Element, text: str) -> None:
        """Give an element, one that is not empty, another content."""
        self._changes.append((element.body, element.close, 0, text.encode()))

    def append(self, parent: Element, xml: str) -> None:
        """Put elements, written without prefixes, at the end of a parent's content."""
        self._appended.setdefault(parent, []).append((0, xml))

    def insert(self, xml: str, order: Sequence[str]) -> None:
        """Put an element, written without prefixes, into the root, behind the last of those that ``order`` has before.

        ``order`` names the children of the root in the order of the schema.
        """
        rank = order.index(Markup(xml.encode()).root.name)
        before = [child.end for child in self.root.children if child.name in order[:rank]]
        if self.root.body == self.root.end:
            self._appended.setdefault(self.root, []).append((rank, xml))
        else:
            place = max(before, default=self.root.body)
            self._changes.append((place, place, rank, self._adopted(self.root, xml)))

    @property
    def changed(self) -> bool:
        """Whether anything was changed."""
        return bool(self._changes or self._appended)

    def __bytes__(self) -> bytes:
        changes = [*self._changes, *(self._addition(parent, added) for parent, added in self._appended.items())]
        pieces, last = [], 0
        for start, end, _, replacement in sorted(changes, key=lambda change: change[:3]):
            pieces += [self._source[last:start], replacement]
            last = end
        text = b"".join([*pieces, self._source[last:]]).decode()
        return text.encode(self._encoding, "xmlcharrefreplace")

    def _addition(self, parent: Element, pieces: list[tuple[int, str]]) -> tuple[int, int, int, bytes]:
        """Return the change that puts elements at the end of a parent's content; an empty element is opened."""
        added = b"".join(self._adopted(parent, xml) for _, xml in sorted(pieces, key=lambda piece: piece[0]))
        if parent.body < parent.end:
            return parent.close, parent.close, 0, added
        tag = self._source[parent.start : parent.body]
        name = re.split(rb"[\s/>]", tag[1:], maxsplit=1)[0]
        return parent.end - 2, parent.end, 0, b">%s</%s>" % (added, name)

    def _adopted(self, parent: Element, xml: str) -> bytes:
        """Return elements in the namespace of the root, also where names without a prefix are in another."""
        if parent.default == self.namespace:
            return xml.encode()
        fragment = Markup(f"<all>{xml}</all>".encode())
        for child in fragment.root.children:
            fragment.set(child, "xmlns", self.namespace)
        return bytes(fragment)[len(b"<all>") : -len(b"</all>")]


def _encoding(content: bytes) -> str:
    """Return the encoding of a part: that of its byte order mark, else the one it declares, else UTF-8."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return encoding
    declared = _DECLARED.match(content)
    return declared[1].decode() if declared else "utf-8"


class _Reading:
    """A part being read, in UTF-8 whatever it declares."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._open: list[Element] = []
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

    def _end(self, name: str) -> None:
        element = self._open.pop()
        if self._source[element.body - 2 : element.body] == b"/>":
            element.close = element.end = element.body
        else:
            element.close = self._parser.CurrentByteIndex
            element.end = self._source.index(b">", element.close) + 1

    def _characters(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text

    def _short(self, name: str) -> str:
        namespace, _, local = name.rpartition("}")
        return local if namespace == self._namespace else _braced(name)


def _braced(name: str) -> str:
    return "{" + name if "}" in name else name


def _refuse_document_type(*declaration: object) -> None:
    raise ValueError("it has a document type")
