"""The names of cells: a column's letters and its number, and the parts of a cell's coordinate.

They are read and written here and not by openpyxl, which takes longer to load than most commands take to work.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

_COORDINATE = re.compile(r"([A-Z]+)([1-9][0-9]*)")


@cache
def column_letter(number: int) -> str:
    """Return the letters of a column, counted from 1: A, …, Z, AA, …"""
    letters = ""
    while number > 0:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


@cache
def column_number(letters: str) -> int:
    """Return the number of a column, counted from 1, by its capital letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


@lru_cache(maxsize=1 << 16)
def row_and_column(coordinate: str) -> tuple[int, int]:
    """Return the row and the column of a cell such as B7, both counted from 1; raise ValueError for anything else."""
    match = _COORDINATE.fullmatch(coordinate)
    if not match:
        raise ValueError(f"{coordinate!r} names no cell")
    return int(match[2]), column_number(match[1])
