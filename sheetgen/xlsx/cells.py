"""The cells of a sheet part, row by row: for each its formula and its cached value, as the file has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO
from xml.etree import ElementTree

from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from sheetgen.engines.base import CellError, Value
from sheetgen.xlsx.escapes import decoded
from sheetgen.xlsx.formulas import shifted

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
"""The namespace of a workbook's elements, as ElementTree spells it."""


@dataclass(frozen=True, slots=True)
class SharedFormula:
    """A formula written once for many cells, as it stands in its first cell."""

    text: str
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class FileCell:
    """A cell as the file has it. ``value`` is the cached value where there is a formula.

    ``own`` is the cell's own formula, without ``=``; ``shared`` the formula it shares with others;
    ``fills`` the cells whose values an array formula, or the formula of a data table, gives.
    """

    row: int
    column: int
    value: Value
    own: str | None = None
    shared: SharedFormula | None = None
    fills: str | None = None

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


def read_rows(part: IO[bytes], strings: Callable[[], Sequence[str]]) -> Iterator[list[FileCell]]:
    """Yield the rows of a sheet part, each as the cells that the file holds in it.

    ``strings`` gives the workbook's shared strings; it is called where a cell refers to one.
    """
    yield from _SheetReader(strings).rows(part)


def read_strings(xml: bytes) -> list[str]:
    """Return the shared strings of a workbook."""
    return [_text(item) for item in ElementTree.fromstring(xml).iter(f"{MAIN}si")]


class _SheetReader:
    """Reads one sheet; it knows the first cell of every shared formula that it came by."""

    def __init__(self, strings: Callable[[], Sequence[str]]) -> None:
        self._strings = strings
        self._shared: dict[str, SharedFormula] = {}

    def rows(self, part: IO[bytes]) -> Iterator[list[FileCell]]:
        data = None
        number = 0
        for event, element in ElementTree.iterparse(part, events=("start", "end")):
            if event == "start":
                data = element if element.tag == f"{MAIN}sheetData" else data
            elif element.tag == f"{MAIN}row":
                number = int(element.get("r") or number + 1)
                yield self._cells(element, number)
                if data is not None:
                    data.clear()

    def _cells(self, row: ElementTree.Element, number: int) -> list[FileCell]:
        cells = []
        column = 0
        for element in row:
            where = element.get("r")
            column = column_index_from_string(coordinate_from_string(where)[0]) if where else column + 1
            cells.append(self._cell(element, number, column))
        return cells

    def _cell(self, element: ElementTree.Element, row: int, column: int) -> FileCell:
        formula = element.find(f"{MAIN}f")
        value = self._value(element)
        if formula is None:
            return FileCell(row, column, value)
        text = (formula.text or "").strip().removeprefix("=")
        if (kind := formula.get("t")) != "shared":
            fills = formula.get("ref", "") if kind in ("array", "dataTable") else None
            return FileCell(row, column, value, own=text, fills=fills)
        key = formula.get("si", "")
        if text:
            self._shared[key] = SharedFormula(text, row, column)
        return FileCell(row, column, value, shared=self._shared[key])

    def _value(self, element: ElementTree.Element) -> Value:
        kind = element.get("t", "n")
        if kind == "inlineStr":
            return _text(element)
        content = element.find(f"{MAIN}v")
        if content is None or (content.text is None and kind != "str"):
            return None
        text = content.text or ""
        if kind == "s":
            return self._strings()[int(text)]
        if kind == "b":
            return text == "1"
        if kind == "e":
            return CellError(text)
        if kind == "str":
            return decoded(text)
        return text if kind == "d" else float(text)


def _text(element: ElementTree.Element) -> str:
    """Return the text of a string item, its runs joined, phonetic hints left out."""
    runs = (part for part in element if part.tag != f"{MAIN}rPh")
    return decoded("".join(node.text or "" for part in runs for node in part.iter(f"{MAIN}t")))
