"""What no page may cut when the sheet is printed: no chart, nor a table or a row of pictures that one page holds.

A spreadsheet itself cuts a table that is longer than a page.
"""

from __future__ import annotations

from sheetgen.page.page import Page


def whole(page: Page) -> dict[int, int]:
    """Return the first row of each thing that stays on one page, and its last: what empty rows set apart.

    The rows below a chart are none. Each begins with the empty row above it, so that not even the border of a chart is
    on the page before.
    """
    taken = {row for row, _ in page.cells} | page.heights.keys()
    firsts = sorted(row for row in taken if row - 1 not in taken)
    lasts = sorted(row for row in taken if row + 1 not in taken)
    return {max(1, first - 1): last for first, last in zip(firsts, lasts, strict=True)}
