"""Whether a chart lies where it was built to, and covers no other cells."""

from __future__ import annotations

from sheetgen.page.fields import OF_A_POINT, pixels, row_points
from sheetgen.page.page import Page
from sheetgen.xlsx.chart_box import Box

_NEAR = 1
"""By how many rows and columns a corner may be moved where a program measures cells otherwise."""
_LEAST, _MOST = 0.6, 1.25
"""How small and large a side may be, as a share of what was built, for the same reason."""


def lies_as_built(page: Page, found: Box | None, built: Box) -> bool:
    """Whether a chart lies where it was built to, as far as programs agree about the widths of columns."""
    if found is None or built.size is None:
        return False
    near = abs(found.start.column - built.start.column) <= _NEAR and abs(found.start.row - built.start.row) <= _NEAR
    sides = zip(_size(page, found), built.size, strict=True)
    return near and all(_LEAST * wanted <= side <= _MOST * wanted for side, wanted in sides)


def _size(page: Page, box: Box) -> tuple[float, float]:
    """Return the width and the height of a box in points."""
    if box.end is None:
        return box.size or (0.0, 0.0)
    columns = range(box.start.column, min(box.end.column, page.size[1] + 1_000))
    rows = range(box.start.row, min(box.end.row, page.size[0] + 1_000))
    width = sum(pixels(page, column) / OF_A_POINT for column in columns if column not in page.folded)
    height = sum(row_points(page, row) for row in rows)
    return width + box.end.right - box.start.right, height + box.end.down - box.start.down
