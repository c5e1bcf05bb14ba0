"""The .xlsx as a zip of parts: rows are streamed into the shell's sheet parts, the file written whole.

Formulas of a table are shared formulas, one text for a whole column, and every formula carries its
cached value. Rows are formed while the rows before them are compressed, in a second thread.
"""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import islice
from typing import IO
from xml.sax.saxutils import escape

import orjson
from openpyxl.utils import get_column_letter

from sheetgen.errors import UsageError
from sheetgen.page.page import CachedValue, Cell, Column, Formula, Page, Table
from sheetgen.page.style import Style
from sheetgen.xlsx.shell import Shell

_EPOCH, _LAST = 315_532_800, 4_354_819_199  # 1980-01-01 and 2107-12-31, the first and last date a zip can hold
_SHELL_ROWS = re.compile(rb"<sheetData\s*/>|<sheetData>.*</sheetData>", re.DOTALL)
_LEVEL = 1
_PIECE_ROWS, _WAITING = 256, 8


def timestamp() -> datetime:
    """Return the date that a workbook carries: SOURCE_DATE_EPOCH, else a constant.

    Raises UsageError where that is no number of seconds that a zip can date.
    """
    said = os.environ.get("SOURCE_DATE_EPOCH") or str(_EPOCH)
    if not said.isascii() or not said.isdigit() or int(said) > _LAST:
        raise UsageError(f"SOURCE_DATE_EPOCH is {said!r}; it must be a number of seconds up to {_LAST}")
    return datetime.fromtimestamp(max(int(said), _EPOCH), UTC)


def write(file: IO[bytes], shell: Shell, pages: list[Page]) -> None:
    """Write a workbook: the shell's parts, with each page's rows streamed into its sheet."""
    by_part = {shell.sheets[page.name]: page for page in pages}
    with zipfile.ZipFile(file, "w") as package:
        for name, content in sorted(shell.parts.items(), key=lambda part: _rank(part[0])):
            with package.open(entry(name), "w") as part:
                if page := by_part.get(name):
                    _write_in_thread(part, sheet(content, page, shell.styles))
                else:
                    part.write(content)


def _rank(name: str) -> tuple[bool, bool]:
    """Return where a part stands: the content types first, then the package's relations, as Excel does."""
    return name != "[Content_Types].xml", not name.startswith("_rels/")


def entry(name: str) -> zipfile.ZipInfo:
    """Return the entry of a part in the zip, dated as `timestamp` says."""
    found = zipfile.ZipInfo(name, timestamp().timetuple()[:6])
    found.compress_type = zipfile.ZIP_DEFLATED
    found._compresslevel = _LEVEL  # type: ignore[attr-defined]  # public only from Python 3.13
    found.external_attr = 0o644 << 16
    return found


def _write_in_thread(part: IO[bytes], pieces: Iterable[bytes]) -> None:
    """Compress and write pieces in a second thread while the next ones are formed; a few may wait."""
    with ThreadPoolExecutor(1) as thread:
        waiting: list[Future[int]] = []
        for piece in pieces:
            waiting.append(thread.submit(part.write, piece))
            if len(waiting) > _WAITING:
                waiting.pop(0).result()
        for future in waiting:
            future.result()


def sheet(shell: bytes, page: Page, styles: Mapping[Style, int]) -> Iterator[bytes]:
    """Yield a sheet part: the shell's beginning, the rows, the shell's end."""
    head, tail = _SHELL_ROWS.split(shell)
    dimension = f'<dimension ref="A1:{_last_cell(page)}"/>'.encode()
    yield _replace_dimension(head, dimension) + b"<sheetData>"
    yield from _rows(page, styles)
    yield b"</sheetData>" + tail


def _replace_dimension(head: bytes, dimension: bytes) -> bytes:
    start = head.index(b"<dimension")
    return head[:start] + dimension + head[head.index(b">", start) + 1 :]


def _last_cell(page: Page) -> str:
    rows, columns = page.size
    return f"{get_column_letter(columns)}{rows}"


def _rows(page: Page, styles: Mapping[Style, int]) -> Iterator[bytes]:
    """Yield the rows: single cells by themselves, the table in bulk, both in one row where they meet."""
    single: dict[int, list[str]] = {row: [] for row in sorted({row for row, _ in page.cells} | page.heights.keys())}
    for (row, column), cell in sorted(page.cells.items(), key=lambda item: item[0]):
        single[row].append(_cell(row, column, cell, styles))
    first = page.table.first_row if page.table else max(single) + 1
    last = page.table.last_row if page.table else max(single)
    yield "".join(_row(row, "".join(single[row]), page) for row in single if row < first).encode()
    if page.table:
        beside = {row: "".join(cells) for row, cells in single.items() if first <= row <= last}
        yield from _table(page.table, styles, beside)
    yield "".join(_row(row, "".join(single[row]), page) for row in single if row > last).encode()


def _row(row: int, cells: str, page: Page) -> str:
    height = page.heights.get(row)
    look = f' ht="{height}" customHeight="1"' if height else ""
    return f'<row r="{row}"{look}>{cells}</row>'


def _cell(row: int, column: int, cell: Cell, styles: Mapping[Style, int]) -> str:
    """Return one cell, a formula with its cached value."""
    start = f'<c r="{get_column_letter(column)}{row}" s="{styles[cell.style]}"'
    content = cell.content
    if content is None:
        return f"{start}/>"
    if isinstance(content, Formula):
        value = content.value()
        kind, text = _value(value)
        return f"{start}{kind}><f>{escape(content.text)}</f><v>{text}</v></c>"
    if isinstance(content, str):
        return f'{start} t="inlineStr"><is><t xml:space="preserve">{escape(content)}</t></is></c>'
    return f"{start}><v>{content!r}</v></c>"


def _value(value: CachedValue) -> tuple[str, str]:
    """Return the type attribute and the text of a cached value."""
    if isinstance(value, bool):
        return ' t="b"', str(int(value))
    if isinstance(value, str):
        return ' t="str"', escape(value)
    return "", repr(value)


def _table(table: Table, styles: Mapping[Style, int], beside: Mapping[int, str]) -> Iterator[bytes]:
    """Yield a table's rows, many to a piece."""
    first = table.first_row
    spell = {row: _row_speller(table, styles, row) for row in (first, first + 1)}
    bulk = _row_speller(table, styles, first + 2)
    values = table.values()
    row = first
    while rows := list(islice(values, _PIECE_ROWS)):
        piece = []
        for numbers in _digits(rows):
            piece.append(spell.get(row, bulk)(str(row), str(row - 1), numbers, beside.get(row, "")))
            row += 1
        yield "".join(piece).encode()


def _digits(rows: list[tuple[float, ...]]) -> Iterator[list[str]]:
    """Yield the numbers of each row as their shortest digits that read back the same, four times as fast as repr."""
    for numbers in orjson.dumps(rows).decode()[2:-2].split("],["):
        yield numbers.split(",")


_Speller = Callable[[str, str, list[str], str], str]


def _row_speller(table: Table, styles: Mapping[Style, int], row: int) -> _Speller:
    """Return the function that spells a row: (row, row above, its numbers, cells beside) to XML.

    It is compiled into one f-string, a quarter faster than filling a template.
    The first row has formulas of its own, the second holds the shared formula of all that follow.
    """
    cells = []
    for index, column in enumerate(table.columns):
        look = column.first_style if row == table.first_row else column.style
        value = f"{{numbers[{index}]}}" if column.constant is None else repr(column.constant)
        formula = _literal(_formula(table, column, index, row))
        cells.append(f'<c r="{get_column_letter(index + 1)}{{row}}" s="{styles[look]}">{formula}<v>{value}</v></c>')
    text = "".join(cells)
    space: dict[str, _Speller] = {}
    # What is compiled holds only column letters, style numbers and formulas that `_literal` has escaped.
    exec(f"def spell(row, above, numbers, beside):\n return f'<row r=\"{{row}}\">{text}{{beside}}</row>'", space)
    return space["spell"]


def _literal(formula: str) -> str:
    """Return a formula as a piece of an f-string, its row numbers filled in."""
    escaped = formula.encode("unicode_escape").decode().replace("'", "\\'").replace("{", "{{").replace("}", "}}")
    return escaped.replace("\\x01", "{row}").replace("\\x02", "{above}")


def _formula(table: Table, column: Column, index: int, row: int) -> str:
    """Return the element that gives a table cell its formula."""
    second = table.first_row + 1
    if row == table.first_row:
        text = column.first if isinstance(column.first, str) else None
        return "" if text is None else f"<f>{escape(text)}</f>"
    text = escape(column.rest)
    if second == table.last_row:
        return f"<f>{text}</f>"
    if row == second:
        letter = get_column_letter(index + 1)
        return f'<f t="shared" ref="{letter}{second}:{letter}{table.last_row}" si="{index}">{text}</f>'
    return f'<f t="shared" si="{index}"/>'
