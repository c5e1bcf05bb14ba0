"""The picture ``filters``: the weights of each unit of the first layer, laid out as the pixels that they multiply.

Beside them stands the image itself: the inputs of the first sample of the picked iteration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

from sheetgen.network.pictures import filters
from sheetgen.network.study import Picture
from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.cell_names import column_letter
from sheetgen.page.fields import across
from sheetgen.page.marks import signed_scale
from sheetgen.page.page import Content, Formula
from sheetgen.page.style import Style
from sheetgen.sheets.pictures.grid import largest_size, numberless
from sheetgen.sheets.pictures.moments import PICKED
from sheetgen.sheets.pictures.studio import Studio

MOST = 32
"""The most units that are shown."""
_LARGEST = "largest size"
_CELL = Style(size=8, align="center", number=style.SHORT, border="EAECF0")
_TITLE = Style(bold=True, size=11, align="center")


@dataclass(frozen=True)
class _Filters:
    """The images of one sheet, each ``side`` pixels wide and high, and the table of what colours are scaled by."""

    studio: Studio
    side: int
    largest: Block

    def put(self, name: str, title: Content, pixels: Sequence[Formula]) -> None:
        """Put an image: its title, and below that its pixels, row by row."""
        page, side = self.studio.page, self.side
        top, left = self.studio.canvas.place(side, side + 1)
        across(page, top, left, side, title, _TITLE)
        for number, pixel in enumerate(pixels):
            page.put(f"{column_letter(left + number % side)}{top + 1 + number // side}", pixel, _CELL)
        cells = f"{column_letter(left)}{top + 1}:{column_letter(left + side - 1)}{top + side}"
        label = f"{_LARGEST}, {name}"
        page.put(self.largest.cell(label, self.largest.first), self._size(cells, pixels), style.CALC)
        page.colour(cells, numberless(), signed_scale(self.largest.absolute(label, self.largest.first)))

    @staticmethod
    def _size(cells: str, pixels: Sequence[Formula]) -> Formula:
        """Return the formula of the largest size among pixels."""

        def largest() -> Formula:
            return max(pixels, key=lambda pixel: abs(float(pixel.value())))

        return largest_size(cells, lambda: abs(float(largest().value())), lambda: largest().bound(1.0))


def put(studio: Studio, picture: Picture) -> None:
    """Put the picture on the sheet."""
    network, moments = studio.book.study.network, studio.moments
    of_units = filters(network)
    side = isqrt(len(network.inputs))
    few = f" (the first {MOST} of {len(of_units)})" if len(of_units) > MOST else ""
    studio.canvas.picture(
        f"What each unit looks for: {side} × {side} inputs as an image, and the weights of every unit{few}",
        "A pixel is a weight, where the input stands that it multiplies: blue above 0, for an input that speaks for the"
        " unit, red below; the deeper, the larger in its image.",
        "The first image is what the network reads: the inputs of the first sample of the picked iteration.",
    )
    shown = list(of_units.items())[:MOST]
    largest = studio.margin.block([f"{_LARGEST}, {name}" for name in ("the inputs", *dict(shown))], 1)
    largest.header(studio.page)
    images = _Filters(studio, side, largest)
    images.put("the inputs", "inputs", [moments.looked_up(name, PICKED) for name in network.inputs])
    for unit, weights in shown:
        images.put(unit, unit, [moments.shown(weight, PICKED) for weight in weights])
