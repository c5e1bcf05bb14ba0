"""XML that every program reads alike: in UTF-8, and without what some readers heed and others do not.

A document type may declare entities, which Excel refuses and others expand; a comment, a CDATA section or a processing
instruction inside a number ends it for some readers. No spreadsheet writes any of them into the cells of a sheet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol, TypeVar
from xml.etree import ElementTree

ON, OFF = ("1", "true"), ("0", "false")
"""How an attribute says yes and no."""

T = TypeVar("T")
_INTEGER = re.compile("-?[0-9]{1,15}")
_ENCODING = re.compile(rb"""\A(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']""")
_UTF_8 = (b"utf-8", b"utf8", b"us-ascii", b"ascii")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")


@lru_cache(maxsize=4096)
def integer(text: str) -> int | None:
    """Return the integer that an attribute gives, None for what is none: Python reads more as such than XML has."""
    return int(text) if _INTEGER.fullmatch(text) else None


def entry_at(entries: Sequence[T], number: str) -> T | None:
    """Return the entry of a list whose number, from 0, an attribute gives; None where there is none."""
    place = integer(number)
    return entries[place] if place is not None and 0 <= place < len(entries) else None


class Ambiguous(ValueError):
    """What stands in a part that programs read differently; ``str()`` says what."""


def parse(xml: bytes) -> ElementTree.Element:
    """Return the root of a part. Raises Ambiguous for a document type or another encoding than UTF-8."""
    _check_encoding(xml)
    if b"<!DOCTYPE" in xml:
        raise Ambiguous("a document type")
    return ElementTree.fromstring(xml)


def root_in_any_encoding(xml: bytes) -> ElementTree.Element:
    """Return the root of a part in whatever encoding it declares, also one of several bytes a letter, as Shift_JIS.

    Raises ParseError for what is no XML, UnicodeError for what is not in the encoding that it declares.
    """
    try:
        return ElementTree.fromstring(xml)
    except ValueError:  # of expat, which knows none of several bytes; as a text the part needs no encoding
        declared = _ENCODING.match(xml)
        return ElementTree.fromstring(xml.decode(declared[1].decode("ascii") if declared else "utf-8"))


class Readable(Protocol):
    """What is read piece by piece."""

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes, at most ``size``; b"" at the end."""
        ...


class PlainPart:
    """A part that is read piece by piece; reading raises Ambiguous for what `sheetgen.xlsx.plain_xml` names."""

    def __init__(self, part: Readable) -> None:
        self._part = part
        self._last = b""

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most ``size``."""
        piece = self._part.read(size)
        if not self._last:
            _check_encoding(piece)
            self._look(piece[5:])  # behind the <? of its first line
        else:
            self._look(self._last + piece)
        self._last = piece[-1:] or self._last
        return piece

    def _look(self, piece: bytes) -> None:
        for opening, what in ((b"<!", "a comment, a CDATA section or a document type"), (b"<?", "an instruction")):
            if opening in piece:
                raise Ambiguous(f"{what} among its cells")


def _check_encoding(start: bytes) -> None:
    declared = _ENCODING.match(start)
    if start.startswith(_UTF_16) or (declared and declared[1].lower() not in _UTF_8):
        raise Ambiguous("another encoding than UTF-8")
