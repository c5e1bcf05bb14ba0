"""Workbooks of a few cells, as an audit sees them, and the values of their equations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from sheetgen.algebra.evaluate import evaluate
from sheetgen.audit.book import Area, Book, BookCell, Place
from sheetgen.audit.equations import Equations, equations_of, place_of
from sheetgen.page.cell_names import row_and_column

SHEET = "S"
Content = float | bool | str
"""A number, a text, ``=…`` for a formula, ``{=…}`` for an array formula."""


def book_of(cells: Mapping[str, Content], names: Mapping[str, str] | None = None) -> Book:
    """Return a workbook of one sheet; the address of an array formula is the area that it fills."""
    found: dict[Place, BookCell] = {}
    for address, content in cells.items():
        first, _, last = address.partition(":")
        place, end = Place(SHEET, *row_and_column(first)), row_and_column(last or first)
        if isinstance(content, str) and content.startswith("{="):
            found[place] = BookCell(place, None, content[2:-1], Area(SHEET, place.row, place.column, *end))
        elif isinstance(content, str) and content.startswith("="):
            found[place] = BookCell(place, None, content[1:])
        else:
            found[place] = BookCell(place, content)
    return Book(Path("made.xlsx"), (SHEET,), found, dict(names or {}))


def saved(cells: Mapping[str, Content], path: Path) -> Path:
    """Write the same as a file, without cached values."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = SHEET
    for address, content in cells.items():
        first = address.partition(":")[0]
        array = isinstance(content, str) and content.startswith("{=")
        sheet[first] = ArrayFormula(address, content[1:-1]) if array else content
    workbook.save(path)
    return path


def value_in(equations: Equations, name: str, known: dict[str, float] | None = None) -> float:
    """Return the value of a cell, calculated from its equation and those before it; ``known`` are kept."""
    known = {} if known is None else known
    if name not in known:
        expr = equations.exprs.get(name)
        known[name] = (
            equations.numbers[name]
            if expr is None
            else float(evaluate(expr, lambda other: value_in(equations, other, known)))
        )
    return known[name]


def worth(cells: Mapping[str, Content], address: str) -> float:
    """Return the value of a cell of a made workbook."""
    return value_in(equations_of(book_of(cells)), f"{SHEET}!{address}")


def reason(cells: Mapping[str, Content], address: str) -> str:
    """Return why a cell of a made workbook is taken as a constant."""
    return equations_of(book_of(cells)).unread[f"{SHEET}!{address}"]


def address_of(name: str) -> str:
    """Return the address that a name in expressions has on its sheet."""
    return place_of(name).address
