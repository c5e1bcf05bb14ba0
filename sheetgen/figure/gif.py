"""Pictures of one size as an animated GIF, joined by Pillow."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sheetgen.figure.pillow import require_pillow

_COLOURS, _APART = 192, 8
"""The colours of all pictures together: the most frequent ones that differ by so much in red, green or blue. Pillow
does not tell nearer ones apart, and one of 256 is to be left, for what is as in the picture before.
"""
_LOOKED_AT = 8
"""How many of the pictures the colours are taken from."""
_PAUSE = 2.0
"""The least seconds that the last picture stays, before the first comes again."""


def require_images() -> Any:
    """Return Pillow's module of images; raise UsageError where it is not installed."""
    return require_pillow("a GIF", "have PNGs: name a .png or a folder with -o")


def gif(pictures: Sequence[bytes], seconds: float) -> bytes:
    """Return the content of a GIF that shows pictures (PNG files) in turn, so many seconds each, over and over.

    Raises UsageError as `require_images` does.
    """
    images = require_images()
    palette = _palette(images, pictures)

    def reduced() -> Iterator[Any]:
        for picture in pictures:
            yield _opened(images, picture).quantize(palette=palette, dither=images.Dither.NONE)

    first, *others = reduced()
    durations = [1000 * seconds] * len(others) + [1000 * max(seconds, _PAUSE)]
    file = io.BytesIO()
    first.save(file, "GIF", save_all=True, append_images=others, duration=durations, loop=0, disposal=1, optimize=False)
    return file.getvalue()


def _palette(images: Any, pictures: Sequence[bytes]) -> Any:
    """Return the colours of some of the pictures, the first and the last among them, as an image that has them."""
    step = max(1, (len(pictures) - 1) // (_LOOKED_AT - 1))
    counts: Counter[tuple[int, int, int]] = Counter()
    for picture in [*pictures[:-1:step], pictures[-1]]:
        image = _opened(images, picture)
        counts.update({colour: count for count, colour in image.getcolors(image.width * image.height)})
    left = np.array([colour for colour, _ in counts.most_common()])
    colours: list[int] = []
    while len(left) and len(colours) < 3 * _COLOURS:
        colours += left[0].tolist()
        left = left[abs(left - left[0]).max(axis=1) >= _APART]
    palette = images.new("P", (1, 1))
    palette.putpalette(colours)
    return palette


def _opened(images: Any, picture: bytes) -> Any:
    """Return a picture on white."""
    image = images.open(io.BytesIO(picture)).convert("RGBA")
    return images.alpha_composite(images.new("RGBA", image.size, "white"), image).convert("RGB")
