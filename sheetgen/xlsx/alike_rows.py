"""Rows that are spelled alike: what was read of one row, element by element, holds for whole pieces of rows below it.

A program that writes a table spells its rows alike, but for their own numbers and the numbers in their cells. So the
numbers are taken out of the bytes of many rows, the rows are spelled anew with them, as the row above was spelled, and
where that gives the very bytes of the file there is nothing else in them. No XML is read then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import orjson
from numpy.typing import NDArray

from sheetgen.limits import MAX_ROWS
from sheetgen.page.page import PREVIOUS_ROW, ROW, at_row
from sheetgen.xlsx.cells import FileCell

ROW_END = b"</row>"
"""What ends the bytes of a row."""

_ROW = re.compile(rb'<row r="([0-9]+)"([^<>]*)>')
_CELL = re.compile(rb'(<c r="[A-Z]+)[0-9]+("[^<>]*>(?:<f[^<>]*>)?)([^<]*)((?:</f>)?<v>)[^<]*(</v></c>)')
_NUMBER = re.compile(rb"<v>([-+.0-9eE]+)</v>")
_MINUS_ZERO = b">-0<"  # the whole number 0 to a reader of JSON
_ROW_OF_A_REFERENCE = re.compile("(?<=[A-Z])[0-9]+")
_ROW_MARK, _PREVIOUS_MARK, _VALUE_MARK = ROW.encode(), PREVIOUS_ROW.encode(), b"\x03"
"""Characters that XML cannot hold."""


@dataclass(frozen=True, slots=True)
class AlikeRows:
    """Rows one below another that hold what a row above them holds, except for the numbers in its cells.

    ``like`` are the cells of that row. ``formulas`` are the formulas that stand in them, None for a shared one or none,
    with the marks of `sheetgen.page.page` for a row's number and the number above. ``first`` is the number of the
    first row; ``values`` has a row for each of them, and a column for each cell.
    """

    like: Sequence[FileCell]
    formulas: Sequence[str | None]
    first: int
    values: NDArray[np.float64]

    def row(self, index: int) -> list[FileCell]:
        """Return the cells of a row, counted from 0."""
        row = self.first + index
        return [
            cell._replace(row=row, value=value, own=None if formula is None else at_row(formula, row))
            for cell, formula, value in zip(self.like, self.formulas, self.values[index].tolist(), strict=True)
        ]

    def part(self, start: int, stop: int) -> AlikeRows:
        """Return those of the rows whose numbers on the sheet are from ``start`` on and below ``stop``."""
        start, stop = (min(max(number - self.first, 0), len(self.values)) for number in (start, stop))
        return replace(self, first=self.first + start, values=self.values[start:stop])

    def rows(self) -> Iterator[list[FileCell]]:
        """Yield the rows, cell by cell."""
        yield from map(self.row, range(len(self.values)))


@dataclass(frozen=True, slots=True)
class RowPattern:
    """How rows must be spelled to be like one that was read, down to the row ``last``.

    ``template`` has the marks of rows, and ``%b`` for the number in each cell.
    """

    like: Sequence[FileCell]
    formulas: Sequence[str | None]
    template: bytes
    last: int

    def match(self, xml: bytes, first: int) -> AlikeRows | None:
        """Return some whole rows, the first of which must have this number, or None where they are not alike."""
        rows = xml.count(ROW_END)
        numbers = _NUMBER.findall(xml)
        if len(numbers) != rows * len(self.like) or first + rows - 1 > self.last or _MINUS_ZERO in xml:
            return None
        spelled = b"".join([in_row(self.template, row) for row in range(first, first + rows)]) % tuple(numbers)
        if spelled != xml:
            return None
        try:
            values = np.array(orjson.loads(b"[" + b",".join(numbers) + b"]"), dtype=np.float64)
        except orjson.JSONDecodeError:  # .5 or 1E999, which are numbers to a spreadsheet all the same
            return None
        return AlikeRows(self.like, self.formulas, first, values.reshape(rows, len(self.like)))


def pattern_of(xml: bytes, cells: Sequence[FileCell]) -> RowPattern | None:
    """Return the pattern of a row, given its bytes and what they were read as.

    None for a row that holds more than numbers, or something that no other row may have.
    """
    start = _ROW.match(xml)
    if start is None or not all(map(_repeats, cells)) or b"&#" in xml:
        return None
    row, place = int(start[1]), start.end()
    template = [b'<row r="', _ROW_MARK, b'"', start[2], b">"]
    for _ in cells:
        match = _CELL.match(xml, place)
        if match is None:
            return None
        address, opening, formula, closing, end = match.groups()
        template += [address, _ROW_MARK, opening, marked(formula.decode(), row).encode(), closing, _VALUE_MARK, end]
        place = match.end()
    return RowPattern(
        like=cells,
        formulas=[None if cell.own is None else marked(cell.own, row) for cell in cells],
        template=b"".join([*template, ROW_END]).replace(b"%", b"%%").replace(_VALUE_MARK, b"%b"),
        last=min([MAX_ROWS, *(cell.shared.last_row for cell in cells if cell.shared is not None)]),
    )


def in_row(template: bytes, row: int) -> bytes:
    """Return what has the marks of rows as it stands in one row."""
    return template.replace(_ROW_MARK, b"%d" % row).replace(_PREVIOUS_MARK, b"%d" % (row - 1))


def _repeats(cell: FileCell) -> bool:
    """Whether a cell holds a number, and no formula that is for other cells too."""
    defines = cell.shared is not None and (cell.shared.row, cell.shared.column) == (cell.row, cell.column)
    return type(cell.value) is float and not defines


def marked(formula: str, row: int) -> str:
    """Return a formula with marks for its row, and the row above, where it names cells there."""
    marks = {str(row): ROW, str(row - 1): PREVIOUS_ROW}
    return _ROW_OF_A_REFERENCE.sub(lambda match: marks.get(match[0], match[0]), formula)
