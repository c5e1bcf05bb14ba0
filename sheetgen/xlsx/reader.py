"""Opening a workbook file: its sheets, their rows, its calculation settings.

Files of any writer are read: Excel, LibreOffice, openpyxl, this project. Nothing is calculated here.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from xml.etree import ElementTree

from openpyxl.utils.exceptions import CellCoordinatesException

from sheetgen.errors import WorkbookError
from sheetgen.xlsx.cells import MAIN, FileCell, read_rows, read_strings
from sheetgen.xlsx.opc import RELATION_ID, Relation, find, main_part, relations, rels_of

_STRINGS = "xl/sharedStrings.xml"
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


class WorkbookFile:
    """An .xlsx file, opened for reading.

    Raises WorkbookError for a file that is absent, no workbook, damaged, encrypted or in the Strict format.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._check_kind()
        try:
            self._archive = zipfile.ZipFile(path)
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
        workbook = self._workbook
        if workbook.tag.startswith(f"{{{_STRICT}}}"):
            raise WorkbookError(f"{self.path} is a Strict Open XML file; save it as an ordinary .xlsx")
        parts = {relation.id: relation.part for relation in self._relations(self._main)}
        named = {sheet.get("name", ""): parts[sheet.get(RELATION_ID, "")] for sheet in workbook.iter(f"{MAIN}sheet")}
        return {name: self._name(part) for name, part in named.items() if "worksheets/" in part.lower()}

    def _name(self, part: str) -> str:
        """Return the name that a part has in the archive: names that differ in case only are one."""
        return find(self._archive.namelist(), part) or part

    def _relations(self, part: str) -> list[Relation]:
        name = find(self._archive.namelist(), rels_of(part))
        return relations(self._archive.read(name), part) if name else []

    @cached_property
    def _main(self) -> str:
        """The name of the workbook part."""
        return self._name(main_part(self._relations("")))

    @property
    def _workbook(self) -> ElementTree.Element:
        return ElementTree.fromstring(self._archive.read(self._main))

    @property
    def calculation(self) -> Mapping[str, str]:
        """The workbook's calculation settings, as attributes of its ``calcPr``."""
        settings = self._workbook.find(f"{MAIN}calcPr")
        return {} if settings is None else dict(settings.attrib)

    @property
    def sheet_names(self) -> tuple[str, ...]:
        """The worksheets, in the order of their tabs."""
        return tuple(self._parts)

    @cached_property
    def _strings(self) -> list[str]:
        part = find(self._archive.namelist(), _STRINGS)
        return read_strings(self._archive.read(part)) if part else []

    def rows(self, sheet: str) -> Iterator[list[FileCell]]:
        """Yield the rows of a sheet, each as the cells that the file holds in it."""
        try:
            with self._archive.open(self._parts[sheet]) as part:
                yield from read_rows(part, lambda: self._strings)
        except DAMAGE as error:
            raise self._damaged(error) from error
