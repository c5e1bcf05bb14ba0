"""An XML part that can be changed at a few places, so that every other byte stays, whatever its writer did."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

from sheetgen.xlsx.elements import ATTRIBUTE, Element, read_elements
from sheetgen.xlsx.escapes import quoted_attribute

_BEGINNINGS = (
    (codecs.BOM_UTF8, codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0", b"", "utf-16-le"),
    (b"\0<", b"", "utf-16-be"),
)
"""How a part may begin, the byte order mark that this is or has not, and the encoding that it tells."""

_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)["']""")


class Markup:
    """An XML part that can be changed; ``bytes()`` of it is the part with the changes.

    Raises ParseError for what is no XML, and ValueError for XML with a document type, which no part has.
    """

    def __init__(self, content: bytes) -> None:
        self._mark, self._encoding = _encoding(content)
        self._source = content.removeprefix(self._mark).decode(self._encoding).encode()
        self._changes: list[tuple[int, int, int, bytes]] = []  # from, to, rank among those at one place, new text
        self._appended: dict[Element, list[tuple[int, str]]] = {}
        self.namespace, self.root = read_elements(self._source)

    def source(self, element: Element) -> str:
        """Return an element as it is written."""
        return self._source[element.start : element.end].decode()

    def like(self, element: Element, content: str) -> str:
        """Return an element that is written as this one, with another content."""
        tag = self._source[element.start : element.body].removesuffix(b">").removesuffix(b"/")
        return f"{tag.decode()}>{content}</{self._tag(element).decode()}>"

    def remove(self, element: Element) -> None:
        """Take an element out."""
        self.replace(element, "")

    def replace(self, element: Element, xml: str) -> None:
        """Put something in the place of an element."""
        self._changes.append((element.start, element.end, 0, xml.encode()))

    def set(self, element: Element, attribute: str, value: str) -> None:
        """Give an attribute, one without a prefix, another value, or the element a new one."""
        tag = self._source[element.start : element.body]
        written = quoted_attribute(value).encode()
        for match in ATTRIBUTE.finditer(tag):
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
        return self._mark + text.encode(self._encoding, "xmlcharrefreplace")

    def _addition(self, parent: Element, pieces: list[tuple[int, str]]) -> tuple[int, int, int, bytes]:
        """Return the change that puts elements at the end of a parent's content; an empty element is opened."""
        added = b"".join(self._adopted(parent, xml) for _, xml in sorted(pieces, key=lambda piece: piece[0]))
        if parent.body < parent.end:
            return parent.close, parent.close, 0, added
        return parent.end - 2, parent.end, 0, b">%s</%s>" % (added, self._tag(parent))

    def _tag(self, element: Element) -> bytes:
        """Return an element's name as it is written, with its prefix."""
        return re.split(rb"[\s/>]", self._source[element.start + 1 : element.body], maxsplit=1)[0]

    def _adopted(self, parent: Element, xml: str) -> bytes:
        """Return elements in the namespace of the root, also where names without a prefix are in another."""
        if parent.default == self.namespace:
            return xml.encode()
        fragment = Markup(f"<all>{xml}</all>".encode())
        for child in fragment.root.children:
            fragment.set(child, "xmlns", self.namespace)
        return bytes(fragment)[len(b"<all>") : -len(b"</all>")]


def _encoding(content: bytes) -> tuple[bytes, str]:
    """Return a part's byte order mark and its encoding: the one that its beginning tells or it declares, else UTF-8."""
    for beginning, mark, encoding in _BEGINNINGS:
        if content.startswith(beginning):
            return mark, encoding
    declared = _DECLARED.match(content)
    return b"", declared[1].decode() if declared else "utf-8"
