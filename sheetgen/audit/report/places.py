"""Cells in words: ``P20:S21 (8 cells)``, ``column AB, rows 5–104``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sheetgen.audit.book import Area
from sheetgen.page.cell_names import column_letter

_LISTED = 4
"""The areas that are named one by one; of more, the others are counted."""
_LONG = 3
"""From so many rows on, the cells of one column are named by the column."""


def area_words(area: Area) -> str:
    """Return an area in words, without its sheet."""
    rows, columns = area.shape
    if (rows, columns) == (1, 1):
        return area.address
    if columns == 1 and rows >= _LONG:
        return f"column {column_letter(area.left)}, rows {area.top}–{area.bottom}"
    return f"{area.address} ({rows * columns:,} cells)"


def cells_words(areas: Sequence[Area]) -> str:
    """Return where some cells are, without the sheet of those on the first one's sheet."""
    if not areas:
        return ""
    sheet = areas[0].sheet
    if len(areas) == 1:
        return area_words(areas[0])
    named = [_named(area, sheet) for area in areas[:_LISTED]]
    more = len(areas) - _LISTED
    cells = sum(area.shape[0] * area.shape[1] for area in areas)
    if more > 0:
        return f"{', '.join(named)} and {more:,} more area{'s' * (more > 1)} ({cells:,} cells)"
    return f"{', '.join(named[:-1])} and {named[-1]}" + (f" ({cells:,} cells)" if cells > len(areas) else "")


def _named(area: Area, sheet: str) -> str:
    return area.address if area.sheet == sheet else f"{area.address} of {area.sheet!r}"


def listed(words: Iterable[str]) -> str:
    """Return words as a sentence lists them."""
    *most, last = list(words) or [""]
    return f"{', '.join(most)} and {last}" if most else last


def counted(number: int, what: str) -> str:
    """Return a number of things, the word in the singular where it is one."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
