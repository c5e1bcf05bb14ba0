"""How wide columns and how high rows are, and fields across columns whose widths were chosen for something else."""

from __future__ import annotations

from collections.abc import Sequence

from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import Content, Page
from sheetgen.page.shapes import DEFAULT_HEIGHT
from sheetgen.page.style import Style

OF_A_POINT = 96 / 72
"""Pixels; those of a sheet at its full size."""
_DEFAULT_WIDTH = 8.43
"""Of a column, in characters, where a page says nothing."""
_SCREEN = 1800
"""The pixels that a sheet is seen in on a screen of 1920, or a projector."""
_LEAST_ZOOM, _MOST_ZOOM = 60, 140


def pixels(page: Page, column: int) -> float:
    """Return how wide a column is at a zoom of 100 percent."""
    return page.widths.get(column, _DEFAULT_WIDTH) * 7 + 5


def row_points(page: Page, row: int) -> float:
    """Return how high a row is."""
    return page.heights.get(row, DEFAULT_HEIGHT)


def row_pixels(page: Page, row: int) -> float:
    """Return how high a row is at a zoom of 100 percent."""
    return row_points(page, row) * OF_A_POINT


def span(page: Page, column: int, width: float) -> int:
    """Return the column up to which columns, from one on, are at least so wide together."""
    while (width := width - page.widths.get(column, _DEFAULT_WIDTH)) > 0:
        column += 1
    return column


def field(page: Page, row: int, column: int, width: float, rows: int = 1) -> tuple[int, str]:
    """Merge columns of so much width; return the column after them, and the first cell."""
    end, cell = span(page, column, width), f"{column_letter(column)}{row}"
    if end > column or rows > 1:
        page.merges.append(f"{cell}:{column_letter(end)}{row + rows - 1}")
    return end + 1, cell


def fields(page: Page, row: int, column: int, widths: Sequence[float]) -> tuple[int, list[str]]:
    """Merge columns for fields side by side; return the column after them, and the first cell of each."""
    cells = []
    for width in widths:
        column, cell = field(page, row, column, width)
        cells.append(cell)
    return column, cells


def across(page: Page, row: int, column: int, columns: int, content: Content, look: Style) -> str:
    """Put something across so many columns; return the first cell."""
    cell = f"{column_letter(column)}{row}"
    page.merges.append(f"{cell}:{column_letter(column + columns - 1)}{row}")
    return page.put(cell, content, look)


def filling(page: Page, last: int) -> int:
    """Return the zoom, in percent, at which the columns up to a last one fill a screen."""
    wide = sum(pixels(page, column) for column in range(1, last + 1))
    return max(_LEAST_ZOOM, min(_MOST_ZOOM, int(20 * _SCREEN / wide) * 5))
