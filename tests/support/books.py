"""Small workbooks for an audit, written down cell by cell, without a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from sheetgen.audit.book import Area, Book, BookCell, Place
from sheetgen.engines.base import Value

Content = Value | int


def place(address: str, sheet: str = "S") -> Place:
    """Return the place of an address such as ``B3``."""
    row, column = coordinate_to_tuple(address)
    return Place(sheet, row, column)


def book_of(cells: Mapping[str, Content], sheet: str = "S") -> Book:
    """Return a workbook of one sheet. ``B2:C3`` with a formula is an array formula; a text with = is a formula."""
    found: dict[Place, BookCell] = {}
    for address, content in cells.items():
        left, top, right, bottom = range_boundaries(address)
        where = Place(sheet, top, left)
        if isinstance(content, str) and content.startswith("="):
            fills = Area(sheet, top, left, bottom, right) if ":" in address else None
            found[where] = BookCell(where, None, content[1:], fills)
        else:
            value = float(content) if isinstance(content, int) and not isinstance(content, bool) else content
            found[where] = BookCell(where, value)
    return Book(Path("made.xlsx"), (sheet,), found)
