"""The cells of a row of a sheet part: for each its formula and its cached value, as Excel reads them.

What programs read differently is refused: a cell given twice or out of order, an address that names another row, two
values in a cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple
from xml.etree import ElementTree

from openpyxl.utils.cell import column_index_from_string, range_boundaries

from sheetgen.engines.base import CellError, Value
from sheetgen.limits import MAX_COLUMNS, MAX_ROWS
from sheetgen.page.cell_names import column_letter
from sheetgen.xlsx.escapes import decoded
from sheetgen.xlsx.formulas import shifted
from sheetgen.xlsx.plain_rows import PlainCell, PlainRow
from sheetgen.xlsx.plain_xml import Ambiguous, parse

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
"""The namespace of a workbook's elements, as ElementTree spells it."""
STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
"""The same in files of the Strict format."""
COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
"""The namespace of what tells a program what to do with what it does not know."""

_CELL = f"{MAIN}c"
_FORMULA, _VALUE, _INLINE, _EXTENSIONS = f"{MAIN}f", f"{MAIN}v", f"{MAIN}is", f"{MAIN}extLst"
_RUN, _TEXT, _LOOKS = f"{MAIN}r", f"{MAIN}t", f"{MAIN}rPr"
_READING, _OF_READINGS = f"{MAIN}rPh", f"{MAIN}phoneticPr"
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_LETTERS = re.compile(r"[A-Z]{1,3}")


@dataclass(frozen=True, slots=True)
class SharedFormula:
    """A formula written once for many cells, as it stands in its first cell."""

    text: str
    row: int
    column: int
    last_row: int = field(default=MAX_ROWS, compare=False)
    """The last row of the cells that it is for."""


class FileCell(NamedTuple):
    """A cell as the file has it. ``value`` is the cached value where there is a formula.

    ``own`` is the cell's own formula, without ``=``; ``shared`` the formula it shares with others;
    ``fills`` the cells whose values an array formula, or the formula of a data table, gives.
    ``style`` is the number of its cell format; ``rich`` says that it is more than its value: a picture, a record, an
    array that spills. ``runs`` are what the file says of the looks of pieces of its text.
    """

    row: int
    column: int
    value: Value
    own: str | None = None
    shared: SharedFormula | None = None
    fills: str | None = None
    style: str = "0"
    rich: bool = False
    runs: tuple[ElementTree.Element, ...] = ()

    @property
    def has_formula(self) -> bool:
        """Whether the cell holds a formula, its own or a shared one."""
        return self.own is not None or self.shared is not None

    @property
    def formula(self) -> str | None:
        """The formula as it reads in this cell, without ``=``, or None."""
        if self.shared is None:
            return self.own
        return shifted(self.shared.text, self.row - self.shared.row, self.column - self.shared.column)


class PiecedText(str):
    """A text of several pieces; ``runs`` are what the file says of their looks."""

    __slots__ = ("runs",)
    runs: tuple[ElementTree.Element, ...]


def read_strings(xml: bytes) -> list[str]:
    """Return the shared strings of a workbook, each a PiecedText whose pieces have looks of their own."""
    return [_text(item) for item in parse(xml) if item.tag == f"{MAIN}si"]


class CellReader:
    """Reads the cells of one sheet. ``strings`` gives the workbook's shared strings; it is called where needed."""

    def __init__(self, strings: Callable[[], Sequence[str]]) -> None:
        self._strings = strings
        self._shared: dict[str, tuple[SharedFormula, tuple[int, int, int, int]]] = {}

    def cells(self, row: ElementTree.Element, number: int) -> list[FileCell]:
        """Return the cells of a row. Raises Ambiguous where programs would differ."""
        digits = str(number)
        cells = []
        column = 0
        for element in row:
            if element.tag != _CELL:
                if element.tag == _EXTENSIONS:
                    continue
                raise Ambiguous(f"{named(element)} in row {digits}")
            where = element.get("r")
            if where is None:
                column += 1
            else:
                letters = where.removesuffix(digits)
                place = _column(letters) if len(letters) + len(digits) == len(where) else 0
                if place <= column:
                    raise Ambiguous(f"the address {where} in row {digits}, behind column {column}")
                column = place
            cells.append(self._cell(element, number, column))
        return cells

    def plain_cells(self, row: PlainRow) -> list[FileCell] | None:
        """Return the cells of a row that is spelled plainly; None where one does not stand in its place."""
        digits = str(row.number)
        cells, before = [], 0
        for cell in row.cells:
            column = _column(cell.address.removesuffix(digits))
            if column <= before:
                return None
            cells.append(self._plain_cell(cell, column, row.number))
            before = column
        return cells

    def _plain_cell(self, cell: PlainCell, column: int, row: int) -> FileCell:
        shown = self._value(cell.kind, cell.value, cell.inline and decoded(cell.inline))
        shown, runs = _runs_apart(shown) if cell.kind == "s" else (shown, ())
        if cell.attributes is None:
            return FileCell(row, column, shown, style=cell.style, runs=runs)
        own, shared, fills = self._formula(cell.attributes, cell.formula, row, column)
        return FileCell(row, column, shown, own, shared, fills, cell.style, runs=runs)

    def _cell(self, element: ElementTree.Element, row: int, column: int) -> FileCell:
        formula = value = inline = None
        for part in element:
            if part.tag == _FORMULA and formula is value is inline is None and not len(part):
                formula = part
            elif part.tag == _VALUE and value is inline is None and not len(part):
                value = part
            elif part.tag == _INLINE and value is inline is None:
                inline = part
            elif part.tag != _EXTENSIONS:
                raise Ambiguous(f"{named(part)}, not where it belongs, in {_name(row, column)}")
        content = None if value is None else value.text or ""
        own_text = None if inline is None else _text(inline)
        shown, runs = _runs_apart(self._value(element.get("t", "n"), content, own_text))
        style = element.get("s", "0")
        rich = element.get("vm") is not None or element.get("cm") is not None
        if formula is None:
            return FileCell(row, column, shown, style=style, rich=rich, runs=runs)
        own, shared, fills = self._formula(formula.attrib, formula.text or "", row, column)
        return FileCell(row, column, shown, own, shared, fills, style, rich, runs)

    def _formula(
        self, attributes: Mapping[str, str], text: str, row: int, column: int
    ) -> tuple[str | None, SharedFormula | None, str | None]:
        """Return the formula of a cell: its own, the one that it shares, and the cells whose values it gives."""
        text = text.strip().removeprefix("=")
        if not attributes:
            return text, None, None
        kind = attributes.get("t", "normal")
        if kind == "shared":
            return None, self._share(attributes, text, row, column), None
        if kind not in ("normal", "array", "dataTable"):
            raise Ambiguous(f"a formula of the kind {kind!r} in {_name(row, column)}")
        return text, None, None if kind == "normal" else _area(attributes.get("ref", ""))

    def _share(self, attributes: Mapping[str, str], text: str, row: int, column: int) -> SharedFormula:
        """Return the formula that a cell shares, which the first of its cells defines, with the cells it is for."""
        key = attributes.get("si", "")
        if text:
            if key in self._shared:
                raise Ambiguous(f"a second shared formula {key!r} in {_name(row, column)}")
            area = _boundaries(attributes.get("ref", ""))
            self._shared[key] = SharedFormula(text, row, column, last_row=area[-1]), area
        shared, (left, top, right, bottom) = self._shared[key]
        if not (top <= row <= bottom and left <= column <= right):
            raise Ambiguous(f"the formula of other cells in {_name(row, column)}")
        return shared

    def _value(self, kind: str, text: str | None, inline: str | None) -> Value:
        """Return the value of a cell, given the text that is spelled as its value, and that of its own."""
        if (kind == "inlineStr") != (inline is not None) and not (text is inline is None):
            raise Ambiguous(f"a cell of the kind {kind!r} with another kind of value")
        if inline is not None:
            return inline
        if text is None or (not text and kind != "str"):
            return None
        if kind == "n":
            return float(text) if _NUMBER.fullmatch(text) else CellError(text)
        if kind == "s":
            return self._strings()[int(text)] if text.isascii() and text.isdigit() else CellError(text)
        if kind == "b":
            return text == "1" if text in ("0", "1") else CellError(text)
        if kind == "e":
            return CellError(text)
        if kind not in ("str", "d"):
            raise Ambiguous(f"a cell of the kind {kind!r}")
        return decoded(text) if kind == "str" else text


def _runs_apart(value: Value) -> tuple[Value, tuple[ElementTree.Element, ...]]:
    """Return a value as it is without what the file says of the looks of its pieces, and that."""
    return (str(value), value.runs) if isinstance(value, PiecedText) else (value, ())


def _boundaries(area: str) -> tuple[int, int, int, int]:
    """Return the first column and row of an area of cells, and the last."""
    left, top, right, bottom = range_boundaries(area)
    if left is None or top is None or right is None or bottom is None:
        raise Ambiguous(f"a shared formula of the cells {area!r}")
    return left, top, right, bottom


def _area(cells: str) -> str:
    """Return an area of cells, one cell by itself."""
    first, _, last = cells.partition(":")
    return first if last in ("", first) else cells


def _name(row: int, column: int) -> str:
    return f"{column_letter(column)}{row}"


@cache
def _column(letters: str) -> int:
    """Return the number of a column, 0 for what is none."""
    column = int(column_index_from_string(letters)) if _LETTERS.fullmatch(letters) else 0
    return column if column <= MAX_COLUMNS else 0


def _text(element: ElementTree.Element) -> str:
    """Return the text of a string item, its runs joined, phonetic hints left out."""
    pieces: list[str] = []
    runs: list[ElementTree.Element] = []
    for part in element:
        if part.tag == _TEXT and not pieces:
            pieces.append(part.text or "")
        elif part.tag == _RUN and (len(element) == 1 or element[0].tag != _TEXT):
            pieces += [run.text or "" for run in part if run.tag == _TEXT]
            runs += part.findall(_LOOKS)
        elif part.tag == _READING:
            runs.append(part)
        elif part.tag not in (_OF_READINGS, _LOOKS):
            raise Ambiguous(f"{named(part)} in a text")
    text = decoded("".join(pieces))
    if not runs:
        return text
    pieced = PiecedText(text)
    pieced.runs = tuple(runs)
    return pieced


def named(element: ElementTree.Element) -> str:
    """Return how an element of the file is called."""
    space, _, name = element.tag.rpartition("}")
    return f"<{name}>" if f"{space}}}" == MAIN else f"a foreign <{name}>"
