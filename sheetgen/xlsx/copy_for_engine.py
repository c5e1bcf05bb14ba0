"""A copy of a workbook in which some sheets hold other rows: what an engine is to calculate of it at one time."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryFile

from sheetgen.xlsx.cells import MAIN
from sheetgen.xlsx.deflated import add_deflated, deflate
from sheetgen.xlsx.reader import WorkbookFile
from sheetgen.xlsx.writer import entry

_TOGETHER = 1 << 20
"""The bytes that are compressed together."""


def write_copy(file: WorkbookFile, path: Path, sheets: Mapping[str, Iterable[bytes]]) -> None:
    """Write a copy of a workbook in which some sheets hold these rows, as XML, and nothing else.

    Raises OSError where there is no room for it.
    """
    replaced = {file.part(sheet): rows for sheet, rows in sheets.items()}
    with zipfile.ZipFile(path, "w") as copy, TemporaryFile(dir=path.parent) as compressed:
        for name in file.names:
            pieces = _part(replaced[name]) if name in replaced else [file.content(name)]
            compressed.seek(0)
            add_deflated(copy, entry(name), deflate(pieces, compressed))


def _part(rows: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the part of a sheet of these rows, many to a piece."""
    pieces = [f'<worksheet xmlns="{MAIN[1:-1]}"><sheetData>'.encode()]
    size = 0
    for row in rows:
        pieces.append(row)
        size += len(row)
        if size >= _TOGETHER:
            yield b"".join(pieces)
            pieces, size = [], 0
    yield b"".join([*pieces, b"</sheetData></worksheet>"])
