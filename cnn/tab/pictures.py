"""Small pictures with what the network said of them: its worst mistakes, and pictures of one's own."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from cnn.tab.sections import FIRST_COLUMN, GAP, WIDTH, characters, heading, lines_of
from sheetgen.page import style
from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import Content, Page
from sheetgen.page.style import Style

_PER_ROW = 10
_SIDE = 64
_PICTURE_HEIGHT = 52.0
_LINE_HEIGHT, _LONGEST = 12.0, 48
"""Of a line of a caption, in points, and the most characters of a caption."""
_NAME = Style(size=9, colour=style.GREY, align="right", top=True)
_CAPTION = Style(size=9, align="center", wrap=True, top=True)
_SHARE = Style(size=9, align="center", number="0.0%")


@dataclass(frozen=True)
class Picture:
    """A picture in MNIST form, and the captions below it."""

    image: Image.Image
    alt: str
    captions: tuple[Content, ...]


def put(page: Page, title: str, note: str, names: Sequence[str], pictures: Sequence[Picture], row: int) -> int:
    """Put pictures side by side, ten to a row, each over its captions; return the next free row."""
    row = heading(page, row, title, note)
    for start in range(0, len(pictures), _PER_ROW):
        page.heights[row] = _PICTURE_HEIGHT
        for offset, name in enumerate(names, start=1):
            page.put(f"B{row + offset}", name, _NAME)
        for index, picture in enumerate(pictures[start : start + _PER_ROW]):
            letter = column_letter(FIRST_COLUMN + 1 + index)
            page.pictures.append((f"{letter}{row}", png(picture.image), picture.alt))
            for offset, caption in enumerate(picture.captions, start=1):
                look = _SHARE if isinstance(caption, float) and not caption.is_integer() else _CAPTION
                shown = _fitting(caption) if isinstance(caption, str) else caption
                page.put(f"{letter}{row + offset}", shown, look)
                page.heights[row + offset] = max(page.heights.get(row + offset, 0.0), _height(shown))
        row += len(names) + 2
    return row + GAP - 1


def _fitting(caption: str) -> str:
    """Return a caption, one that is too long for its place without its middle: names differ at their ends."""
    if characters(caption) <= _LONGEST:
        return caption
    side = next(n for n in range(_LONGEST // 2, 0, -1) if characters(caption[:n] + caption[-n:]) < _LONGEST)
    return f"{caption[:side]}…{caption[-side:]}"


def _height(caption: Content) -> float:
    """Return the height of the row of a caption."""
    lines = lines_of(caption, WIDTH) if isinstance(caption, str) else 1
    return _LINE_HEIGHT * lines + 3


def png(image: Image.Image) -> bytes:
    """Return a picture as a PNG, enlarged without smoothing, dark on light as on paper."""
    grey = Image.eval(image.convert("L"), lambda value: 255 - value)
    file = io.BytesIO()
    grey.resize((_SIDE, _SIDE), Image.Resampling.NEAREST).save(file, "PNG")
    return file.getvalue()
