"""The .xlsx as a zip of parts: rows are put into the shell's sheet parts, those of large tables side by side."""

from __future__ import annotations

import os
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO

from sheetgen.errors import UsageError
from sheetgen.page.page import Page
from sheetgen.shares import Told, untold
from sheetgen.xlsx.deflated import add_deflated, deflate
from sheetgen.xlsx.sheet_rows import SheetPart, sheet_part
from sheetgen.xlsx.shell import Shell
from sheetgen.xlsx.workers import compressing

_EPOCH, _LAST = 315_532_800, 4_354_819_199  # 1980-01-01 and 2107-12-31, the first and last date a zip can hold
_COMPRESSION_LEVEL = 1


def timestamp() -> datetime:
    """Return the date that a workbook carries: SOURCE_DATE_EPOCH, else a constant.

    Raises UsageError where that is no number of seconds that a zip can date.
    """
    seconds = os.environ.get("SOURCE_DATE_EPOCH") or str(_EPOCH)
    if not seconds.isascii() or not seconds.isdigit() or int(seconds) > _LAST:
        raise UsageError(f"SOURCE_DATE_EPOCH is {seconds!r}; it must be a number of seconds up to {_LAST}")
    return datetime.fromtimestamp(max(int(seconds), _EPOCH), UTC)


def stamp() -> str:
    """Return that date as the parts of a workbook spell it. Raises UsageError as `timestamp` does."""
    return timestamp().strftime("%Y-%m-%dT%H:%M:%SZ")


def write(file: IO[bytes], shell: Shell, pages: list[Page], folder: Path | None = None, told: Told = untold) -> None:
    """Write a workbook: the shell's parts, with each page's rows in its sheet.

    ``folder`` is where large sheets are put before they have their place in the file, by default the system's folder
    for temporary files. ``told`` is told the share of the cells that is written.
    Raises OSError where there is no room, and as `workers.compressing` does.
    """
    by_part = {shell.sheets[page.name]: page for page in pages}

    def spelled(name: str) -> SheetPart:
        return sheet_part(shell.parts[name], by_part[name], shell.styles)

    cells = {name: _cells(page) for name, page in by_part.items()}
    large = {name: spelled(name) for name, page in by_part.items() if page.table and page.table.is_portable}
    written = 0
    with compressing(large, folder) as compressed, zipfile.ZipFile(file, "w") as archive:
        small = {
            name: deflate(spelled(name).pieces() if name in by_part else [content], BytesIO())
            for name, content in shell.parts.items()
            if name not in large
        }
        for name in sorted(shell.parts, key=_rank):
            add_deflated(archive, entry(name), small[name] if name in small else compressed(name))
            written += cells.get(name, 0)
            told(written / sum(cells.values()))


def _cells(page: Page) -> int:
    return len(page.cells) + (page.table.rows * len(page.table.columns) if page.table else 0)


def _rank(name: str) -> tuple[bool, bool]:
    """Return where a part stands: the content types first, then the relations of the package, as Excel does."""
    return name != "[Content_Types].xml", not name.startswith("_rels/")


def entry(name: str) -> zipfile.ZipInfo:
    """Return the entry of a part in the zip, dated as `timestamp` says."""
    info = zipfile.ZipInfo(name, timestamp().timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    info._compresslevel = _COMPRESSION_LEVEL  # type: ignore[attr-defined]  # public only from Python 3.13
    info.external_attr = 0o644 << 16
    return info
