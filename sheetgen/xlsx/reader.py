"""Reading a workbook file: sheets, and for each cell its formula and its cached value, row by row.

Files of any writer are read: Excel, LibreOffice, openpyxl, this project. Nothing is calculated here.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
from openpyxl.utils.exceptions import CellCoordinatesException

from sheetgen.engines.base import CellError, Value
from sheetgen.errors import WorkbookError
from sheetgen.xlsx.formulas import shifted

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
DAMAGE = (
    zipfile.BadZipFile,
    CellCoordinatesException,
    ArithmeticError,
    RuntimeError,
    zlib.error,
    ElementTree.ParseError,
    LookupError,
    ValueError,
    EOFError,
    OSError,
)
"""What reading raises where a file is cut off, overwritten or no workbook."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class SharedFormula:
    """A formula written once for many cells, as it stands in its first cell."""

    text: str
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class FileCell:
    """A cell as the file has it. ``value`` is the cached value where there is a formula.

    ``own`` is the cell's own formula, without ``=``; ``shared`` the formula it shares with others.
    """

    row: int
    column: int
    value: Value
    own: str | None = None
    shared: SharedFormula | None = None

    @property
    def formula(self) -> str | None:
        """The formula as it reads in this cell, without ``=``, or None."""
        if self.shared is None:
            return self.own
        return shifted(self.shared.text, self.row - self.shared.row, self.column - self.shared.column)


class WorkbookFile:
    """An .xlsx file, opened for reading.

    Raises WorkbookError for a file that is absent, no workbook, damaged, encrypted or in the Strict format.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._check_kind()
        try:
            self._package = zipfile.ZipFile(path)
            self._parts = self._sheet_parts()
        except DAMAGE as error:
            raise self._damaged(error) from error

    def _check_kind(self) -> None:
        try:
            with self.path.open("rb") as file:
                start = file.read(8)
        except FileNotFoundError:
            raise WorkbookError(f"there is no file {self.path}") from None
        except OSError as error:
            raise WorkbookError(f"{self.path} cannot be read: {error.strerror}") from None
        if start == _OLE:
            raise WorkbookError(f"{self.path} is encrypted or an old .xls; save it as an .xlsx without a password")
        if start[:4] != b"PK\x03\x04":
            raise WorkbookError(f"{self.path} is no .xlsx workbook")

    def _damaged(self, error: Exception) -> WorkbookError:
        return WorkbookError(f"{self.path} is damaged or no .xlsx workbook ({error}); save or build it again")

    def _sheet_parts(self) -> dict[str, str]:
        """Map the name of each worksheet to its part."""
        book = ElementTree.fromstring(self._package.read("xl/workbook.xml"))
        if book.tag.startswith(f"{{{_STRICT}}}"):
            raise WorkbookError(f"{self.path} is a Strict Open XML file; save it as an ordinary .xlsx")
        relations = ElementTree.fromstring(self._package.read("xl/_rels/workbook.xml.rels"))
        targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        found = {}
        for sheet in book.iter(f"{_MAIN}sheet"):
            target = targets[sheet.get(_RELATION)]
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if "worksheets/" in part:
                found[sheet.get("name", "")] = part
        return found

    @property
    def calculation(self) -> Mapping[str, str]:
        """The workbook's calculation settings, as attributes of its ``calcPr``."""
        book = ElementTree.fromstring(self._package.read("xl/workbook.xml"))
        found = book.find(f"{_MAIN}calcPr")
        return {} if found is None else dict(found.attrib)

    @property
    def sheet_names(self) -> tuple[str, ...]:
        """The worksheets, in the order of their tabs."""
        return tuple(self._parts)

    @cached_property
    def _strings(self) -> list[str]:
        if "xl/sharedStrings.xml" not in self._package.namelist():
            return []
        root = ElementTree.fromstring(self._package.read("xl/sharedStrings.xml"))
        return [_text(item) for item in root.iter(f"{_MAIN}si")]

    def rows(self, sheet: str) -> Iterator[list[FileCell]]:
        """Yield the rows of a sheet, each as the cells that the file holds in it."""
        try:
            with self._package.open(self._parts[sheet]) as part:
                yield from self._rows(part)
        except DAMAGE as error:
            raise self._damaged(error) from error

    def _rows(self, part: IO[bytes]) -> Iterator[list[FileCell]]:
        masters: dict[str, SharedFormula] = {}
        data = None
        number = 0
        for event, element in ElementTree.iterparse(part, events=("start", "end")):
            if event == "start":
                data = element if element.tag == f"{_MAIN}sheetData" else data
            elif element.tag == f"{_MAIN}row":
                number = int(element.get("r") or number + 1)
                yield self._cells(element, number, masters)
                if data is not None:
                    data.clear()

    def _cells(self, row: ElementTree.Element, number: int, masters: dict[str, SharedFormula]) -> list[FileCell]:
        cells = []
        column = 0
        for element in row:
            where = element.get("r")
            column = column_index_from_string(coordinate_from_string(where)[0]) if where else column + 1
            cells.append(self._cell(element, number, column, masters))
        return cells

    def _cell(self, element: ElementTree.Element, row: int, column: int, masters: dict[str, SharedFormula]) -> FileCell:
        formula = element.find(f"{_MAIN}f")
        value = self._value(element)
        if formula is None:
            return FileCell(row, column, value)
        text = (formula.text or "").strip().removeprefix("=")
        if formula.get("t") != "shared":
            return FileCell(row, column, value, own=text)
        key = formula.get("si", "")
        if text:
            masters[key] = SharedFormula(text, row, column)
        return FileCell(row, column, value, shared=masters[key])

    def _value(self, element: ElementTree.Element) -> Value:
        kind = element.get("t", "n")
        if kind == "inlineStr":
            return _text(element)
        found = element.find(f"{_MAIN}v")
        if found is None or (found.text is None and kind != "str"):
            return None
        text = found.text or ""
        if kind == "s":
            return self._strings[int(text)]
        if kind == "b":
            return text == "1"
        if kind == "e":
            return CellError(text)
        return text if kind in ("str", "d") else float(text)


def _text(element: ElementTree.Element) -> str:
    """Return the text of a string item, its runs joined, phonetic hints left out."""
    runs = (part for part in element if part.tag != f"{_MAIN}rPh")
    return "".join(node.text or "" for part in runs for node in part.iter(f"{_MAIN}t"))
