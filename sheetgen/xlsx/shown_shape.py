"""A line or an ellipse over cells, as a drawing has it: what it looks like and between which cells it lies."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree

from sheetgen.page.shapes import DEFAULT_HEIGHT
from sheetgen.xlsx.plain_xml import ON, integer
from sheetgen.xlsx.shapes import ART, DRAWING, POINT

LINE, ELLIPSE = "line", "ellipse"

_D, _A = f"{{{DRAWING}}}", f"{{{ART}}}"
_KINDS = {"line": LINE, "straightConnector1": LINE, "ellipse": ELLIPSE}
"""What the preset geometries are; LibreOffice saves a line as a connector."""
_FAINTEST_THAT_HIDES = 20_000
"""From which on a fill makes cells hard to read, in thousandths of a percent."""
_ANCHOR = ("from", "to", "col", "colOff", "row", "rowOff", "clientData")
_SHAPE = ("sp", "cxnSp", "nvSpPr", "nvCxnSpPr", "cNvPr", "cNvSpPr", "cNvCxnSpPr", "spPr", "style")
_LOOKS = ("xfrm", "off", "ext", "prstGeom", "avLst", "solidFill", "noFill", "srgbClr", "alpha", "ln", "round")
_THEME = ("lnRef", "fillRef", "effectRef", "fontRef")
_PLAIN = frozenset({f"{_D}{name}" for name in (*_ANCHOR, *_SHAPE)} | {f"{_A}{name}" for name in (*_LOOKS, *_THEME)})
"""What a shape is made of that is an outline and a tint, and nothing else: no text, picture, link or effect."""
_FORM, _TEXT = ("xfrm", "off", "ext", "prstGeom", "avLst"), ("bodyPr", "noAutofit", "p", "pPr", "r", "rPr", "t")
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_EMPTY = frozenset(
    {f"{_MC}{name}" for name in ("AlternateContent", "Choice", "Fallback")}
    | {f"{_D}{name}" for name in (*_ANCHOR, "twoCellAnchor", "sp", "nvSpPr", "cNvPr", "cNvSpPr", "spPr", "txBody")}
    | {f"{_A}{name}" for name in (*_FORM, *_TEXT)}
)
"""What a shape is made of that has neither a line nor a fill nor a text: LibreOffice saves a spinner as such."""
_LEVEL, _WIDTH = 2.0, 0.1
"""How many points two heights, and two widths of lines, may differ and be the same."""
_OFF_THEME = ("0", "none", "minor", "major")
"""References to a theme that change nothing of an outline or a fill."""


@dataclass(frozen=True)
class Place:
    """A place on a sheet: its cell, from 1, and how many points below the cell's upper edge it lies."""

    column: int
    row: int
    down: float

    def is_near(self, other: Place) -> bool:
        """Whether another place may be the same; the width of a column depends on a program's fonts, not a height."""
        lower, upper = sorted((self, other), key=lambda place: place.row)[::-1]
        level = abs(lower.down - upper.down) <= _LEVEL
        at_an_edge = lower.row == upper.row + 1 and lower.down <= _LEVEL and upper.down >= DEFAULT_HEIGHT - _LEVEL
        return (at_an_edge or (level and lower.row == upper.row)) and abs(self.column - other.column) <= 1


@dataclass(frozen=True)
class ShownShape:
    """A line or an ellipse: its colour (RRGGBB), the width of its line in points, where it begins and ends.

    ``rising`` says that a line leads from below left to above right.
    """

    kind: str
    colour: str
    points: float
    start: Place
    end: Place
    rising: bool = False

    def looks_like(self, other: ShownShape) -> bool:
        """Whether another shape looks the same at the same place."""
        same = (self.kind, self.colour, self.rising) == (other.kind, other.colour, other.rising)
        wide = abs(self.points - other.points) <= _WIDTH
        return same and wide and self.start.is_near(other.start) and self.end.is_near(other.end)


def shape_of(anchor: ElementTree.Element) -> ShownShape | None:
    """Return the shape that an anchor of a drawing holds, None where it is anything but a plain one."""
    shapes = [part for part in anchor if part.tag in (f"{_D}sp", f"{_D}cxnSp")]
    if anchor.tag != f"{_D}twoCellAnchor" or len(shapes) != 1 or not _is_plain(anchor):
        return None
    form = shapes[0].find(f"{_D}spPr/{_A}prstGeom")
    frame, line = shapes[0].find(f"{_D}spPr/{_A}xfrm"), shapes[0].find(f"{_D}spPr/{_A}ln")
    colour = shapes[0].find(f"{_D}spPr/{_A}ln/{_A}solidFill/{_A}srgbClr")
    kind = None if form is None else _KINDS.get(form.get("prst", ""))
    width = None if line is None else integer(line.get("w", ""))
    if kind is None or frame is None or colour is None or width is None:
        return None
    rising = (frame.get("flipV") in ON) != (frame.get("flipH") in ON)
    start, end = (_place(anchor, name) for name in ("from", "to"))
    return ShownShape(kind, colour.get("val", "").upper(), width / POINT, start, end, rising)


def is_unseen(anchor: ElementTree.Element) -> bool:
    """Whether what an anchor of a drawing holds, in each of its alternatives, is a shape of which nothing is seen."""
    return all(part.tag in _EMPTY for part in anchor.iter()) and not any(
        (part.text or "").strip() for part in anchor.iter(f"{_A}t")
    )


def _is_plain(anchor: ElementTree.Element) -> bool:
    """Whether a shape is an outline and a faint tint, that lies as it was put."""
    parts = [part for part in anchor.iter() if part is not anchor]
    themed = any(part.get("idx", "0") not in _OFF_THEME for part in parts)
    turned = any(part.get("rot", "0") != "0" for part in parts)
    tints = [colour.find(f"{_A}alpha") for colour in anchor.iterfind(f"*/{_D}spPr/{_A}solidFill/*")]
    faint = all(tint is not None and 0 <= _number(tint.get("val", "")) < _FAINTEST_THAT_HIDES for tint in tints)
    return faint and not themed and not turned and all(part.tag in _PLAIN for part in parts)


def _number(text: str) -> int:
    """Return an integer, -1 for what is none."""
    return -1 if (number := integer(text)) is None else number


def _place(anchor: ElementTree.Element, name: str) -> Place:
    column, row, down = (_number(anchor.findtext(f"{_D}{name}/{_D}{part}") or "") for part in ("col", "row", "rowOff"))
    return Place(column + 1, row + 1, down / POINT)
