"""Where the pages of the printed sheet begin: no chart is cut, nor a table or a row of pictures that one page holds.

A spreadsheet itself cuts a table that is longer than a page.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetgen.page.cell_names import row_and_column
from sheetgen.page.page import Page
from sheetgen.page.shapes import DEFAULT_HEIGHT

MARGIN = 0.4
"""Of a page, in inches, on each side."""

_LONG_SIDE, _SHORT_SIDE, _POINTS = 11.69, 8.27, 72.0  # of A4, in inches, and an inch in points
_CHARACTER, _PADDING = 7 * 0.75, 5 * 0.75
"""The width of a column, in points: so much a character, and so much more."""
_SAFE = 0.9
"""The share of a page that is used: fonts, and with them heights and widths, are not the same everywhere."""


def page_starts(page: Page) -> list[int]:
    """Return the rows at which a new page begins when the sheet is printed landscape, all columns on a page's width."""
    height, starts, used = _page_height(page), [], 0.0
    for first, last in _pieces(page):
        needed = sum(page.heights.get(row, DEFAULT_HEIGHT) for row in range(first, last + 1))
        if used and used + needed > height:
            starts.append(first)
            used = 0.0
        used += needed
    return starts


def _page_height(page: Page) -> float:
    """Return how much of the sheet a page takes, in points of the sheet."""
    columns = range(1, page.size[1] + 1)
    width = sum(_CHARACTER * page.widths[column] + _PADDING for column in columns)
    scale = min(1.0, _POINTS * (_LONG_SIDE - 2 * MARGIN) / width)
    return _SAFE * _POINTS * (_SHORT_SIDE - 2 * MARGIN) / scale


def _pieces(page: Page) -> Iterator[tuple[int, int]]:
    """Yield the first and last rows of what is not cut: what empty rows set apart, charts and pictures being none."""
    anchors = {row_and_column(where)[0] for where, *_ in (*page.charts, *page.pictures)}
    taken = {row for row, _ in page.cells} | anchors
    firsts = sorted(row for row in taken if row - 1 not in taken)
    yield from zip(firsts, [*(first - 1 for first in firsts[1:]), page.size[0]], strict=True)
