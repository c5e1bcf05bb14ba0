"""Rows in the spelling that most programs write: taken apart by regular expressions, where XML is read otherwise.

Only rows that an XML reader could not read differently match: no prefixes, no attribute but those that are known, no
reference but the five that XML has, no character that it changes or lacks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from sheetgen.xlsx.escapes import unescaped

_CHARACTERS = r"[^<>&\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]*"
_TEXT = rf"({_CHARACTERS}(?:&(?:amp|lt|gt|quot|apos);{_CHARACTERS})*)"
_ATTRIBUTES = r'(?: [A-Za-z0-9]+="[-.:0-9A-Za-z]*")*'
_ATTRIBUTE = re.compile(r' ([A-Za-z0-9]+)="([^"]*)"')
_ROW = re.compile(rf'<row r="([1-9][0-9]{{0,6}})"({_ATTRIBUTES})>')
_CELL = re.compile(
    r'(<c r="([A-Z]{1,3}[1-9][0-9]{0,6})"(?: s="([0-9]+)")?(?: t="(n|s|str|b|e|inlineStr)")?(?:/>|>'
    rf"(?:(<f{_ATTRIBUTES})(?:/>|>{_TEXT}</f>))?"
    rf'(?:(<v>){_TEXT}</v>|(<is>)<t(?: xml:space="preserve")?>{_TEXT}</t></is>)?</c>))'
)
_END = "</row>"


class PlainCell(NamedTuple):
    """A cell: its address, and what it holds; None is what it lacks.

    ``attributes`` and ``formula`` are those of its formula, ``value`` and ``inline`` the texts of its value, which may
    be spelled in either way.
    """

    address: str
    style: str
    kind: str
    attributes: Mapping[str, str] | None
    formula: str
    value: str | None
    inline: str | None


@dataclass(frozen=True)
class PlainRow:
    """A row: its number, its other attributes, and its cells."""

    number: int
    attributes: Mapping[str, str]
    cells: list[PlainCell]


def plain_row(xml: bytes) -> PlainRow | None:
    """Return what a row holds, given its bytes; None where they are spelled in any other way."""
    try:
        text = xml.decode()
        start = _ROW.match(text)
        return None if start is None else _row(start, text)
    except (UnicodeDecodeError, _NotPlain):
        return None


class _NotPlain(ValueError):
    """A row that is spelled in another way."""


def _row(start: re.Match[str], text: str) -> PlainRow:
    attributes, place = _attributes(start[2]), start.end()
    read = unescaped if "&" in text else str
    cells = []
    for spelled, address, style, kind, of_formula, formula, opening, value, own, inline in _CELL.findall(text, place):
        place += len(spelled)
        in_formula = _attributes(of_formula[2:]) if of_formula else None
        held = read(formula), read(value) if opening else None, read(inline) if own else None
        cells.append(PlainCell(address, style or "0", kind or "n", in_formula, *held))
    # The cells take all the room behind the start of the row only where nothing stands between them.
    if text[place:] != _END or "r" in attributes:
        raise _NotPlain
    return PlainRow(int(start[1]), attributes, cells)


@lru_cache(maxsize=4096)
def _attributes(spelled: str) -> Mapping[str, str]:
    """Return the attributes of an element, none of which may be there twice, or declare a namespace."""
    found = _ATTRIBUTE.findall(spelled)
    attributes = dict(found)
    if len(attributes) < len(found) or "xmlns" in attributes:
        raise _NotPlain
    return attributes
