"""Shapes as a drawing spells them: lines and ellipses anchored to cells (ECMA-376, part 1, 20.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sheetgen.page.fields import pixels, row_points
from sheetgen.page.page import Page
from sheetgen.page.shapes import Ellipse, Line, Spot
from sheetgen.xlsx.attached import DECLARATION, attach, attached, refer
from sheetgen.xlsx.escapes import quoted_attribute

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
ART = "http://schemas.openxmlformats.org/drawingml/2006/main"
POINT = 12_700
"""In EMU, the unit of drawings."""

_PIXEL = 9_525
_FAINT = 8_000
"""How much of a fill's colour is seen, in thousandths of a percent: the cells below show through."""
_TYPE = "application/vnd.openxmlformats-officedocument.drawing+xml"
_END = b"</xdr:wsDr>"
"""How a drawing ends, as `spelling` writes it."""


def put_shapes(parts: dict[str, bytes], pages: Sequence[Page], sheets: Mapping[str, str]) -> None:
    """Put the shapes of pages into the drawings of their sheets, whose parts ``sheets`` names.

    A sheet without a drawing gets one.
    """
    for page in pages:
        if page.shapes:
            name = _drawing_of(parts, sheets[page.name])
            others = parts[name].removesuffix(_END)
            first = others.count(b"<xdr:cNvPr ") + 1
            anchors = (_anchor(page, shape, number) for number, shape in enumerate(page.shapes, start=first))
            parts[name] = others + "".join(anchors).encode() + _END


def _drawing_of(parts: dict[str, bytes], sheet: str) -> str:
    """Return the part that holds a sheet's drawing, made where there is none."""
    if found := attached(parts, sheet, "drawing"):
        return found
    name = f"xl/drawings/drawing{1 + sum(part.startswith('xl/drawings/drawing') for part in parts)}.xml"
    content = f'{DECLARATION}<xdr:wsDr xmlns:xdr="{DRAWING}" xmlns:a="{ART}"></xdr:wsDr>'
    refer(parts, sheet, "drawing", attach(parts, sheet, "drawing", name, content, _TYPE))
    return name


def _anchor(page: Page, shape: Line | Ellipse, number: int) -> str:
    """Return a shape with the two places between which it lies: above left, and below right."""
    start, end = shape.start, shape.end
    rising = (start.row, start.down) > (end.row, end.down)
    if rising:
        start, end = _level_with(start, end), _level_with(end, start)
    body = _line(shape, number, rising) if isinstance(shape, Line) else _ellipse(shape, number)
    places = f"<xdr:from>{_place(page, start)}</xdr:from><xdr:to>{_place(page, end)}</xdr:to>"
    return f"<xdr:twoCellAnchor>{places}{body}<xdr:clientData/></xdr:twoCellAnchor>"


def _level_with(spot: Spot, other: Spot) -> Spot:
    """Return a place in its column, at the height of another."""
    return Spot(spot.column, other.row, spot.right, other.down)


def _place(page: Page, spot: Spot) -> str:
    """Return a place in a cell; the right edge of a cell is where the next begins, however wide a program makes it."""
    column, right = (spot.column, spot.right) if spot.right < 1 else (spot.column + 1, 0.0)
    width = int(pixels(page, column)) * _PIXEL
    height = row_points(page, spot.row) * POINT
    return (
        f"<xdr:col>{column - 1}</xdr:col><xdr:colOff>{round(right * width)}</xdr:colOff>"
        f"<xdr:row>{spot.row - 1}</xdr:row><xdr:rowOff>{round(spot.down * height)}</xdr:rowOff>"
    )


def _line(line: Line, number: int, rising: bool) -> str:
    named = f'<xdr:cNvPr id="{number}" name="Edge {number}" descr={quoted_attribute(line.alt)}/>'
    return (
        f"<xdr:cxnSp><xdr:nvCxnSpPr>{named}<xdr:cNvCxnSpPr/></xdr:nvCxnSpPr>"
        f"<xdr:spPr>{_form('line', rising)}{_outline(line)}</xdr:spPr></xdr:cxnSp>"
    )


def _ellipse(shape: Ellipse, number: int) -> str:
    named = f'<xdr:cNvPr id="{number}" name="Neuron {number}" descr={quoted_attribute(shape.alt)}/>'
    fill = f'<a:solidFill><a:srgbClr val="{shape.colour}"><a:alpha val="{_FAINT}"/></a:srgbClr></a:solidFill>'
    return (
        f"<xdr:sp><xdr:nvSpPr>{named}<xdr:cNvSpPr/></xdr:nvSpPr>"
        f"<xdr:spPr>{_form('ellipse')}{fill}{_outline(shape)}</xdr:spPr></xdr:sp>"
    )


def _form(preset: str, rising: bool = False) -> str:
    flip = ' flipV="1"' if rising else ""
    where = '<a:off x="0" y="0"/><a:ext cx="0" cy="0"/>'  # the places of the anchor decide
    return f'<a:xfrm{flip}>{where}</a:xfrm><a:prstGeom prst="{preset}"><a:avLst/></a:prstGeom>'


def _outline(shape: Line | Ellipse) -> str:
    colour = f'<a:solidFill><a:srgbClr val="{shape.colour}"/></a:solidFill>'
    return f'<a:ln w="{round(shape.points * POINT)}" cap="rnd">{colour}</a:ln>'
