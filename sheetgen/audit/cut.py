"""Formulas cut at their references: what formulas that were filled down have in common, found without reading them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from sheetgen.audit.syntax import Node, Reference, walk
from sheetgen.limits import MAX_COLUMNS, MAX_ROWS
from sheetgen.page.cell_names import column_number

_CORNER = r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})"
_REFERENCE = re.compile(
    rf"(?<![\w.?\\$!'\]:])(?:('[^'\[\]:]+'|[A-Za-z_][\w.]*)!)?{_CORNER}(?::{_CORNER})?(?![\w.(\[!?\\:])"
)
_NOT_CUT = re.compile(r"[#{\[]")
_COLUMNS: dict[str, int] = {}


class Cells(NamedTuple):
    """What a reference names, its corners as they are written; ``sheet`` is None for the formula's own."""

    sheet: str | None
    row: int
    column: int
    last_row: int
    last_column: int


class Cut(NamedTuple):
    """The pieces of a formula between its references, one behind a range with ``:`` before it, and the references."""

    pieces: tuple[str, ...]
    references: list[Cells]

    def is_of(self, references: Sequence[Reference]) -> bool:
        """Whether these are the references of a formula that was read. If so, that goes for all with its pieces."""
        return self.references == [
            (node.sheet, node.first.row, node.first.column, node.last.row, node.last.column) for node in references
        ]


def cut(formula: str) -> Cut | None:
    """Return a formula in pieces, None for one that has to be read: with arrays, errors, tables, other workbooks.

    What looks like a reference and is none is for the caller to find, once for all formulas with the same pieces.
    """
    if _NOT_CUT.search(formula):
        return None
    parts = _REFERENCE.split(formula)
    pieces, references = parts[:1], []
    for start in range(1, len(parts), 6):
        sheet, letters, digits, last_letters, last_digits = parts[start : start + 5]
        row, column = int(digits), _COLUMNS.get(letters) or _column(letters)
        last_row, last_column = row, column
        if last_letters:
            last_row, last_column = int(last_digits), _COLUMNS.get(last_letters) or _column(last_letters)
        pieces.append(":" + parts[start + 5] if last_letters else parts[start + 5])
        if max(column, last_column) > MAX_COLUMNS or max(row, last_row) > MAX_ROWS:
            return None
        references.append(Cells(sheet.strip("'") if sheet else None, row, column, last_row, last_column))
    return Cut(tuple(pieces), references)


def references_in(tree: Node) -> list[Reference]:
    """Return the references of a formula that was read, as they stand in it."""
    return [node for node in walk(tree) if isinstance(node, Reference)]


def _column(letters: str) -> int:
    column = _COLUMNS[letters] = column_number(letters)
    return column
