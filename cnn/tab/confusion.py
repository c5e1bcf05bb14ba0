"""The confusion matrix, coloured, with recall and precision of each digit as formulas."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from openpyxl.formatting.rule import ColorScaleRule

from cnn.net.networks import CLASSES
from cnn.runs.summary import Confusion
from cnn.tab.sections import COUNT, FIRST_COLUMN, GAP, PERCENT, heading, share
from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.page import Content, Formula, Page
from sheetgen.page.style import Style

_DIGITS = range(CLASSES)
_LABELS = ("true", *map(str, _DIGITS), "pictures", "recall")
_RECOGNISED = Style(number=style.INTEGER, align="center", bold=True, colour=style.GOOD, fill=style.GOOD_FILL)


def put(page: Page, confusion: Confusion, row: int) -> int:
    """Put the matrix: a row a true digit, a column a predicted one; return the next free row."""
    note = "A row for each true digit, a column for each prediction; what is off the diagonal is a mistake."
    row = heading(page, row, "Confusion matrix of the test pictures", note)
    page.row(row, ("true ↓ predicted →", *map(float, _DIGITS), "pictures", "recall"), style.LABEL, FIRST_COLUMN)
    page.heights[row] = 32
    block = Block.below(row, _LABELS, CLASSES, FIRST_COLUMN)
    for digit, counts in zip(_DIGITS, confusion, strict=True):
        _put_digit(page, block, digit, counts)
    _put_precisions(page, block, confusion)
    _put_total(page, block, confusion)
    _colour(page, block)
    return block.last + 2 + GAP


def _put_digit(page: Page, block: Block, digit: int, counts: Sequence[int]) -> None:
    """Put what a digit was read as, the number of its pictures, and the share of them that was recognised."""
    row = block.first + digit
    right, pictures = _diagonal(block, digit), block.cell("pictures", row)
    total = Formula(f"SUM({block.across('0', '9', row)})", lambda: float(sum(counts)))
    recall = Formula(f"IF({pictures}=0,0,{right}/{pictures})", partial(share, counts[digit], sum(counts)))
    looks = [_RECOGNISED if other == digit else COUNT for other in _DIGITS]
    contents: tuple[Content, ...] = (float(digit), *map(float, counts), total, recall)
    block.line(page, row, contents, (style.LABEL, *looks, COUNT, PERCENT))


def _put_precisions(page: Page, block: Block, confusion: Confusion) -> None:
    """Put the precision of each prediction below its column."""
    below = block.last + 1
    page.put(block.cell("true", below), "precision", style.LABEL)
    for digit in _DIGITS:
        total = f"SUM({block.cells(str(digit))})"
        value = partial(share, confusion[digit][digit], sum(counts[digit] for counts in confusion))
        precision = Formula(f"IF({total}=0,0,{_diagonal(block, digit)}/{total})", value)
        page.put(block.cell(str(digit), below), precision, PERCENT)


def _put_total(page: Page, block: Block, confusion: Confusion) -> None:
    """Put the number of all pictures, and the share of them that was recognised."""
    total, pictures = sum(map(sum, confusion)), block.cell("pictures", block.last + 1)
    page.put(pictures, Formula(f"SUM({block.cells('pictures')})", lambda: float(total)), COUNT)
    diagonal = "+".join(_diagonal(block, digit) for digit in _DIGITS)
    right = sum(confusion[digit][digit] for digit in _DIGITS)
    accuracy = Formula(f"({diagonal})/{pictures}", partial(share, right, total))
    page.put(block.cell("recall", block.last + 1), accuracy, PERCENT)


def _colour(page: Page, block: Block) -> None:
    """Colour mistakes by how often they were made; the diagonal is left out."""
    beside = []
    for digit, row in zip(_DIGITS, block.rows, strict=True):
        if digit:
            beside.append(block.across("0", str(digit - 1), row))
        if digit < _DIGITS[-1]:
            beside.append(block.across(str(digit + 1), "9", row))
    scale = ColorScaleRule(
        start_type="num", start_value=0, start_color=style.WHITE,
        mid_type="num", mid_value=2, mid_color="FEC84B", end_type="num", end_value=10, end_color="F04438",
    )  # fmt: skip
    page.colour(" ".join(beside), scale)


def _diagonal(block: Block, digit: int) -> str:
    """Return the cell of the diagonal: how often a digit was recognised."""
    return block.cell(str(digit), block.first + digit)
