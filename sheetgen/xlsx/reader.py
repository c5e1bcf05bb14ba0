"""Opening a workbook file: its sheets, their rows, what else its parts say.

Files of any writer are read: Excel, LibreOffice, openpyxl, this project. Nothing is calculated here.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from weakref import finalize
from xml.etree import ElementTree

from sheetgen.errors import WorkbookError
from sheetgen.xlsx.alike_rows import AlikeRows
from sheetgen.xlsx.cells import MAIN, STRICT, FileCell, read_strings
from sheetgen.xlsx.filled_cells import FilledCells
from sheetgen.xlsx.opc import RELATION_ID, Relation, find, main_part, relations, rels_of
from sheetgen.xlsx.plain_xml import Ambiguous, parse, root_in_any_encoding
from sheetgen.xlsx.sheet_reader import Rows, SheetReader

DAMAGE = (
    zipfile.BadZipFile,
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
_END, _END_SIZE = b"PK\x05\x06", 22
"""How the end of an archive without a comment begins, and its size in bytes."""
_WORKSHEET = "worksheet"
_KEPT = 1 << 20
"""The bytes up to which a part is kept when it was read: it is looked at more than once."""


class WorkbookFile:
    """An .xlsx file, opened for reading, and closed when it is no longer used.

    Raises WorkbookError for a file that is absent, no workbook, damaged, encrypted or in the Strict format.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._check_kind()
        self._frames: dict[str, tuple[ElementTree.Element, list[int]]] = {}
        self._roots: dict[str, ElementTree.Element] = {}
        self._names: dict[str, str] = {}
        self._relations: dict[str, list[Relation]] = {}
        try:
            with ExitStack() as opened:  # closed again where its sheets cannot be read
                self._archive = opened.enter_context(zipfile.ZipFile(path))
                self._parts = self._sheet_parts()
                # Closed when nothing holds the workbook any more, also where a traceback held it in a circle.
                finalize(self, opened.pop_all().close)
        except DAMAGE as error:
            raise self._unreadable(error) from error

    def _check_kind(self) -> None:
        try:
            if self.path.exists() and not (self.path.is_file() or self.path.is_dir()):
                raise WorkbookError(f"{self.path} is a pipe or a device, and no .xlsx workbook")
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

    def _unreadable(self, error: Exception, what: str = "") -> WorkbookError:
        where = f"{self.path}, {what}," if what else f"{self.path}"
        if isinstance(error, Ambiguous):
            remedy = "programs read that differently: open and save it in a spreadsheet, or build it again"
            return WorkbookError(f"{where} has {error}; {remedy}")
        return WorkbookError(f"{where} is damaged or no .xlsx workbook ({error}); save or build it again")

    def _sheet_parts(self) -> dict[str, str]:
        """Map the name of each worksheet to its part."""
        if self.workbook.tag.startswith(STRICT):
            raise WorkbookError(f"{self.path} is a Strict Open XML file; save it as an ordinary .xlsx")
        found = {relation.id: relation for relation in self.relations(self.main)}
        sheets = [(sheet.get("name", ""), found[sheet.get(RELATION_ID, "")]) for sheet in self.sheet_elements]
        return {name: self.name(sheet.part) for name, sheet in sheets if sheet.kind == _WORKSHEET}

    @cached_property
    def names(self) -> list[str]:
        """The names of the parts, as often as the file has them."""
        return self._archive.namelist()

    @property
    def is_bare(self) -> bool:
        """Whether the archive begins with a part and ends with its list of parts: nothing before, nothing behind."""
        with self.path.open("rb") as file:
            file.seek(-_END_SIZE, os.SEEK_END)
            ends = file.read(len(_END)) == _END
        return ends and min(entry.header_offset for entry in self._archive.infolist()) == 0

    def name(self, part: str) -> str:
        """Return the name that a part has in the archive: names that differ in case only are one."""
        if part not in self._names:
            self._names[part] = find(self.names, part) or part
        return self._names[part]

    def relations(self, part: str = "") -> list[Relation]:
        """Return the relations of a part, or of the package itself; links to the outside are left out."""
        if part not in self._relations:
            name = find(self.names, rels_of(part))
            self._relations[part] = relations(self._archive.read(name), part) if name else []
        return self._relations[part]

    def related(self, part: str, kind: str) -> list[str]:
        """Return the names of the parts that a part leads to by relations of a kind."""
        return [self.name(relation.part) for relation in self.relations(part) if relation.kind == kind]

    def links(self, part: str) -> dict[str, str]:
        """Return the addresses outside of the file to which the relations of a part lead, by their identifiers."""
        name = find(self.names, rels_of(part))
        found = parse(self._archive.read(name)) if name else ElementTree.Element("")
        return {link.get("Id", ""): link.get("Target", "") for link in found if link.get("TargetMode") == "External"}

    def read(self, part: str) -> ElementTree.Element:
        """Return the root of a part, which is not to be changed.

        Raises WorkbookError for one that is absent, damaged or read differently.
        """
        name = self.name(part)
        if name in self._roots:
            return self._roots[name]
        try:
            content = self._archive.read(name)
            root = parse(content)
        except DAMAGE as error:
            raise self._unreadable(error, part) from error
        if len(content) <= _KEPT:
            self._roots[name] = root
        return root

    def content(self, part: str) -> bytes:
        """Return the bytes of a part. Raises WorkbookError for one that is absent or damaged."""
        try:
            return self._archive.read(self.name(part))
        except DAMAGE as error:
            raise self._unreadable(error, part) from error

    @cached_property
    def main(self) -> str:
        """The name of the workbook part."""
        return self.name(main_part(self.relations()))

    @cached_property
    def workbook(self) -> ElementTree.Element:
        """The workbook part, in whatever encoding."""
        return root_in_any_encoding(self._archive.read(self.main))

    @property
    def sheet_elements(self) -> list[ElementTree.Element]:
        """The sheets of every kind, as the workbook part lists them."""
        return self.workbook.findall(f"{MAIN}sheets/{MAIN}sheet")

    @property
    def calculation(self) -> Mapping[str, str]:
        """The workbook's calculation settings, as attributes of its ``calcPr``."""
        settings = self.workbook.find(f"{MAIN}calcPr")
        return {} if settings is None else dict(settings.attrib)

    @property
    def sheet_names(self) -> tuple[str, ...]:
        """The worksheets, in the order of their tabs."""
        return tuple(self._parts)

    @cached_property
    def _strings(self) -> list[str]:
        return [text for part in self.related(self.main, "sharedStrings") for text in self._texts(part)]

    def _texts(self, part: str) -> list[str]:
        return read_strings(self._archive.read(part))

    def rows(self, sheet: str, *, filled: bool = False) -> Iterator[list[FileCell]]:
        """Yield the rows of a sheet, each as the cells that the file holds in it; raises as `row_pieces` does.

        With ``filled`` the cells that have a format alone are left out, most of them unseen.
        """
        for piece in self.row_pieces(sheet, filled=filled):
            if isinstance(piece, AlikeRows):
                yield from piece.rows()
            else:
                yield piece

    def row_pieces(self, sheet: str, *, filled: bool = False) -> Iterator[Rows]:
        """Yield the rows of a sheet, those that are spelled alike many at once; ``filled`` as in `rows`.

        Raises WorkbookError for what is damaged, or what programs read differently.
        """
        reader = SheetReader(lambda: self._strings)
        try:
            with self._archive.open(self._parts[sheet]) as part:
                yield from reader.rows(FilledCells(part) if filled else part)
        except DAMAGE as error:
            raise self._unreadable(error, f"sheet {sheet!r}") from error
        self._frames[sheet] = reader.root, reader.hidden  # the reader itself holds this workbook, for its strings

    def part(self, sheet: str) -> str:
        """Return the name of a sheet's part."""
        return self._parts[sheet]

    def frame(self, sheet: str) -> ElementTree.Element:
        """Return a sheet without its rows, for which they are read where that was not done before."""
        return self._when_read(sheet)[0]

    def hidden_rows(self, sheet: str) -> list[int]:
        """Return the numbers of the rows of a sheet that do not show; read as for `frame`."""
        return self._when_read(sheet)[1]

    def _when_read(self, sheet: str) -> tuple[ElementTree.Element, list[int]]:
        """Return a sheet without its rows, and the numbers of those that do not show."""
        if sheet not in self._frames:
            for _ in self.row_pieces(sheet):
                pass
        return self._frames[sheet]
