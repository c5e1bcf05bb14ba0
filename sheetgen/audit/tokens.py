"""The words of a spreadsheet formula: numbers, texts, references, names, operators."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from sheetgen.audit.syntax import Corner, NotUnderstood
from sheetgen.limits import MAX_COLUMNS, MAX_ROWS
from sheetgen.page.cell_names import column_number

_SHEET = r"(?:'(?:[^']|'')*'|(?:\[[^\]\[]*\])?[^\W\d][\w.]*(?::[^\W\d][\w.]*)?)!"
_COLUMN, _ROW = r"\$?[A-Za-z]{1,3}", r"\$?[1-9][0-9]{0,6}"
_WORD = re.compile(
    r"(?P<space>[ \t\r\n\xa0]+)"
    r'|(?P<text>"(?:[^"]|"")*")'
    rf"|(?P<cells>(?P<sheet>{_SHEET})?(?:"
    rf"(?P<first>{_COLUMN}{_ROW})(?::(?P<last>{_COLUMN}{_ROW}))?"
    rf"|(?P<columns>{_COLUMN}:{_COLUMN})|(?P<rows>{_ROW}:{_ROW}))(?![\w.(\[!?\\]))"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
    rf"|(?P<name>(?P<of>{_SHEET})?[^\W\d][\w.?\\]*(?!!))"
    rf"|(?P<error>(?:{_SHEET})?#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|GETTING_DATA|SPILL!|CALC!|FIELD!))"
    r"|(?P<op><=|>=|<>|[-+*/^&=<>%:,;(){}@#])"
)
_CORNER = re.compile(r"(\$?)([A-Za-z]*)(\$?)([0-9]*)")
NAME, CELLS, NUMBER, TEXT, ERROR, OP, END = "name", "cells", "number", "text", "error", "op", "end"


class Word(NamedTuple):
    """A word: its kind, its text, where it begins and ends, whether a space stands before it.

    ``corners`` and ``sheet`` are given for a reference, ``sheet`` for a name as well.
    """

    kind: str
    text: str
    start: int
    end: int
    spaced: bool = False
    sheet: str | None = None
    corners: tuple[Corner, Corner] | None = None


def words(formula: str) -> list[Word]:
    """Return the words of a formula, and two of the kind `END` behind them. Raises NotUnderstood."""
    found: list[Word] = []
    place, spaced = 0, False
    for match in _WORD.finditer(formula):
        start, end = match.span()
        if start != place:
            break
        place, kind = end, str(match.lastgroup)
        if kind == "space":
            spaced = True
            continue
        if kind == CELLS:
            found.append(_reference(match, start, end, spaced))
        else:
            sheet = _sheet(match["of"]) if kind == NAME and match["of"] else None
            found.append(Word(kind, match[0], start, end, spaced, sheet))
        spaced = False
    if place < len(formula):
        raise NotUnderstood(f"{_shown(formula[place:])} in it is not known")
    return [*found, Word(END, "", place, place), Word(END, "", place, place)]


def _reference(match: re.Match[str], start: int, end: int, spaced: bool) -> Word:
    text, given = match[0], match["sheet"]
    sheet = _sheet(given) if given else None
    if whole := match["columns"] or match["rows"]:
        first, last = map(_corner, whole.split(":"))
        if first and last and (first.row is None) == (last.row is None):
            return Word(CELLS, text, start, end, spaced, sheet, (first, last))
        raise NotUnderstood(f"{whole} is no range of cells")
    first = _corner(match["first"])
    last = _corner(match["last"]) if match["last"] else first
    if first and last:
        return Word(CELLS, text, start, end, spaced, sheet, (first, last))
    if match["last"]:
        raise NotUnderstood(f"{text} lies beyond the last cell of a sheet")
    return Word(NAME, text, start, end, spaced, sheet)


@lru_cache(maxsize=65536)
def _corner(text: str) -> Corner | None:
    """Return a corner; None for what lies beyond the last column or row, and is a name."""
    match = _CORNER.fullmatch(text)
    assert match
    dollar, letters, before_row, digits = match.groups()
    column = column_number(letters.upper()) if letters else None
    row = int(digits) if digits else None
    if (column or 1) > MAX_COLUMNS or (row or 1) > MAX_ROWS:
        return None
    if column is None:
        return Corner(row, None, bool(dollar or before_row), False)
    return Corner(row, column, bool(before_row), bool(dollar))


def _sheet(prefix: str) -> str:
    """Return the name of a sheet, given as it stands before a cell."""
    name = prefix[:-1]
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


def _shown(text: str) -> str:
    return repr(text if len(text) <= 20 else f"{text[:20]}…")
