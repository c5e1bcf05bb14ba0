"""The picture ``kernels``: matrices of weights as images, at iterations through the training, and at the picked one.

All images of a matrix have one scale of colours, so that one sees it grow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

from sheetgen.network.graph import ITERATION
from sheetgen.network.pictures import Labels, matrices
from sheetgen.network.study import Picture
from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.cell_names import column_letter
from sheetgen.page.fields import across
from sheetgen.page.marks import signed_scale
from sheetgen.page.page import Content, Formula
from sheetgen.page.style import Style
from sheetgen.sheets import picks
from sheetgen.sheets.lookup import Lookup
from sheetgen.sheets.picks import Step
from sheetgen.sheets.pictures.grid import largest_size, numberless
from sheetgen.sheets.pictures.moments import PICKED
from sheetgen.sheets.pictures.studio import Studio

MOST = 8
"""The most matrices that are shown."""
_ROW, _LARGEST = "row in the training sheet", "largest size"
_SHARES = (0.0, 0.125, 0.25, 0.5, 1.0)
"""How much of the training is over at each image: more images where most is learnt."""
_WIDTH = 7
"""The least columns of an image, which its title has room in."""
_CELL = Style(size=8, align="center", number=style.SHORT, border="EAECF0")
_TITLE = Style(bold=True, size=11, align="center")


def shown_iterations(iterations: int) -> tuple[int, ...]:
    """Return the iterations that are drawn."""
    return tuple(dict.fromkeys(round(share * iterations) for share in _SHARES))


def put(studio: Studio, picture: Picture) -> None:
    """Put the picture on the sheet."""
    found = matrices(studio.book.study)
    few = f" (the first {MOST} of {len(found)})" if len(found) > MOST else ""
    studio.canvas.picture(
        f"What is learnt, as images: weights in the course of the training{few}",
        "A cell is a weight, in its row and column: blue above 0, red below; the deeper, the larger among all images of"
        " its line. The last image is of the picked iteration.",
    )
    shown = dict(list(found.items())[:MOST])
    moments = _Moments(studio)
    largest = studio.margin.block([f"{_LARGEST}, {name}" for name in shown], 1)
    largest.header(studio.page)
    for name, matrix in shown.items():
        _line(studio, moments.lookups, name, matrix, largest)


class _Moments:
    """The table of the iterations that are drawn, and what looks weights up there, by the titles of the images."""

    def __init__(self, studio: Studio) -> None:
        study, moments = studio.book.study, studio.moments
        iterations = shown_iterations(study.iterations)
        block = studio.margin.block((ITERATION, _ROW), len(iterations))
        block.header(studio.page)
        self.lookups: dict[str, Lookup] = {}
        for row, iteration in zip(block.rows, iterations, strict=True):
            step = Step(moments.variant, iteration)
            studio.page.put(block.cell(ITERATION, row), float(iteration), style.COUNT)
            text = picks.row_formula(studio.book.layout, block.cell(ITERATION, row), "1")
            formula = Formula(text, partial(float, step.row(study) + 1))
            studio.page.put(block.cell(_ROW, row), formula, style.COUNT)
            found = Lookup(studio.book, step, moments.number, block.absolute(_ROW, row))
            self.lookups[f"iteration {iteration}"] = found


@dataclass(frozen=True)
class _Image:
    """An image: its cells, and the formulas in them."""

    cells: str
    pixels: Sequence[Formula]


def _line(studio: Studio, lookups: Mapping[str, Lookup], name: str, matrix: Labels, largest: Block) -> None:
    """Put the images of a matrix side by side."""
    studio.canvas.line()
    images = [
        _image(studio, f"{name}, {moment}", [[found.formula(weight) for weight in row] for row in matrix])
        for moment, found in lookups.items()
    ]
    picked = [[studio.moments.shown(weight, PICKED) for weight in row] for row in matrix]
    images.append(_image(studio, studio.moments.called(PICKED, f"{name}, picked "), picked))
    label, areas = f"{_LARGEST}, {name}", ",".join(image.cells for image in images)
    pixels = list(chain.from_iterable(image.pixels for image in images))

    def of_largest() -> Formula:
        return max(pixels, key=lambda pixel: abs(float(pixel.value())))

    size = largest_size(areas, lambda: abs(float(of_largest().value())), lambda: of_largest().bound(1.0))
    studio.page.put(largest.cell(label, largest.first), size, style.CALC)
    scale = signed_scale(largest.absolute(label, largest.first))
    studio.page.colour(" ".join(image.cells for image in images), numberless(), scale)


def _image(studio: Studio, title: Content, rows: Sequence[Sequence[Formula]]) -> _Image:
    page, columns = studio.page, len(rows[0])
    width = max(columns, _WIDTH)
    top, left = studio.canvas.place(width, len(rows) + 1)
    across(page, top, left, width, title, _TITLE)
    left += (width - columns) // 2
    for down, row in enumerate(rows, start=top + 1):
        for right, pixel in enumerate(row, start=left):
            page.put(f"{column_letter(right)}{down}", pixel, _CELL)
    cells = f"{column_letter(left)}{top + 1}:{column_letter(left + columns - 1)}{top + len(rows)}"
    return _Image(cells, [pixel for row in rows for pixel in row])
