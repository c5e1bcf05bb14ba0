"""How the live sheets look: cells that are squares, their colours, and words and numbers across several of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from openpyxl.formatting.rule import ColorScaleRule, Rule
from openpyxl.styles import Border, Side
from openpyxl.styles.differential import DifferentialStyle

from cnn.live.arrangement import Lattice
from cnn.live.formulas import absolute
from sheetgen.page import style
from sheetgen.page.cell_names import column_letter
from sheetgen.page.fields import pixels, row_pixels
from sheetgen.page.page import Content, Page
from sheetgen.page.printing import Grid, on_few_pages
from sheetgen.page.style import Style

UNIT_WIDTH, UNIT_HEIGHT = 1.71, 12.75
"""Of a cell that is a square of 17 pixels, in characters and in points."""
_HIDDEN = ";;;"
"""The number format of a pixel, which is seen by its colour."""
PIXEL = Style(number=_HIDDEN, border="F2F4F7")
DRAWN = Style(colour=style.BLUE, fill="FFFBE6", border="E4D9A8", number=_HIDDEN)
RING = Style(number=_HIDDEN, fill="F2F4F7")
MAP_NUMBER = Style(colour=style.GREY, size=8, align="center")
CAPTION = Style(colour=style.GREY, size=10)
SCALE_COLUMN = 75
"""Of a sheet of maps: where the scale of a layer ends, beside its heading."""
BOTH_SIGNS = "0 is white, blue above, red below, up to "
_WORDS = Style(colour=style.GREY, size=9, align="right")
_SIZE = Style(colour=style.GREY, size=9, number="0.00", align="left")
DEEP, INK, PENCIL = "1849A9", "101828", "1F3FBF"
"""The end of the scale of what a ReLU gives, of the shown image, and of the drawing."""


def squares(page: Page, columns: int, rows: Iterable[int]) -> None:
    """Make the cells of a page squares."""
    page.widths |= dict.fromkeys(range(1, columns + 1), UNIT_WIDTH)
    page.heights |= dict.fromkeys(rows, UNIT_HEIGHT)


def across(page: Page, row: int, column: int, size: tuple[int, int], content: Content, look: Style) -> str:
    """Put something across cells, so many rows and columns of them; return the first cell."""
    rows, columns = size
    cell = f"{column_letter(column)}{row}"
    if rows > 1 or columns > 1:
        page.merges.append(f"{cell}:{column_letter(column + columns - 1)}{row + rows - 1}")
    return page.put(cell, content, look)


def on_legible_pages(page: Page, columns: int, rows: int) -> None:
    """Print a page of many kernels on as many sheets of paper as its numbers need to be read."""
    grid = Grid(0, 0, [pixels(page, column) for column in range(1, columns + 1)], rows, row_pixels(page, rows))
    page.decorate.append(partial(on_few_pages, grid=grid))


def all_cells(lattice: Lattice) -> str:
    """Return the cells of all maps, as conditional formats name them."""
    return " ".join(square.cells for square in lattice.squares)


def ink_scale(colour: str, paper: str = style.WHITE) -> Rule:
    """Return the scale of colours of a picture: paper at 0, ink at 255."""
    rule: Rule = ColorScaleRule("num", 0, paper, None, None, None, "num", 255, colour)
    return rule


def positive_scale() -> Rule:
    """Return the scale of colours of numbers from 0 on: white at 0, deep at the largest."""
    rule: Rule = ColorScaleRule("num", 0, style.WHITE, "percentile", 80, "84ADFF", "max", None, DEEP)
    return rule


def signed_scale(end: str) -> Rule:
    """Return the scale of colours of numbers of both signs: white at 0, as deep for a number as for its negative.

    ``end`` is the cell of the largest size. (A formula over the coloured cells would do, but LibreOffice draws all of
    them anew for each one of them that changes, which takes longer than to calculate them.)
    """
    rule: Rule = ColorScaleRule("formula", f"-({end})", "D92D20", "num", 0, style.WHITE, "formula", end, DEEP)
    return rule


def scale_end(
    page: Page, at: tuple[int, int], span: int, size: Content, words: str = BOTH_SIGNS, number: str = "0.00"
) -> str:
    """Put where a scale of colours ends, at a row and column, over some columns, behind words; return the cell."""
    row, column = at
    page.put(f"{column_letter(column - 1)}{row}", words, _WORDS)
    return absolute(across(page, row, column, (1, span), size, replace(_SIZE, number=number)))


def largest(area: str) -> str:
    """Return the formula of the largest size of the numbers of an area; no scale of colours ends at 0."""
    return f"MAX(MAX({area}),-MIN({area}),1E-300)"


def framed(condition: str, colour: str = "D92D20") -> Rule:
    """Return the rule that frames a cell, by default in red, where a condition holds."""
    side = Side(style="thin", color=colour)
    look = DifferentialStyle(border=Border(left=side, right=side, top=side, bottom=side))
    return Rule("expression", dxf=look, formula=[condition])
