"""The tables right of the pictures, side by side, from which these are computed."""

from __future__ import annotations

from collections.abc import Sequence

from sheetgen.page.block import Block
from sheetgen.page.page import Page
from sheetgen.page.style import HEADING

FIRST_COLUMN = 80
"""The first column of the tables; the pictures stand left of it."""
HEADER_ROW = 4
_WIDTH = 14.0


class Margin:
    """Hands out the columns right of the pictures."""

    def __init__(self, page: Page) -> None:
        self._page, self._next = page, FIRST_COLUMN
        page.put("CB2", "The numbers that the pictures show", HEADING)

    def block(self, labels: Sequence[str], rows: int) -> Block:
        """Return the place of the next table: so many rows below a header of these labels."""
        block = Block.below(HEADER_ROW, labels, rows, self._next)
        self._next = block.end + 2
        self._page.widths |= dict.fromkeys(range(block.end + 1 - len(labels), block.end + 1), _WIDTH)
        self._page.widths[block.end + 1] = 3.0
        return block
