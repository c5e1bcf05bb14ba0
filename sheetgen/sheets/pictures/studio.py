"""What the pictures of one sheet share: the page, where they stand, the tables beside them, the parameters."""

from __future__ import annotations

from dataclasses import dataclass

from sheetgen.page.page import Page
from sheetgen.sheets.book import Book
from sheetgen.sheets.pictures.canvas import Canvas
from sheetgen.sheets.pictures.margin import Margin
from sheetgen.sheets.pictures.moments import Moments


@dataclass(frozen=True)
class Studio:
    """The sheet under construction."""

    book: Book
    page: Page
    canvas: Canvas
    margin: Margin
    moments: Moments
