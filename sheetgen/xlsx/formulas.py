"""Formula texts as they stand in files: moved to another cell, and compared across spellings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase

from sheetgen.limits import MAX_COLUMNS, MAX_ROWS
from sheetgen.page.cell_names import column_letter, column_number
from sheetgen.sheet_names import DATA, INPUTS

_COLUMN, _ROW = r"\$?[A-Za-z]{1,3}", r"\$?[1-9][0-9]{0,6}"
_NO_REFERENCE = (
    r'"(?:[^"]|"")*"'  # a text
    r"|'(?:[^']|'')*'"  # a sheet's name in quotes
    r"|\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\]"  # a table's columns, or the number of another workbook
    r"|(?<![\w.!])[\w.]+(?::[\w.]+)?!"  # a sheet's name without quotes, or the first and last of several sheets
)
_PIECE = re.compile(
    rf"{_NO_REFERENCE}|(?<![\w.$?\\])(?P<reference>{_COLUMN}{_ROW}|{_COLUMN}:{_COLUMN}|{_ROW}:{_ROW})(?![\w.(\[?\\])"
)
_SHAREABLE = frozenset({INPUTS, DATA})
_LINE = re.compile(r"(\$?)(?:([A-Za-z]+)|([0-9]+))")


@dataclass(frozen=True, slots=True)
class _Line:
    """A column or a row that a reference names; one that is ``fixed`` ($) stays when its formula moves."""

    fixed: bool
    is_column: bool
    number: int

    def moved(self, rows: int, columns: int) -> str | None:
        """Return the line as it reads elsewhere, None where there is no such line."""
        number = self.number + (0 if self.fixed else columns if self.is_column else rows)
        if not 1 <= number <= (MAX_COLUMNS if self.is_column else MAX_ROWS):
            return None
        return "$" * self.fixed + (column_letter(number) if self.is_column else str(number))


@dataclass(frozen=True, slots=True)
class _Reference:
    """The column and the row of a cell, or the first and the last line of whole columns or rows (``A:C``, ``1:3``)."""

    lines: tuple[_Line, _Line]

    @classmethod
    def read(cls, text: str) -> _Reference | None:
        """Return a reference; None for what only looks like one: XFE1 lies beyond the last column, and is a name."""
        first, last = (
            _Line(bool(fixed), bool(letters), column_number(letters.upper()) if letters else int(digits))
            for fixed, letters, digits in _LINE.findall(text)
        )
        return None if None in (first.moved(0, 0), last.moved(0, 0)) else cls((first, last))

    def moved(self, rows: int, columns: int) -> str:
        """Return the reference as it reads elsewhere, #REF! where it would leave the sheet."""
        first, last = self.lines
        start, end = first.moved(rows, columns), last.moved(rows, columns)
        if start is None or end is None:
            return "#REF!"
        return f"{start}{':' * (first.is_column == last.is_column)}{end}"


@lru_cache(maxsize=4096)
def _pieces(text: str) -> tuple[str | _Reference, ...]:
    """Split a formula into literal texts and references."""
    pieces: list[str | _Reference] = []
    end = 0
    for match in _PIECE.finditer(text):
        if match["reference"] and (reference := _Reference.read(match["reference"])):
            pieces += [text[end : match.start()], reference]
            end = match.end()
    return (*pieces, text[end:])


def shifted(text: str, rows: int, columns: int) -> str:
    """Return a formula as it reads when its cell moves: relative references follow, absolute ones stay.

    References are cells, ranges of them, whole columns and whole rows; names, texts and tables stay as they are.
    """
    if not rows and not columns:
        return text
    return "".join([piece if isinstance(piece, str) else piece.moved(rows, columns) for piece in _pieces(text)])


_SHEETS_NAMED = re.compile(r""""(?:[^"]|"")*"|'((?:[^']|'')*)'!|([\w.]+)!""")


def may_be_shared(text: str) -> bool:
    """Whether a formula may stand once for a whole column: it names no other sheet, or one of fixed, plain name.

    calamine, and so the embedded engine, moves what looks like a cell inside the quoted name of a sheet: from
    ``'adam v2'!F6`` one row down it makes ``'adam v3'!F7``.
    """
    return {name for names in _SHEETS_NAMED.findall(text) for name in names if name} <= _SHAREABLE


def same(a: str, b: str) -> bool:
    """Whether two formulas say the same: spaces, capitals outside texts, needless quotes and spellings of numbers
    aside.
    """
    return a == b or canonical(a) == canonical(b)


_CAPITALS = {ord(letter): letter.upper() for letter in ascii_lowercase}
"""Only these are alike whatever their capitals; others turn into letters of functions: ı into I, ſ into S."""
_NEEDLESS_SPACE = re.compile(r"(?<![\w$).])[ \t\r\n]+|[ \t\r\n]+(?![\w$(.])")
"""Spaces that part no two words: between two references they would mean the cells that both have."""
_BARE_NAME = re.compile(r"[\w.]+")
"""A sheet's name that some program writes without quotes."""
_TEXT_OR_NAME = re.compile(r"""("(?:[^"]|"")*")|'((?:[^']|'')*)'|[^"']+""")


_NUMBER = re.compile(r"(?<![\w.$])(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.!(])")
"""A number: 1E-05 here is 0.00001 to LibreOffice, and 1.0000000000000001E-5 to Excel."""


def canonical(text: str) -> str:
    """Return a formula in one spelling."""
    return _TEXT_OR_NAME.sub(_spell, text)


def _spell(match: re.Match[str]) -> str:
    """Spell a piece: a text stays, a sheet's name loses needless quotes, the rest its spaces; numbers in one way."""
    if match[1]:
        return match[1]
    if match[2] is not None:
        name = match[2].translate(_CAPITALS)
        return name if _BARE_NAME.fullmatch(match[2]) else f"'{name}'"
    plain = _NEEDLESS_SPACE.sub("", match[0])
    return _NUMBER.sub(lambda number: repr(float(number[0])), plain).translate(_CAPITALS)


def plainly(text: str) -> str:
    """Return a number in one spelling; what is none stays."""
    try:
        return f"{float(text):g}"
    except ValueError:
        return text
