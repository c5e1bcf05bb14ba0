"""How sheets are printed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.worksheet.pagebreak import Break, RowBreak

from sheetgen.page.fields import pixels, row_pixels
from sheetgen.page.page import Page

_A4 = (11.69, 8.27)
"""The longer and the shorter side, in inches."""
_EDGE, _FOOT, _LINE = 0.4, 0.6, 0.3
"""The margins in inches: at the sides and the top, at the foot, and of the line of text in that."""
_LEGIBLE, _SMALL, _LARGE = 45, 35, 75
"""Scales in percent: letters of 11 points become 5 points, small but legible; 4, which is for those who look closely;
and 8, above which paper is wasted.
"""
_PAPER = 100
"""The pages from which on paper matters more than letters."""
_LEAST = 10
"""The smallest scale in percent that spreadsheets have."""
_MANY = 100
"""From so many pages below one another on, their number is not fixed."""
_PIXELS = 96
"""Of an inch."""
_SAFE = 0.97
"""The share of a page that is reckoned with: fonts, and with them widths and heights, are not the same everywhere."""


def landscape(sheet: Any) -> None:
    """Print a sheet on A4, landscape."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4


def fit_width(sheet: Any) -> None:
    """Print all columns of a sheet on one page, its rows on as many as they need."""
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def fit(sheet: Any) -> None:
    """Print a sheet on one page."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 1
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def by_width(sheet: Any, page: Page, last: int, whole: Mapping[int, int], repeated: range) -> None:
    """Print the columns up to a last one on the width of A4, landscape, and cut nothing that is to stay whole.

    ``whole`` has the first row of each such thing, and its last; ``repeated`` are the rows repeated on every page. The
    scale is a number, because Excel passes over the breaks of a sheet that it fits to pages itself.
    """
    landscape(sheet)
    _give_margins(sheet)
    wide, high = _room(landscape=True)
    scale = min(1.0, _SAFE * wide / sum(pixels(page, column) for column in range(1, last + 1)))
    sheet.page_setup.scale = max(_LEAST, int(100 * scale))
    above = sum(row_pixels(page, row) for row in repeated)
    sheet.row_breaks = RowBreak(brk=[Break(id=row - 1) for row in _starts(page, _SAFE * high / scale, whole, above)])


def _starts(page: Page, room: float, whole: Mapping[int, int], above: float) -> Iterator[int]:
    """Yield the rows that begin a page, of so much room, because what begins there would be cut.

    So does what follows a page that the spreadsheet ended itself: nobody knows quite where it did.
    """
    used, ended_itself = 0.0, False
    for row in range(1, max(whole.values(), default=0) + 1):
        height = sum(row_pixels(page, below) for below in range(row, whole.get(row, row) + 1))
        full = used > above and used + height > room
        begins = row in whole and (full or ended_itself)
        if begins:
            yield row
        if begins or full:
            used, ended_itself = above, not begins
        used += row_pixels(page, row)


@dataclass(frozen=True)
class Grid:
    """A large table on paper, in pixels of a sheet at its full size: what is repeated on every page, left of and above
    the rest, the widths of the other columns, and other rows, which are of one height.
    """

    left: float
    above: float
    columns: Sequence[float]
    rows: int
    height: float


@dataclass(frozen=True)
class _Paper:
    """One way to print a grid: its scale in percent, and the pages side by side and below one another."""

    landscape: bool
    scale: int
    across: int
    down: int

    @property
    def pages(self) -> int:
        """How many there are."""
        return self.across * self.down

    @property
    def cost(self) -> tuple[int, int, bool]:
        """Least for the best way: few pages, then large letters, then landscape."""
        return self.pages, -self.scale, not self.landscape


def on_few_pages(sheet: Any, grid: Grid) -> None:
    """Print a large table on A4, landscape or upright, on as few pages as are legible."""
    best = _best(grid, _LEGIBLE)
    if best.pages > _PAPER:
        best = _best(grid, _SMALL)
    setup = sheet.page_setup
    setup.paperSize = sheet.PAPERSIZE_A4
    setup.orientation = "landscape" if best.landscape else "portrait"
    setup.fitToWidth, setup.fitToHeight = best.across, best.down if best.down < _MANY else 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    _give_margins(sheet)


def _give_margins(sheet: Any) -> None:
    margins = sheet.page_margins
    margins.left = margins.right = margins.top = _EDGE
    margins.bottom, margins.footer = _FOOT, _LINE


def _room(*, landscape: bool) -> tuple[float, float]:
    """Return the width and the height of A4 within the margins, in pixels of a sheet at its full size."""
    wide, high = _A4 if landscape else _A4[::-1]
    return _PIXELS * (wide - 2 * _EDGE), _PIXELS * (high - _EDGE - _FOOT)


def _best(grid: Grid, least: int) -> _Paper:
    """Return the best way to print a grid, at a scale of at least so much."""
    return min(_papers(grid, range(least, _LARGE + 1)), key=lambda paper: paper.cost)


def _papers(grid: Grid, scales: range) -> Iterator[_Paper]:
    for landscape in (True, False):
        wide, high = _room(landscape=landscape)
        for scale in scales:
            across = _pages(grid.columns, 100 / scale * wide - grid.left)
            rows = int((100 / scale * high - grid.above) / grid.height)
            yield _Paper(landscape, scale, across, math.ceil(grid.rows / max(1, rows)))


def _pages(widths: Sequence[float], room: float) -> int:
    """Return on how many pages with so much room columns of these widths come, each whole."""
    pages, left = 1, room
    for width in widths:
        if width > left:
            pages, left = pages + 1, room
        left -= width
    return pages
