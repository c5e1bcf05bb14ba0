"""The overall flag of the checks, shown on every sheet in words and, beside the words, in colour."""

from __future__ import annotations

from collections.abc import Callable

from sheetgen.page import style
from sheetgen.page.page import Formula, Page
from sheetgen.page.style import Style
from sheetgen.sheets.layout import FLAG_CELL

Verdict = Callable[[], str]
"""Gives the text of the overall flag, when the training has run."""


def flag(page: Page, cells: str, verdict: Verdict, look: Style = style.FLAG) -> None:
    """Show the overall flag in a cell of a page, or across a range of cells."""
    cell = cells.partition(":")[0]
    page.put(cell, Formula(FLAG_CELL, verdict), look)
    page.flags.append(cell)
    if cell != cells:
        page.merges.append(cells)
