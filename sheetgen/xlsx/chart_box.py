"""Where a chart lies on its sheet, as the anchor in the drawing says."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree

from sheetgen.xlsx.shapes import DRAWING, POINT

_D = f"{{{DRAWING}}}"


@dataclass(frozen=True)
class Corner:
    """A place on a sheet: its cell, from 1, and how far right and below of the cell's upper left corner, in points."""

    column: int
    row: int
    right: float = 0.0
    down: float = 0.0


@dataclass(frozen=True)
class Box:
    """The upper left corner of a chart, and either its width and height in points or its lower right corner."""

    start: Corner
    size: tuple[float, float] | None = None
    end: Corner | None = None


def box_of(anchor: ElementTree.Element) -> Box | None:
    """Return where an anchor puts its object; None where it names no cell, or says it in no numbers."""
    start, end = _corner(anchor, "from"), _corner(anchor, "to")
    size = anchor.find(f"{_D}ext")
    try:
        extent = None if size is None else (int(size.get("cx", "")) / POINT, int(size.get("cy", "")) / POINT)
    except ValueError:
        return None
    return None if start is None or (end is None and extent is None) else Box(start, extent, end)


def _corner(anchor: ElementTree.Element, name: str) -> Corner | None:
    try:
        column, right, row, down = (
            int(anchor.findtext(f"{_D}{name}/{_D}{part}") or "") for part in ("col", "colOff", "row", "rowOff")
        )
    except ValueError:
        return None
    return Corner(column + 1, row + 1, right / POINT, down / POINT)
