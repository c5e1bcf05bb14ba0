"""Where the pictures stand: one below another under their headings, the parts of each side by side."""

from __future__ import annotations

from sheetgen.page.page import Page
from sheetgen.page.style import Style

_PIXELS = 24
CELL_WIDTH, CELL_HEIGHT = _PIXELS / 7, _PIXELS * 0.75
"""The size of the cells of this sheet, which are squares."""
FIRST, LAST = 2, 73
"""The columns of the pictures."""
_CM_A_CELL = _PIXELS * 2.54 / 96
_GAP = 1
CHART_COLUMNS, WIDE_CHART, CHART_ROWS = 35, 71, 23
"""The columns of a chart of which two stand side by side, those of one that stands alone, and the rows of both."""
_TEXT = Style(size=12)


class Canvas:
    """The rows and columns that pictures have taken so far.

    ``whole`` has the first row of what no page may cut, and its last: a picture's heading with the parts below it, and
    further parts that stand side by side.
    """

    def __init__(self, page: Page, row: int) -> None:
        self.page = page
        self._row, self._column, self._height = row, FIRST, 0
        self._begins = row
        self.whole: dict[int, int] = {}

    @property
    def last_row(self) -> int:
        """The last row of the last picture."""
        return self._row + self._height

    def picture(self, heading: str, *sentences: str) -> None:
        """Begin a picture: its heading, and what it says."""
        if self._height:
            self._row += self._height + 1
        self._begins = self._row
        below = self.page.heading("B", self._row, heading)
        for row, sentence in enumerate(sentences, start=below):
            self.page.put(f"B{row}", sentence, _TEXT)
        self._row, self._column, self._height = below + len(sentences) + 1, FIRST, 0

    def line(self) -> None:
        """Let the next part stand below those so far."""
        if self._column > FIRST:
            self._row, self._column, self._height = self._row + self._height + _GAP, FIRST, 0
            self._begins = self._row

    def place(self, columns: int, rows: int) -> tuple[int, int]:
        """Return the row and column of the next part of a picture, of so many columns and rows."""
        if self._column > FIRST and self._column + columns - 1 > LAST:
            self.line()
        place = self._row, self._column
        self._column += columns + _GAP
        self._height = max(self._height, rows)
        self.whole[self._begins] = self._row + self._height - 1
        return place

    @staticmethod
    def chart_size(columns: int) -> tuple[float, float]:
        """Return the size of a chart over so many columns, in cm."""
        return round(columns * _CM_A_CELL, 2), round(CHART_ROWS * _CM_A_CELL, 2)
