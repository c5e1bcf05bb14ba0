"""What the sections of the sheet share: where they begin, their styles, headings and tables, axes of charts."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence

from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.page import Page
from sheetgen.page.style import Style

FIRST_COLUMN, FIRST_WIDTH, WIDTH, COLUMNS = 2, 32.0, 13.0, 14
"""Of all sections: the first column, its width and that of the others in characters, and how many columns they take."""
GAP, ROW_HEIGHT = 2, 15.0
"""Empty rows between two sections, and the height of a row below a chart, in points."""

CENTRED = Style(align="center")
PERCENT = Style(number="0.00%", align="center")
LOSS = Style(number="0.0000", align="center")
COUNT = Style(number=style.INTEGER, align="center")
WORD = Style(bold=True, align="center")


def share_axis(shares: Iterable[float]) -> tuple[float, float]:
    """Return the range of an axis for accuracies: up to 100 % from a round number at or below the lowest."""
    lowest = min(0.99, *shares)
    steps = 10 if lowest < 0.9 else 50
    return math.floor(steps * lowest) / steps, 1.0


def epoch_axis(epochs: int) -> tuple[float, float]:
    """Return the range of an axis for epochs; a single one stands in its middle."""
    return (1, epochs) if epochs > 1 else (0, 2)


def lines_of(text: str, width: float) -> int:
    """Return how many lines a text takes that is wrapped in a column, whose width is in characters."""
    return max(1, math.ceil(characters(text) / (width - 1)))


def characters(text: str) -> int:
    """Return how wide a text is, in characters; those of some scripts take the room of two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def share(part: int, whole: int) -> float:
    """Return a part as a fraction of the whole; 0 of nothing."""
    return part / whole if whole else 0.0


def heading(page: Page, row: int, text: str, note: str = "") -> int:
    """Put a heading, and a note below it; return the next row."""
    page.heading("B", row, text)
    if note:
        page.put(f"B{row + 1}", note, style.NOTE)
    return row + 1 + bool(note)


def table(page: Page, row: int, labels: Sequence[str], rows: int, height: float = 32) -> Block:
    """Put the header of a table in a row; return the block of the ``rows`` rows below it."""
    block = Block.below(row, labels, rows, FIRST_COLUMN)
    block.header(page)
    page.heights[row] = height
    return block
