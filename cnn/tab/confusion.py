"""The confusion matrix, coloured, with recall and precision of each digit as formulas."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.utils import get_column_letter

from cnn.net.networks import CLASSES
from cnn.runs.summary import Confusion
from cnn.tab.sections import COUNT, FIRST_COLUMN, GAP, PERCENT, heading, share
from sheetgen.page import style
from sheetgen.page.page import Formula, Page
from sheetgen.page.style import Style

_DIGITS = range(CLASSES)
_PICTURES, _RECALL = (get_column_letter(FIRST_COLUMN + 1 + CLASSES + offset) for offset in range(2))
"""The columns behind the matrix."""
_RIGHT = Style(number=style.INTEGER, align="center", bold=True, colour=style.GOOD, fill=style.GOOD_FILL)


def put(page: Page, confusion: Confusion, row: int) -> int:
    """Put the matrix: a row a true digit, a column a predicted one; return the next free row."""
    note = "A row for each true digit, a column for each prediction; what is off the diagonal is a mistake."
    row = heading(page, row, "Confusion matrix of the test pictures", note)
    page.row(row, ("true ↓ predicted →", *map(float, _DIGITS), "pictures", "recall"), style.LABEL, FIRST_COLUMN)
    page.heights[row] = 32
    top = row + 1
    for digit, counts in zip(_DIGITS, confusion, strict=True):
        _put_digit(page, digit, counts, top + digit)
    _put_precisions(page, confusion, top)
    _put_total(page, confusion, top)
    page.decorate.append(lambda sheet: _colour(sheet, top))
    return top + len(_DIGITS) + 1 + GAP


def _put_digit(page: Page, digit: int, counts: Sequence[int], row: int) -> None:
    """Put what a digit was read as, the number of its pictures, and the share of them that was recognised."""
    pictures, right = f"{_PICTURES}{row}", f"{_letter(digit)}{row}"
    page.put(f"B{row}", float(digit), style.LABEL)
    page.row(row, map(float, counts), COUNT, FIRST_COLUMN + 1)
    total = Formula(f"SUM({_letter(0)}{row}:{_letter(9)}{row})", lambda: float(sum(counts)))
    page.put(pictures, total, COUNT)
    page.put(right, float(counts[digit]), _RIGHT)
    recall = Formula(f"IF({pictures}=0,0,{right}/{pictures})", partial(share, counts[digit], sum(counts)))
    page.put(f"{_RECALL}{row}", recall, PERCENT)


def _put_precisions(page: Page, confusion: Confusion, top: int) -> None:
    """Put the precision of each prediction below its column."""
    below = top + len(_DIGITS)
    page.put(f"B{below}", "precision", style.LABEL)
    for digit in _DIGITS:
        letter = _letter(digit)
        total = f"SUM({letter}{top}:{letter}{below - 1})"
        value = partial(share, confusion[digit][digit], sum(counts[digit] for counts in confusion))
        page.put(f"{letter}{below}", Formula(f"IF({total}=0,0,{letter}{top + digit}/{total})", value), PERCENT)


def _put_total(page: Page, confusion: Confusion, top: int) -> None:
    """Put the number of all pictures, and the share of them that was recognised."""
    below = top + len(_DIGITS)
    total = sum(map(sum, confusion))
    page.put(
        f"{_PICTURES}{below}", Formula(f"SUM({_PICTURES}{top}:{_PICTURES}{below - 1})", lambda: float(total)), COUNT
    )
    diagonal = "+".join(f"{_letter(digit)}{top + digit}" for digit in _DIGITS)
    right = sum(confusion[digit][digit] for digit in _DIGITS)
    accuracy = Formula(f"({diagonal})/{_PICTURES}{below}", partial(share, right, total))
    page.put(f"{_RECALL}{below}", accuracy, PERCENT)


def _colour(sheet: Any, top: int) -> None:
    """Colour mistakes by how often they were made; the diagonal is left out."""
    beside = []
    for digit in _DIGITS:
        row = top + digit
        if digit:
            beside.append(f"{_letter(0)}{row}:{_letter(digit - 1)}{row}")
        if digit < _DIGITS[-1]:
            beside.append(f"{_letter(digit + 1)}{row}:{_letter(9)}{row}")
    scale = ColorScaleRule(
        start_type="num", start_value=0, start_color=style.WHITE,
        mid_type="num", mid_value=2, mid_color="FEC84B", end_type="num", end_value=10, end_color="F04438",
    )  # fmt: skip
    sheet.conditional_formatting.add(" ".join(beside), scale)


def _letter(digit: int) -> str:
    """Return the column of a predicted digit."""
    return get_column_letter(FIRST_COLUMN + 1 + digit)
