"""The rows of a table as XML, in bulk.

Formulas of a table are shared formulas, one text for a whole column, and every formula carries its cached value.
Rows below the second differ in their numbers only, so orjson writes many at once: the numbers, and between them, as
fragments, what stays. It puts a comma after each, and these are taken out again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice

import orjson

from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import FIRST_TOGETHER, LAST_TOGETHER, PREVIOUS_ROW, ROW, Column, Table, first_together
from sheetgen.page.style import Style
from sheetgen.xlsx.escapes import escape
from sheetgen.xlsx.formulas import may_be_shared

_PIECE_CELLS = 4_000
_NUMBER = "\x03"
_GAPS = (ROW, PREVIOUS_ROW, FIRST_TOGETHER, LAST_TOGETHER, _NUMBER)
"""What stands in the XML of a row for its number on the sheet, those of other rows, and the next of its values."""
_COMMA = "\x04"
"""Stands for a comma that is not taken out."""
_COMMAS_BACK = bytes.maketrans(_COMMA.encode(), b",")
_END = "</row>"


def spell_table(table: Table, styles: Mapping[Style, int], beside: Mapping[int, str]) -> Iterator[bytes]:
    """Yield a table's rows, many to a piece; ``beside`` has the XML of the cells right of it, by their rows.

    The first row has formulas of its own, the second holds the shared formula of all that follow.
    """
    values, row = table.values(), table.first_row
    many = max(1, _PIECE_CELLS // len(table.columns))
    spelled: dict[bool, _Rows] = {}
    for begins, count in _alike(table):
        if row > table.first_row + 1 and begins in spelled:
            rows = spelled[begins]
        else:
            rows = _Rows(table, styles, row, begins)
            spelled |= {begins: rows} if row > table.first_row + 1 else {}
        alike = islice(values, count)
        while numbers := list(islice(alike, many)):
            yield rows.spell(row, numbers, beside)
            row += len(numbers)


def _alike(table: Table) -> Iterator[tuple[bool, int]]:
    """Yield how many rows follow one another that are alike, and whether they begin those that are together."""
    together = max((column.together for column in table.columns if column.inside is not None), default=1)
    yield True, 1
    yield together == 1, 1
    if together == 1:
        yield True, max(0, table.rows - 2)
        return
    yield False, together - 2
    for _ in range(table.rows // together - 1):
        yield True, 1
        yield False, together - 1


class _Rows:
    """Rows of a table that are alike but for their numbers: as a list, with gaps, of what orjson is to write."""

    def __init__(self, table: Table, styles: Mapping[Style, int], row: int, begins: bool) -> None:
        cells = (_cell(table, styles, index, row, begins) for index in range(len(table.columns)))
        parts = re.split(f"([{''.join(_GAPS)}])", f'<row r="{ROW}">{"".join(cells)}')
        self._items: list[object] = [*map(_fragment, parts), _fragment(_END)]
        self._gaps = {gap: [place for place, part in enumerate(parts) if part == gap] for gap in _GAPS}
        self._first_row, self._together = table.first_row, max(column.together for column in table.columns)
        self._varying = [index for index, column in enumerate(table.columns) if column.constant is None]

    def spell(self, first: int, rows: list[tuple[float, ...]], beside: Mapping[int, str]) -> bytes:
        """Return the XML of some rows of numbers, the first of which has this number on its sheet."""
        width, items = len(self._items), self._items * len(rows)
        for place in self._gaps[ROW]:
            items[place::width] = range(first, first + len(rows))
        for place in self._gaps[PREVIOUS_ROW]:
            items[place::width] = range(first - 1, first - 1 + len(rows))
        for mark, further in ((FIRST_TOGETHER, 0), (LAST_TOGETHER, self._together - 1)):
            for place in self._gaps[mark]:
                numbers = range(first, first + len(rows))
                ends = [first_together(row, self._first_row, self._together) + further for row in numbers]
                items[place::width] = ends
        columns = list(zip(*rows, strict=True))
        for place, index in zip(self._gaps[_NUMBER], self._varying, strict=True):
            items[place::width] = columns[index]
        for row in beside.keys() & range(first, first + len(rows)):
            items[(row - first + 1) * width - 1] = _fragment(beside[row] + _END)
        return orjson.dumps(items)[1:-1].translate(_COMMAS_BACK, b",")


def _fragment(xml: str) -> orjson.Fragment:
    return orjson.Fragment(xml.replace(",", _COMMA))


def _cell(table: Table, styles: Mapping[Style, int], index: int, row: int, begins: bool) -> str:
    """Return the XML of a column's cell in a row and in those that are like it, with gaps."""
    column = table.columns[index]
    style = styles[column.style_in(row, table.first_row)]
    value = _NUMBER if column.constant is None else repr(column.constant)
    formula = _formula(table, column, index, row, begins)
    return f'<c r="{column_letter(index + 1)}{ROW}" s="{style}">{formula}<v>{value}</v></c>'


def _formula(table: Table, column: Column, index: int, row: int, begins: bool) -> str:
    """Return the element that gives a table cell its formula."""
    second = table.first_row + 1
    if row == table.first_row:
        text = column.first if isinstance(column.first, str) else None
        return "" if text is None else f"<f>{escape(text)}</f>"
    text = escape(column.below(begins))
    if second == table.last_row or column.together > 1 or not may_be_shared(column.rest):
        return f"<f>{text}</f>"
    if row == second:
        letter = column_letter(index + 1)
        return f'<f t="shared" ref="{letter}{second}:{letter}{table.last_row}" si="{index}">{text}</f>'
    return f'<f t="shared" si="{index}"/>'
