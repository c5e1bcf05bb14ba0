"""A sheet part as XML: its single cells, and where its table's rows stand among them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import CachedValue, Cell, Formula, Page, Table
from sheetgen.page.style import Style
from sheetgen.xlsx.escapes import escape, escaped
from sheetgen.xlsx.table_rows import spell_table

_SHELL_ROWS = re.compile(rb"<sheetData\s*/>|<sheetData>.*</sheetData>", re.DOTALL)


@dataclass(frozen=True)
class SheetPart:
    """A sheet part, of which only the rows of its table are still to be spelled.

    ``beside`` has the XML of the cells that stand right of the table, by their rows.
    """

    before: bytes
    table: Table | None
    styles: Mapping[Style, int]
    beside: Mapping[int, str]
    after: bytes

    def pieces(self) -> Iterator[bytes]:
        """Yield the part, the rows of its table many to a piece."""
        yield self.before
        if self.table:
            yield from spell_table(self.table, self.styles, self.beside)
        yield self.after


def sheet_part(shell_part: bytes, page: Page, styles: Mapping[Style, int]) -> SheetPart:
    """Return the part of a page: the shell's beginning, the rows, the shell's end."""
    head, tail = _SHELL_ROWS.split(shell_part)
    rows = _single_rows(page, styles)
    first = page.table.first_row if page.table else max(rows) + 1
    last = page.table.last_row if page.table else max(rows)
    above = "".join(_row(row, cells, page) for row, cells in rows.items() if row < first).encode()
    beside = {row: cells for row, cells in rows.items() if first <= row <= last}
    below = "".join(_row(row, cells, page) for row, cells in rows.items() if row > last).encode()
    before = _with_dimension(head, page) + b"<sheetData>" + above
    return SheetPart(before, page.table, styles, beside, below + b"</sheetData>" + tail)


def _with_dimension(head: bytes, page: Page) -> bytes:
    rows, columns = page.size
    start = head.index(b"<dimension")
    dimension = f'<dimension ref="A1:{column_letter(columns)}{rows}"/>'.encode()
    return head[:start] + dimension + head[head.index(b">", start) + 1 :]


def _single_rows(page: Page, styles: Mapping[Style, int]) -> dict[int, str]:
    """Return the XML of the single cells of each row that has some, or a height of its own, from the top."""
    rows: dict[int, list[str]] = {row: [] for row in sorted({row for row, _ in page.cells} | page.heights.keys())}
    for (row, column), cell in sorted(page.cells.items(), key=lambda item: item[0]):
        rows[row].append(_cell(row, column, cell, styles))
    return {row: "".join(cells) for row, cells in rows.items()}


def _row(row: int, cells: str, page: Page) -> str:
    height = page.heights.get(row)
    attributes = f' ht="{height}" customHeight="1"' if height else ""
    return f'<row r="{row}"{attributes}>{cells}</row>'


def _cell(row: int, column: int, cell: Cell, styles: Mapping[Style, int]) -> str:
    """Return one cell, a formula with its cached value."""
    where = f"{column_letter(column)}{row}"
    start = f'<c r="{where}" s="{styles[cell.style]}"'
    content = cell.content
    if content is None:
        return f"{start}/>"
    if isinstance(content, Formula):
        kind, text = _value(content.value())
        array = f' t="array" ref="{where}"' if content.array else ""
        return f"{start}{kind}><f{array}>{escape(content.text)}</f><v>{text}</v></c>"
    if isinstance(content, str):
        return f'{start} t="inlineStr"><is><t xml:space="preserve">{escaped(content)}</t></is></c>'
    return f"{start}><v>{content!r}</v></c>"


def _value(value: CachedValue) -> tuple[str, str]:
    """Return the type attribute and the text of a cached value."""
    if isinstance(value, bool):
        return ' t="b"', str(int(value))
    if isinstance(value, str):
        return ' t="str"', escaped(value)
    return "", repr(value)
