"""A picture as SVG, written by hand: one element a mark, numbers to a tenth of a pixel."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from sheetgen.figure.marks import Box, Ellipse, Figure, Mark, Stroke, Text

FAINT = 0.08
"""How much of a fill's colour is seen in an ellipse."""

_FONTS = "Calibri, Carlito, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
_ANCHORS = {"left": "start", "center": "middle", "right": "end"}
_BASELINE = 0.35
"""How far below its middle a line of text stands, as a share of its size."""


def svg(figure: Figure) -> str:
    """Return the picture as the text of a file; its lines and ellipses say what they stand for."""
    width, height = _number(figure.width), _number(figure.height)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' role="img" font-family="{_FONTS}">',
        f"<title>{_escaped(figure.title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#FFFFFF"/>',
        *map(_element, figure.marks),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _element(mark: Mark) -> str:
    match mark:
        case Box():
            border = f' stroke="#{mark.border}"' if mark.border else ""
            fill = f"#{mark.fill}" if mark.fill else "none"
            where = _attributes(x=mark.left, y=mark.top, width=mark.width, height=mark.height)
            return f'<rect{where} fill="{fill}"{border}/>'
        case Stroke():
            where = _attributes(x1=mark.start[0], y1=mark.start[1], x2=mark.end[0], y2=mark.end[1])
            return f'<line{where} stroke-linecap="round"{_outline(mark)}><title>{_escaped(mark.alt)}</title></line>'
        case Ellipse():
            return (
                f'<ellipse{_attributes(**_middle(mark))} fill="#{mark.colour}" fill-opacity="{FAINT}"{_outline(mark)}>'
                f"<title>{_escaped(mark.alt)}</title></ellipse>"
            )
        case Text():
            look = "".join(_look(mark))
            where = _attributes(x=mark.x, y=mark.y + _BASELINE * mark.pixels)
            return f'<text{where} fill="#{mark.colour}"{look}>{_escaped(mark.text)}</text>'


def _middle(mark: Ellipse) -> dict[str, float]:
    (left, top), (right, bottom) = mark.start, mark.end
    return {"cx": (left + right) / 2, "cy": (top + bottom) / 2, "rx": (right - left) / 2, "ry": (bottom - top) / 2}


def _look(text: Text) -> Iterator[str]:
    yield _attributes(font_size=text.pixels)
    if text.anchor != "left":
        yield f' text-anchor="{_ANCHORS[text.anchor]}"'
    if text.bold:
        yield ' font-weight="bold"'
    if text.italic:
        yield ' font-style="italic"'


def _outline(mark: Stroke | Ellipse) -> str:
    return f' stroke="#{mark.colour}"{_attributes(stroke_width=mark.pixels)}'


def _attributes(**numbers: float) -> str:
    return "".join(f' {name.replace("_", "-")}="{_number(value)}"' for name, value in numbers.items())


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _escaped(text: str) -> str:
    """Return a text as XML has it, without the characters that it cannot hold."""
    return escape("".join(character for character in text if character.isprintable()))
