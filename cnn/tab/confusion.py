"""The confusion matrix, coloured, with recall and precision of each digit as formulas."""

from __future__ import annotations

from functools import partial
from typing import Any

from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.utils import get_column_letter

from cnn.tab.sections import COUNT, FIRST_COLUMN, GAP, PERCENT, heading
from sheetgen.page import style
from sheetgen.page.page import Formula, Page
from sheetgen.page.style import Style

_DIGITS = range(10)
_RIGHT = Style(number=style.WHOLE, align="center", bold=True, colour=style.GOOD, fill=style.GOOD_FILL)


def put(page: Page, confusion: list[list[int]], row: int) -> int:
    """Put the matrix: a row a true digit, a column a predicted one; return the next free row."""
    note = "A row for each true digit, a column for each prediction; what is off the diagonal is a mistake."
    row = heading(page, row, "Confusion matrix of the test pictures", note)
    first, last = _letter(0), _letter(9)
    after = [get_column_letter(FIRST_COLUMN + 11 + index) for index in range(2)]
    page.row(row, ("true ↓ predicted →", *map(float, _DIGITS), "pictures", "recall"), style.LABEL, FIRST_COLUMN)
    page.heights[row] = 32
    top = row + 1
    bottom = top + 9
    for digit, counts in zip(_DIGITS, confusion, strict=True):
        here = top + digit
        page.put(f"B{here}", float(digit), style.LABEL)
        page.row(here, map(float, counts), COUNT, FIRST_COLUMN + 1)
        page.put(f"{after[0]}{here}", Formula(f"SUM({first}{here}:{last}{here})", partial(_sum, counts)), COUNT)
        hit = f"{_letter(digit)}{here}"
        page.put(hit, float(counts[digit]), _RIGHT)
        recall = Formula(
            f"IF({after[0]}{here}=0,0,{hit}/{after[0]}{here})", partial(_share, counts[digit], sum(counts))
        )
        page.put(f"{after[1]}{here}", recall, PERCENT)
    _columns(page, confusion, top, bottom)
    whole = f"{after[0]}{top}:{after[0]}{bottom}"
    total = sum(map(sum, confusion))
    page.put(f"{after[0]}{bottom + 1}", Formula(f"SUM({whole})", partial(float, total)), COUNT)
    hits = "+".join(f"{_letter(digit)}{top + digit}" for digit in _DIGITS)
    right = sum(confusion[digit][digit] for digit in _DIGITS)
    page.put(
        f"{after[1]}{bottom + 1}", Formula(f"({hits})/{after[0]}{bottom + 1}", partial(_share, right, total)), PERCENT
    )
    page.decorate.append(lambda sheet: _colour(sheet, top))
    return bottom + 2 + GAP


def _columns(page: Page, confusion: list[list[int]], top: int, bottom: int) -> None:
    """Put the precision of each prediction below its column."""
    page.put(f"B{bottom + 1}", "precision", style.LABEL)
    for digit in _DIGITS:
        letter = _letter(digit)
        column = f"SUM({letter}{top}:{letter}{bottom})"
        value = partial(_share, confusion[digit][digit], sum(row[digit] for row in confusion))
        page.put(f"{letter}{bottom + 1}", Formula(f"IF({column}=0,0,{letter}{top + digit}/{column})", value), PERCENT)


def _sum(counts: list[int]) -> float:
    return float(sum(counts))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


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
