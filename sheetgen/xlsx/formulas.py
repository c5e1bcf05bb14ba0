"""Formula texts as they stand in files: moved to another cell, and compared across spellings."""

from __future__ import annotations

import re
from functools import lru_cache

from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import column_index_from_string

from sheetgen.limits import MAX_COLUMNS, MAX_ROWS

_PIECE = re.compile(
    r"""(?P<string>"(?:[^"]|"")*")|(?P<sheet>'(?:[^']|'')*'!)"""
    r"""|(?P<cell>(?<![\w.$])(?P<cabs>\$?)(?P<column>[A-Za-z]{1,3})(?P<rabs>\$?)(?P<row>\d{1,7})(?![\w.(!]))"""
)
_Piece = str | tuple[bool, int, bool, int]


@lru_cache(maxsize=4096)
def _pieces(text: str) -> tuple[_Piece, ...]:
    """Split a formula into literal texts and references (column absolute?, column, row absolute?, row)."""
    pieces: list[_Piece] = []
    end = 0
    for match in _PIECE.finditer(text):
        if match["cell"] is None:
            continue
        pieces.append(text[end : match.start()])
        column = column_index_from_string(match["column"].upper())
        pieces.append((bool(match["cabs"]), column, bool(match["rabs"]), int(match["row"])))
        end = match.end()
    return (*pieces, text[end:])


def shifted(text: str, rows: int, columns: int) -> str:
    """Return a formula as it reads when its cell moves: relative references follow, absolute ones stay."""
    if not rows and not columns:
        return text
    return "".join([piece if isinstance(piece, str) else _moved(piece, rows, columns) for piece in _pieces(text)])


def _moved(reference: tuple[bool, int, bool, int], rows: int, columns: int) -> str:
    column_fixed, column, row_fixed, row = reference
    column, row = column if column_fixed else column + columns, row if row_fixed else row + rows
    if not (1 <= column <= MAX_COLUMNS and 1 <= row <= MAX_ROWS):
        return "#REF!"
    return f"{'$' * column_fixed}{get_column_letter(column)}{'$' * row_fixed}{row}"


def same(a: str, b: str) -> bool:
    """Whether two formulas say the same: spaces, capitals outside texts and needless quotes aside."""
    return a == b or canonical(a) == canonical(b)


_TEXT_OR_NAME = re.compile(r"""("(?:[^"]|"")*")|'((?:[^']|'')*)'|[^"']+""")


def canonical(text: str) -> str:
    """Return a formula in one spelling."""
    return _TEXT_OR_NAME.sub(_spell, text)


def _spell(match: re.Match[str]) -> str:
    """Spell a piece: a text stays, a sheet's name loses needless quotes, the rest its spaces."""
    if match[1]:
        return match[1]
    if match[2] is not None:
        plain = match[2].isidentifier() and match[2].isascii()
        return match[2].upper() if plain else f"'{match[2].upper()}'"
    return "".join(match[0].split()).upper()
