"""A picture as PNG, drawn by Pillow."""

from __future__ import annotations

import io
import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sheetgen.errors import UsageError
from sheetgen.figure.marks import Box, Ellipse, Figure, Mark, Stroke, Text
from sheetgen.figure.pillow import require_pillow
from sheetgen.figure.svg import FAINT

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

_SCALES = ((2, 2), (1, 2), (1, 1))
"""Pixels of the file for one of the picture: two are sharp on a projector; and how many times as fine it is drawn, and
then made smaller, so that lines have smooth edges. A large picture has less of both."""
_MOST_PIXELS = 100_000_000
_ANCHORS = {"left": "lm", "center": "mm", "right": "rm"}
_FONTS = {
    False: ("Carlito-Regular.ttf", "calibri.ttf", "DejaVuSans.ttf", "Arial.ttf"),
    True: ("Carlito-Bold.ttf", "calibrib.ttf", "DejaVuSans-Bold.ttf", "Arial Bold.ttf"),
}
"""What is looked for among the machine's fonts, bold or not; Pillow brings one of its own."""


def png(figure: Figure) -> bytes:
    """Return the picture as the content of a file; raise UsageError without Pillow, or where it would be too large."""
    images = require_pillow("a PNG", "take --format svg")
    from PIL import ImageDraw

    scale, fine = _scale(figure)
    image = images.new("RGB", (math.ceil(scale * figure.width), math.ceil(scale * figure.height)), "white")
    draw = ImageDraw.Draw(image)
    for mark in figure.marks:
        _draw(draw, mark, scale)
    file = io.BytesIO()
    image.reduce(fine).save(file, "PNG", optimize=True)
    return file.getvalue()


def _scale(figure: Figure) -> tuple[int, int]:
    """Return how large the picture is drawn, and how many times smaller it is then made."""
    for scale, fine in _SCALES:
        if figure.width * figure.height * (scale * fine) ** 2 <= _MOST_PIXELS:
            return scale * fine, fine
    raise UsageError("the drawing is too large for a PNG", "take --format svg")


def _draw(draw: ImageDraw, mark: Mark, scale: float) -> None:
    match mark:
        case Box():
            corners = _scaled((mark.left, mark.top, mark.left + mark.width, mark.top + mark.height), scale)
            draw.rectangle(corners, _colour(mark.fill), _colour(mark.border), round(scale))
        case Stroke():
            draw.line(_scaled((*mark.start, *mark.end), scale), _colour(mark.colour), round(mark.pixels * scale))
        case Ellipse():
            corners = _scaled((*mark.start, *mark.end), scale)
            draw.ellipse(corners, _faint(mark.colour), _colour(mark.colour), round(mark.pixels * scale))
        case Text():
            font = _font(round(mark.pixels * scale), mark.bold)
            place = (mark.x * scale, mark.y * scale)
            draw.text(place, mark.text, _colour(mark.colour), font, _ANCHORS[mark.anchor])


@lru_cache
def _font(size: int, bold: bool) -> Any:
    from PIL import ImageFont

    for name in _FONTS[bold]:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def _scaled(numbers: tuple[float, ...], scale: float) -> list[float]:
    return [scale * number for number in numbers]


def _colour(colour: str) -> str | None:
    return f"#{colour}" if colour else None


def _faint(colour: str) -> tuple[int, ...]:
    """Return a colour as its fill is seen on white."""
    return tuple(round(255 + FAINT * (int(colour[place : place + 2], 16) - 255)) for place in (0, 2, 4))
