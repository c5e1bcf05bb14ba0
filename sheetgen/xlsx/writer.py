"""The .xlsx as a zip of parts: rows are streamed into the shell's sheet parts, the file written whole.

Rows are formed while the rows before them are compressed, in a second thread.
"""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import IO

from openpyxl.utils import get_column_letter

from sheetgen.errors import UsageError
from sheetgen.page.page import Page
from sheetgen.page.style import Style
from sheetgen.xlsx.sheet_rows import spell_rows
from sheetgen.xlsx.shell import Shell

_EPOCH, _LAST = 315_532_800, 4_354_819_199  # 1980-01-01 and 2107-12-31, the first and last date a zip can hold
_SHELL_ROWS = re.compile(rb"<sheetData\s*/>|<sheetData>.*</sheetData>", re.DOTALL)
_COMPRESSION_LEVEL = 1
_MOST_WAITING = 8


def timestamp() -> datetime:
    """Return the date that a workbook carries: SOURCE_DATE_EPOCH, else a constant.

    Raises UsageError where that is no number of seconds that a zip can date.
    """
    seconds = os.environ.get("SOURCE_DATE_EPOCH") or str(_EPOCH)
    if not seconds.isascii() or not seconds.isdigit() or int(seconds) > _LAST:
        raise UsageError(f"SOURCE_DATE_EPOCH is {seconds!r}; it must be a number of seconds up to {_LAST}")
    return datetime.fromtimestamp(max(int(seconds), _EPOCH), UTC)


def write(file: IO[bytes], shell: Shell, pages: list[Page]) -> None:
    """Write a workbook: the shell's parts, with each page's rows streamed into its sheet."""
    by_part = {shell.sheets[page.name]: page for page in pages}
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in sorted(shell.parts.items(), key=lambda part: _rank(part[0])):
            with archive.open(entry(name), "w") as part:
                if page := by_part.get(name):
                    _write_in_thread(part, sheet(content, page, shell.styles))
                else:
                    part.write(content)


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


def _write_in_thread(part: IO[bytes], pieces: Iterable[bytes]) -> None:
    """Compress and write pieces in a second thread while the next ones are formed; a few may wait."""
    with ThreadPoolExecutor(1) as thread:
        waiting: list[Future[int]] = []
        for piece in pieces:
            waiting.append(thread.submit(part.write, piece))
            if len(waiting) > _MOST_WAITING:
                waiting.pop(0).result()
        for future in waiting:
            future.result()


def sheet(shell_part: bytes, page: Page, styles: Mapping[Style, int]) -> Iterator[bytes]:
    """Yield a sheet part: the shell's beginning, the rows, the shell's end."""
    head, tail = _SHELL_ROWS.split(shell_part)
    dimension = f'<dimension ref="A1:{_last_cell(page)}"/>'.encode()
    yield _replace_dimension(head, dimension) + b"<sheetData>"
    yield from spell_rows(page, styles)
    yield b"</sheetData>" + tail


def _replace_dimension(head: bytes, dimension: bytes) -> bytes:
    start = head.index(b"<dimension")
    return head[:start] + dimension + head[head.index(b">", start) + 1 :]


def _last_cell(page: Page) -> str:
    rows, columns = page.size
    return f"{get_column_letter(columns)}{rows}"
