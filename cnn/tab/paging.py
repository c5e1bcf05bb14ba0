"""Where the pages of the printed sheet begin: no chart is cut, nor a table or a row of pictures that one page holds.

A spreadsheet itself cuts a table that is longer than a page.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetgen.page.fields import pixels
from sheetgen.page.page import Page
from sheetgen.page.shapes import DEFAULT_HEIGHT

MARGIN = 0.4
"""Of a page, in inches, on each side."""

_LONG_SIDE, _SHORT_SIDE, _POINTS = 11.69, 8.27, 72.0  # of A4, in inches, and an inch in points
_OF_A_PIXEL = 0.75  # in points
_SAFE = 0.95
"""The share of a page that is used: fonts, and with them heights and widths, are not the same everywhere."""


def page_starts(page: Page) -> list[int]:
    """Return the rows at which a new page begins when the sheet is printed landscape, all columns on a page's width.

    Each is the empty row above what stands there, so that not even the border of a chart is on the page before.
    """

    def height(first: int, last: int) -> float:
        return sum(page.heights.get(row, DEFAULT_HEIGHT) for row in range(first, last + 1))

    most, starts, begun = _page_height(page), [], 1
    for first, last in _pieces(page):
        if first > begun + 1 and height(begun, last) > most:
            begun = first - 1
            starts.append(begun)
    return starts


def _page_height(page: Page) -> float:
    """Return how much of the sheet a page takes, in points of the sheet."""
    columns = range(1, page.size[1] + 1)
    width = sum(_OF_A_PIXEL * pixels(page, column) for column in columns)
    scale = min(1.0, _POINTS * (_LONG_SIDE - 2 * MARGIN) / width)
    return _SAFE * _POINTS * (_SHORT_SIDE - 2 * MARGIN) / scale


def _pieces(page: Page) -> Iterator[tuple[int, int]]:
    """Yield the first and last rows of what is not cut: what empty rows set apart, those below a chart being none."""
    taken = {row for row, _ in page.cells} | page.heights.keys()
    firsts = sorted(row for row in taken if row - 1 not in taken)
    lasts = sorted(row for row in taken if row + 1 not in taken)
    yield from zip(firsts, lasts, strict=True)
