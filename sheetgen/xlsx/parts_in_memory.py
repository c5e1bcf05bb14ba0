"""The parts that openpyxl makes of a workbook, kept in memory, not packed into a file and taken out of it again."""

from __future__ import annotations

from io import BytesIO
from typing import Any, cast
from zipfile import ZipFile

from openpyxl import Workbook
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter


def parts_of(workbook: Workbook) -> dict[str, bytes]:
    """Return the parts of a workbook by their names."""
    archive = _Archive()
    _Writer(workbook, cast(ZipFile, archive)).write_data()
    return archive.parts


class _Archive:
    """As much of a zip file as openpyxl's writer asks for."""

    def __init__(self) -> None:
        self.parts: dict[str, bytes] = {}

    def writestr(self, name: str, content: bytes | str) -> None:
        """Take a part."""
        self.parts[name] = content.encode() if isinstance(content, str) else content

    def namelist(self) -> list[str]:
        """Return the names of the parts that were taken."""
        return list(self.parts)


class _Writer(ExcelWriter):
    """Writes as openpyxl does, but for its temporary file a sheet."""

    _archive: Any
    manifest: Any

    def write_worksheet(self, ws: Any) -> None:
        """Write a sheet part, and keep what it is to lead to."""
        ws._drawing = SpreadsheetDrawing()
        ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
        links, writer = ws._hyperlinks, WorksheetWriter(ws, out=BytesIO())
        ws._hyperlinks = links  # which the writer has forgotten, to gather those of cells
        writer.write()
        ws._rels = writer._rels  # type: ignore[attr-defined]
        self._archive.writestr(ws.path.removeprefix("/"), writer.read())
        self.manifest.append(ws)
