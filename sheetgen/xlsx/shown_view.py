"""How a sheet is looked at, as its part says: what of it is out of sight, and views that show it as another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from sheetgen.xlsx.cells import MAIN
from sheetgen.xlsx.plain_xml import OFF, ON, integer

_LOW, _NARROW = 3.0, 1.5
"""Below which height (in points) and width (in characters) a row or a column shows nothing."""
_SMALLEST_ZOOM = 20
"""In percent: the numbers of a view that is zoomed out further are no letters any more."""
_MOST_FROZEN = 50
"""With more rows or columns in a place of their own a screen has no room for others."""
_FROZEN = ("frozen", "frozenSplit")
_FIRST_ROW, _FIRST_COLUMN = re.compile("[A-Z]+1"), re.compile("A[0-9]+")


def is_low(height: str | None) -> bool:
    """Whether a row of a height, None where it has none of its own, shows nothing."""
    return height is not None and _is_less(height, _LOW)


def hidden_columns(root: ElementTree.Element) -> Iterator[range]:
    """Yield the columns that are hidden or too narrow to show anything, given a sheet."""
    for columns in root.iterfind(f"{MAIN}cols/{MAIN}col"):
        first, last = (integer(columns.get(end, "")) for end in ("min", "max"))
        hidden = columns.get("hidden") in ON or _is_less(columns.get("width", ""), _NARROW)
        if hidden and first is not None and last is not None:
            yield range(first, last + 1)


def odd_views(root: ElementTree.Element) -> Iterator[str]:
    """Yield, in words, what of a sheet is out of sight or shown as something else in its views."""
    ordinary = root.find(f"{MAIN}sheetFormatPr")
    if ordinary is not None:
        low = ordinary.get("zeroHeight") in ON or is_low(ordinary.get("defaultRowHeight"))
        if low or _is_less(ordinary.get("defaultColWidth", ""), _NARROW):
            yield "rows or columns that are hidden unless told"
    for view in root.iterfind(f"{MAIN}sheetViews/{MAIN}sheetView"):
        yield from _odd(view)


def _odd(view: ElementTree.Element) -> Iterator[str]:
    if view.get("showFormulas") in ON:
        yield "formulas instead of numbers"
    if view.get("showZeros") in OFF:
        yield "no zeros"
    if view.get("rightToLeft") in ON:
        yield "columns from the right to the left"
    if _is_less(view.get("zoomScale", ""), _SMALLEST_ZOOM):
        yield "a view too small to be read"
    for pane in view.iterfind(f"{MAIN}pane"):
        start, rows, columns = view.get("topLeftCell", "A1"), pane.get("ySplit", "0"), pane.get("xSplit", "0")
        if pane.get("state") not in _FROZEN:
            continue
        if not (_is_less(rows, _MOST_FROZEN) and _is_less(columns, _MOST_FROZEN)):
            yield "frozen rows or columns that leave no room for others"
        if (rows != "0" and not _FIRST_ROW.fullmatch(start)) or (columns != "0" and not _FIRST_COLUMN.fullmatch(start)):
            yield "rows or columns out of reach before those that are frozen"


def _is_less(number: str, limit: float) -> bool:
    """Whether a number is less than a limit; a text that is no number is not."""
    try:
        return float(number) < limit
    except ValueError:
        return False
