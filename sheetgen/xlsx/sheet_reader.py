"""A sheet part, read once from its beginning: the rows of its table, and the sheet without them.

What programs read differently is refused: a row given twice, out of order or elsewhere than in the one table of the
sheet. Rows are read as XML, element by element, but for those that are spelled plainly, or like the row above them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree

from sheetgen.limits import MAX_ROWS
from sheetgen.xlsx.alike_rows import ROW_END, AlikeRows, RowPattern, pattern_of
from sheetgen.xlsx.cells import COMPATIBILITY, MAIN, STRICT, CellReader, FileCell, named
from sheetgen.xlsx.plain_rows import plain_row
from sheetgen.xlsx.plain_xml import ON, Ambiguous, PlainPart, Readable
from sheetgen.xlsx.shown_view import is_low

Rows = list[FileCell] | AlikeRows
"""A row as its cells, or many rows at once."""

_TABLE, _ROW = f"{MAIN}sheetData", f"{MAIN}row"
_ONLY_IN_THE_TABLE = frozenset(f"{space}{name}" for space in (MAIN, STRICT) for name in ("sheetData", "row", "c"))
_REINTERPRETED = frozenset(f"{COMPATIBILITY}{name}" for name in ("ProcessContent", "MustUnderstand"))
_WHOLE = re.compile(r"[1-9][0-9]{0,6}")
_PIECE = 1 << 22
"""The bytes that are read together: more than a row of 16,384 cells commonly has."""
_FEW, _MOST, _LONG = 5, 1 << 18, 3
"""Looked at ahead are so many rows, then so many times those before as long as all are alike; at most so many bytes, or
so many times those that stay in each of longer rows."""


class SheetReader:
    """Reads one sheet part, once. ``strings`` gives the workbook's shared strings; it is called where needed.

    When all rows were read, ``root`` is the sheet without them, and ``hidden`` the numbers of those that do not show.
    """

    def __init__(self, strings: Callable[[], Sequence[str]]) -> None:
        self._cells = CellReader(strings)
        self._above: list[ElementTree.Element] = []  # the open elements outside of the table
        self._table: ElementTree.Element | None = None
        self._tables = self._depth = self._number = 0
        self._may_be_plain = False
        self.root = ElementTree.Element("")
        self.hidden: list[int] = []

    def rows(self, part: Readable) -> Iterator[Rows]:
        """Yield the rows as the file holds them. Raises Ambiguous where programs would differ."""
        parser: ElementTree.XMLPullParser[Any] = ElementTree.XMLPullParser(("start", "end"))
        spelled = _Spelled(part)
        while xml := spelled.row():
            rows = self._plain(xml) or self._parsed(xml, parser)
            yield from rows
            if len(rows) == 1 and self._between_rows and (pattern := pattern_of(xml, rows[0])):
                yield from self._alike(pattern, spelled)
        with _placed(self._number):
            parser.close()
        yield from self._read(parser)
        if self._tables != 1:
            raise Ambiguous(f"{self._tables} tables of cells")

    @property
    def _among_rows(self) -> bool:
        """Whether the next row of the table may follow what was read last."""
        return self._table is not None and self._depth == 0

    @property
    def _between_rows(self) -> bool:
        """Whether what was read last is the end of a row that shows."""
        return self._among_rows and self._number not in self.hidden[-1:]

    def _plain(self, xml: bytes) -> list[list[FileCell]]:
        """Return the row that some bytes spell plainly, for which the parser is not needed; none where they do not."""
        row = plain_row(xml) if self._may_be_plain and self._among_rows else None
        if row is None or not self._number < row.number <= MAX_ROWS:
            return []
        cells = self._cells.plain_cells(row)
        if cells is None:
            return []
        self._reach(row.number, row.attributes)
        return [cells]

    def _parsed(self, xml: bytes, parser: ElementTree.XMLPullParser[Any]) -> list[list[FileCell]]:
        """Return the rows that end in some bytes, read as XML.

        Where a plainly spelled one is a row of the table, names without a prefix are those of a workbook in all of it.
        """
        parser.feed(xml)
        rows = list(self._read(parser))
        last = xml[xml.rfind(b"<row ") :]
        self._may_be_plain = self._may_be_plain or (bool(rows) and self._among_rows and plain_row(last) is not None)
        return rows

    def _reach(self, number: int, attributes: Mapping[str, str]) -> None:
        """Note the number of a row, and whether it shows."""
        self._number = number
        if attributes.get("hidden") in ON or is_low(attributes.get("ht")):
            self.hidden.append(number)

    def _alike(self, pattern: RowPattern, spelled: _Spelled) -> Iterator[AlikeRows]:
        """Yield the rows behind the last one that are like it, for which the parser is not needed."""
        size = len(pattern.template)
        most = max(_MOST, _LONG * size)
        while xml := spelled.ahead(size := min(_FEW * size, most)):
            rows = pattern.match(xml, self._number + 1)
            if rows is None:
                return
            spelled.skip(len(xml))
            self._number += len(rows.values)
            yield rows

    def _read(self, parser: ElementTree.XMLPullParser[Any]) -> Iterator[list[FileCell]]:
        """Yield the rows that end in what the parser was fed with."""
        with _placed(self._number):
            events: list[Any] = list(parser.read_events())
        for event, element in events:
            if self._table is not None:
                if event == "start":
                    self._depth += 1
                elif self._depth > 1:
                    self._depth -= 1
                elif element is self._table:
                    self._table = None
                    self._above.pop()
                else:
                    self._depth -= 1
                    self._reach(_row_number(element, self._number), element.attrib)
                    yield self._cells.cells(element, self._number)
                    self._table.clear()
            elif event == "start":
                if element.tag == _TABLE:
                    self._tables, self._table, self._depth = self._tables + 1, element, 0
                _check_place(element, self._above)
                self._above.append(element)
            else:
                self._above.pop()
                self.root = element


class _Spelled:
    """The bytes of a part: those of a row, or those of several rows that are looked at ahead."""

    def __init__(self, part: Readable) -> None:
        self._part = PlainPart(part)
        self._seen, self._place = b"", 0

    def row(self) -> bytes:
        """Return the bytes up to the next end of a row; all that are in sight where there is none, b"" at the end."""
        if (end := self._seen.find(ROW_END, self._place)) < 0:
            self._see_more()
            end = self._seen.find(ROW_END, self._place)
        stop = end + len(ROW_END) if end >= 0 else len(self._seen)
        return self.skip(stop - self._place)

    def ahead(self, size: int) -> bytes:
        """Return the whole rows among the next bytes, so many, without going there."""
        if self._place + size > len(self._seen):
            self._see_more()
        end = self._seen.rfind(ROW_END, self._place, self._place + size)
        return self._seen[self._place : end + len(ROW_END)] if end >= 0 else b""

    def skip(self, size: int) -> bytes:
        """Go on by so many bytes; return them."""
        start, self._place = self._place, self._place + size
        return self._seen[start : self._place]

    def _see_more(self) -> None:
        self._seen, self._place = self._seen[self._place :] + self._part.read(_PIECE), 0


@contextmanager
def _placed(row: int) -> Iterator[None]:
    """Let an error say behind which row the XML is none: its line and column leave out what was not parsed."""
    try:
        yield
    except ElementTree.ParseError as error:
        raise ElementTree.ParseError(f"{str(error).partition(':')[0]} behind row {row}") from error


def _check_place(element: ElementTree.Element, above: list[ElementTree.Element]) -> None:
    """Raise Ambiguous for an element outside of the table of cells that does not belong there."""
    if not above and element.tag != f"{MAIN}worksheet":
        raise Ambiguous(f"{named(element)} instead of a sheet")
    if element.tag in _ONLY_IN_THE_TABLE and not (element.tag == _TABLE and len(above) == 1):
        raise Ambiguous(f"{named(element)} outside of its table of cells")
    if not _REINTERPRETED.isdisjoint(element.attrib):
        raise Ambiguous(f"{named(element)} with rules of its own for how it is to be read")


def _row_number(row: ElementTree.Element, before: int) -> int:
    if row.tag != _ROW:
        raise Ambiguous(f"{named(row)} among its rows")
    given = row.get("r")
    if given is None:
        return before + 1
    if not _WHOLE.fullmatch(given) or not before < int(given) <= MAX_ROWS:
        raise Ambiguous(f"a row {given!r} behind row {before}")
    return int(given)
