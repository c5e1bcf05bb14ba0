"""How sheets are printed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_A4 = (11.69, 8.27)
"""The longer and the shorter side, in inches."""
_EDGE, _FOOT, _LINE = 0.4, 0.6, 0.3
"""The margins in inches: at the sides and the top, at the foot, and of the line of text in that."""
_SCALES = range(50, 76)
"""In percent: below, letters of 11 points are hard to read; above, paper is wasted."""
_MANY = 100
"""From so many pages below one another on, their number is not fixed."""
_PIXELS = 96
"""Of an inch."""


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
    def cost(self) -> tuple[int, int, bool]:
        """Least for the best way: few pages, then large letters, then landscape."""
        return self.across * self.down, -self.scale, not self.landscape


def on_few_pages(sheet: Any, grid: Grid) -> None:
    """Print a large table on A4, landscape or upright, on as few pages as are legible."""
    best = min(_papers(grid), key=lambda paper: paper.cost)
    setup, margins = sheet.page_setup, sheet.page_margins
    setup.paperSize = sheet.PAPERSIZE_A4
    setup.orientation = "landscape" if best.landscape else "portrait"
    setup.fitToWidth, setup.fitToHeight = best.across, best.down if best.down < _MANY else 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    margins.left = margins.right = margins.top = _EDGE
    margins.bottom, margins.footer = _FOOT, _LINE


def _papers(grid: Grid) -> Iterator[_Paper]:
    for landscape in (True, False):
        wide, high = _A4 if landscape else _A4[::-1]
        for scale in _SCALES:
            full = 100 / scale * _PIXELS
            across = _pages(grid.columns, (wide - 2 * _EDGE) * full - grid.left)
            rows = int(((high - _EDGE - _FOOT) * full - grid.above) / grid.height)
            yield _Paper(landscape, scale, across, math.ceil(grid.rows / max(1, rows)))


def _pages(widths: Sequence[float], room: float) -> int:
    """Return on how many pages with so much room columns of these widths come, each whole."""
    pages, left = 1, room
    for width in widths:
        if width > left:
            pages, left = pages + 1, room
        left -= width
    return pages
