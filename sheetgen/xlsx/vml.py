"""The old language of drawings, VML, in which Excel keeps what lies over a sheet: the boxes of notes, and controls."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

VML = "urn:schemas-microsoft-com:vml"
OFFICE = "urn:schemas-microsoft-com:office:office"
CLIENT = "urn:schemas-microsoft-com:office:excel"
"""The namespaces of shapes, of what Office adds to them, and of what a shape says of its sheet."""
TEXT_BOX, CONTROL = "202", "201"
"""The types of shapes."""
BLOCK = 1024
"""The numbers that Excel gives the shapes of a drawing come in blocks of so many, which the drawing names."""

_PATH = 'coordsize="21600,21600" path="m,l,21600r21600,l21600,xe"'
_TYPES = {
    TEXT_BOX: f'<v:shapetype id="_x0000_t202" o:spt="202" {_PATH}><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>',
    CONTROL: f'<v:shapetype id="_x0000_t201" o:spt="201" {_PATH}><v:stroke joinstyle="miter"/>'
    '<v:path shadowok="f" o:extrusionok="f" strokeok="f" fillok="f" o:connecttype="rect"/>'
    '<o:lock v:ext="edit" shapetype="t"/></v:shapetype>',
}

Corner = tuple[int, int, int, int]
"""A place on a sheet: a column, from 0, and the pixels from its left edge; a row, from 0, and those from its top."""


@dataclass(frozen=True)
class OldShape:
    """A shape: its type, its size in pixels, whether it is out of sight, further attributes, and what it holds."""

    kind: str
    size: tuple[float, float]
    hidden: bool
    attributes: str
    content: str


def anchor(start: Corner, end: Corner) -> str:
    """Return the element that says between which corners, above left and below right, a shape lies."""
    return f"<x:Anchor>{', '.join(map(str, (*start, *end)))}</x:Anchor>"


def drawing(shapes: Sequence[OldShape], first_block: int) -> tuple[str, int]:
    """Return a drawing whose shapes have numbers from a block on, and the first block that is free behind it."""
    free = first_block + 1 + len(shapes) // BLOCK
    blocks = ",".join(map(str, range(first_block, free)))
    types = "".join(text for kind, text in _TYPES.items() if any(shape.kind == kind for shape in shapes))
    written = "".join(_written(shape, first_block * BLOCK, number) for number, shape in enumerate(shapes, start=1))
    return (
        f'<xml xmlns:v="{VML}" xmlns:o="{OFFICE}" xmlns:x="{CLIENT}">'
        f'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{blocks}"/></o:shapelayout>{types}{written}</xml>',
        free,
    )


_NUMBER = re.compile(rb"_x0000_s(\d+)")


def extended(drawing: bytes, shapes: Sequence[OldShape]) -> bytes:
    """Return a drawing of anybody's with more shapes in it, every other byte as it was.

    Raises ValueError where it has no end; it need not be XML, which what Excel writes there is not always.
    """
    end = drawing.rindex(b"</xml>")
    last = max((int(number) for number in _NUMBER.findall(drawing)), default=BLOCK)
    types = [text for kind, text in _TYPES.items() if any(shape.kind == kind for shape in shapes)]
    missing = "".join(text for text in types if text.split('"')[1].encode() not in drawing)
    written = "".join(_written(shape, last, number) for number, shape in enumerate(shapes, start=1))
    return drawing[:end] + _declaring(missing + written, drawing).encode() + drawing[end:]


def _declaring(shapes: str, drawing: bytes) -> str:
    """Return shapes that name the namespaces themselves which the drawing they are put into does not."""
    spaces = {"v": VML, "o": OFFICE, "x": CLIENT}
    missing = "".join(
        f' xmlns:{prefix}="{space}"'
        for prefix, space in spaces.items()
        if f'xmlns:{prefix}="{space}"'.encode() not in drawing
    )
    return re.sub(r"<v:shape(type)?\b", lambda tag: tag[0] + missing, shapes) if missing else shapes


def _written(shape: OldShape, first: int, number: int) -> str:
    """Return a shape as it is written; programs that know anchors heed them, and not the margins."""
    width, height = (f"{pixels * 3 / 4:g}pt" for pixels in shape.size)
    style = f"position:absolute;margin-left:59.25pt;margin-top:1.5pt;width:{width};height:{height};z-index:{number}"
    hidden = ";visibility:hidden" if shape.hidden else ""
    named = f'id="_x0000_s{first + number}" type="#_x0000_t{shape.kind}"'
    looks = f'style="{style}{hidden}" {shape.attributes} o:insetmode="auto"'
    return f"<v:shape {named} {looks}>{shape.content}</v:shape>"
