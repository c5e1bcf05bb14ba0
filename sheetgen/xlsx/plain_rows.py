"""Rows in the spelling that most programs write: taken apart by regular expressions, where XML is read otherwise.

Only rows that an XML reader could not read differently match: no prefixes, no attribute but those that are known, no
reference but the five that XML has, no character that it changes or lacks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_CHARACTERS = r"[^<>&\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]*"
_TEXT = rf"({_CHARACTERS}(?:&(?:amp|lt|gt|quot|apos);{_CHARACTERS})*)"
_ROW = re.compile(r'<row r="([1-9][0-9]{0,6})"((?: [A-Za-z]+="[-.:0-9a-z]*")*)>')
_ATTRIBUTE = re.compile(r' ([A-Za-z]+)="([^"]*)"')
_CELL = re.compile(
    r'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: s="([0-9]+)")?(?: t="(n|s|str|b|e|inlineStr)")?(?:/>|>'
    rf"(?:<f(?: aca=\"false\")?>{_TEXT}</f>)?"
    rf'(?:<v>{_TEXT}</v>|<is><t(?: xml:space="preserve")?>{_TEXT}</t></is>)?</c>)'
)
_END = "</row>"


@dataclass(frozen=True)
class PlainRow:
    """A row: its number, its other attributes, and its cells.

    Of each cell: the letters of its column, its row, then its style, kind, formula, value and own text, None where
    there is none, the texts as XML spells them.
    """

    number: int
    attributes: dict[str, str]
    cells: list[tuple[str | Any, ...]]


def plain_row(xml: bytes) -> PlainRow | None:
    """Return what a row holds, given its bytes; None where they are spelled in any other way."""
    try:
        text = xml.decode()
    except UnicodeDecodeError:
        return None
    start = _ROW.match(text)
    if start is None:
        return None
    attributes = _ATTRIBUTE.findall(start[2])
    named = dict(attributes)
    place, cells = start.end(), []
    for cell in _CELL.finditer(text, place):
        if cell.start() != place:
            return None
        place = cell.end()
        cells.append(cell.groups())
    if text[place:] != _END or len(named) != len(attributes) or named.keys() & {"r", "xmlns"}:
        return None
    return PlainRow(int(start[1]), named, cells)
