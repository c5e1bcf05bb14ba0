"""Formulas cut at their references: what formulas that were filled down have in common, found without reading them."""

from __future__ import annotations

import re
from typing import NamedTuple

from sheetgen.limits import MAX_COLUMNS, MAX_ROWS
from sheetgen.page.cell_names import column_number

_CELL = re.compile(
    r"(?<![\w.?\\$!'\]])(?:('[^'\[\]:]+'|[A-Za-z_][\w.]*)!)?\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})(?![\w.(\[!?\\:])"
)
_NOT_CUT = re.compile(r'[":#{\[]')
_COLUMNS: dict[str, int] = {}


class Cell(NamedTuple):
    """A cell as a formula names it; ``sheet`` is None for the formula's own."""

    sheet: str | None
    row: int
    column: int


class Cut(NamedTuple):
    """The pieces of a formula between its references, and these."""

    pieces: tuple[str, ...]
    cells: list[Cell]


def cut(formula: str) -> Cut | None:
    """Return a formula in pieces, None for one that has to be read: with texts, ranges, arrays.

    What looks like a cell and is none is for the caller to find, once for all formulas with the same pieces.
    """
    if _NOT_CUT.search(formula):
        return None
    parts = _CELL.split(formula)
    cells = []
    for sheet, letters, digits in zip(parts[1::4], parts[2::4], parts[3::4], strict=True):
        column, row = _COLUMNS.get(letters) or _column(letters), int(digits)
        if column > MAX_COLUMNS or row > MAX_ROWS:
            return None
        cells.append(Cell(sheet.strip("'") if sheet else None, row, column))
    return Cut(tuple(parts[0::4]), cells)


def _column(letters: str) -> int:
    column = _COLUMNS[letters] = column_number(letters)
    return column
