"""Rows as an engine is to read them: each cell with a formula of its own and no value, or a constant.

A file may write the formula of a column once for all its cells. The embedded engine then looks at every such formula
again at every cell, which takes two minutes for 3,845 columns of 120 rows, and a second where each cell has its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sheetgen.engines.base import CellError, Value
from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import ROW, at_row
from sheetgen.xlsx.alike_rows import AlikeRows, in_row, marked
from sheetgen.xlsx.cells import FileCell
from sheetgen.xlsx.escapes import escape, escaped
from sheetgen.xlsx.sheet_reader import Rows


class FormulasSpelledOut:
    """Spells rows of one sheet with their formulas; what rows that are alike have in common is spelled once."""

    def __init__(self) -> None:
        self._like: Sequence[FileCell] | None = None
        self._template: bytes | None = None

    def rows(self, piece: Rows) -> Iterator[bytes]:
        """Yield the XML of a row, or of each of many."""
        if not isinstance(piece, AlikeRows):
            yield row_of(piece)
            return
        if piece.like is not self._like:
            self._like, self._template = piece.like, _template(piece)
        for index in range(len(piece.values)):
            number = piece.first + index
            yield row_of(piece.row(index)) if self._template is None else in_row(self._template, number)


def row_of(cells: Sequence[FileCell]) -> bytes:
    """Return the XML of a row with its formulas, or its constants where there are none."""
    return b'<row r="%d">%b</row>' % (cells[0].row, _cells_of(cells))


def _cells_of(cells: Sequence[FileCell]) -> bytes:
    spelled = (
        _formula(f"{column_letter(cell.column)}{cell.row}", cell.style, cell.formula or "", cell.fills)
        if cell.has_formula
        else _constant(f"{column_letter(cell.column)}{cell.row}", cell.value, cell.style)
        for cell in cells
    )
    return "".join(spelled).encode()


def _template(rows: AlikeRows) -> bytes | None:
    """Return the XML of rows with marks for their numbers.

    None where a cell has no formula of its own kind, or shares one that does not move from row to row as marks do: two
    rows tell, for every number in a formula stays or grows by 1 from each to the next.
    """
    spelled = []
    for cell, own in zip(rows.like, rows.formulas, strict=True):
        formula = own
        if cell.shared is not None:
            formula = marked(cell.formula or "", cell.row)
            if at_row(formula, cell.row + 1) != _below(cell):
                return None
        if formula is None or cell.fills is not None:
            return None
        spelled.append(_formula(f"{column_letter(cell.column)}{ROW}", cell.style, formula, None))
    return f'<row r="{ROW}">{"".join(spelled)}</row>'.encode()


def _below(cell: FileCell) -> str | None:
    """Return the formula that a cell shares as it reads one row below."""
    return FileCell(cell.row + 1, cell.column, None, shared=cell.shared).formula


def _formula(where: str, style: str, text: str, fills: str | None) -> str:
    array = "" if fills is None else f' t="array" ref="{fills}"'
    return f'<c r="{where}" s="{style}"><f{array}>{escape(text)}</f></c>'


def _constant(where: str, value: Value, style: str = "0") -> str:
    start = f'<c r="{where}" s="{style}"'
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'{start} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, CellError):
        return f'{start} t="e"><v>{escape(value.code)}</v></c>'
    if isinstance(value, str):
        return f'{start} t="inlineStr"><is><t xml:space="preserve">{escaped(value)}</t></is></c>'
    return f"{start}><v>{value!r}</v></c>"
