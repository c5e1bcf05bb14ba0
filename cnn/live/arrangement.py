"""Where the maps and the kernels of a network stand on their sheets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cnn.net.folded import PlainLayer
from cnn.net.networks import SIDE
from sheetgen.page.cell_names import column_letter

FIRST_COLUMN, TOP = 3, 8
"""Of the sheet of the maps: the first column, and the row in which the images begin."""
GAP = 2
"""The rows and columns between maps: a window of 3 × 3 that begins or ends beyond a map reaches no other."""
ANSWER_ROW_HEIGHT = 2
"""Rows of the sheet that a class takes beside the images."""
_MOST_ACROSS = 160
"""The columns that maps side by side may take."""
_BETWEEN = 2 + GAP
"""Rows between the maps of two layers: an empty one, the heading, and those that a window may reach."""


@dataclass(frozen=True)
class Square:
    """The cells of one map: its first row and column on the sheet, its side; cells of a ring have places below 0."""

    row: int
    column: int
    side: int

    def cell(self, i: int, j: int) -> str:
        """Return the cell of a pixel, by its row and column from 0."""
        return f"{column_letter(self.column + j)}{self.row + i}"

    def window(self, i: int, j: int, kernel: int) -> str:
        """Return the cells of a window whose first pixel is given."""
        return f"{self.cell(i, j)}:{self.cell(i + kernel - 1, j + kernel - 1)}"

    @property
    def cells(self) -> str:
        """All of its cells, without the ring."""
        return self.window(0, 0, self.side)


@dataclass(frozen=True)
class Lattice:
    """Squares of one size in rows: the first, how many there are, how many stand side by side, from one to the next.

    ``ring`` is the width of what stands around each; ``span`` the columns that a single number takes.
    """

    row: int
    column: int
    side: int
    count: int
    across: int
    down: int
    right: int
    ring: int = 0
    span: int = 1

    def __getitem__(self, number: int) -> Square:
        below, beside = divmod(number, self.across)
        return Square(self.row + below * self.down, self.column + beside * self.right, self.side)

    @property
    def squares(self) -> list[Square]:
        """All of them, in order."""
        return [self[number] for number in range(self.count)]

    @property
    def area(self) -> str:
        """The cells from its first number to its last, with what stands between its squares."""
        last = self[self.across - 1].column + self.side - 1
        return f"{self[0].cell(0, 0)}:{column_letter(last)}{self.last_row - self.ring}"

    @property
    def last_row(self) -> int:
        """The last row that it takes, rings included."""
        return self[self.count - 1].row + self.side - 1 + self.ring


@dataclass(frozen=True)
class Kernels:
    """The kernels of a layer on the sheet of the weights: a row of them for each map out, with its bias before them."""

    row: int
    column: int
    bias_column: int
    kernel: int
    outputs: int
    inputs: int

    @property
    def pitch(self) -> int:
        """Rows, and columns, from one kernel to the next."""
        return self.kernel + (self.kernel > 1)

    def square(self, output: int, given: int) -> Square:
        """Return the cells of the kernel from one map to another."""
        return Square(self.row + output * self.pitch, self.column + given * self.pitch, self.kernel)

    def bias(self, output: int) -> str:
        """Return the cell of a bias."""
        return f"{column_letter(self.bias_column)}{self.row + output * self.pitch}"

    def ring(self, given: int) -> str:
        """Return the cell of what stands around a map that comes in: above its kernels."""
        return f"{column_letter(self.column + given * self.pitch)}{self.row - 1}"

    @property
    def area(self) -> str:
        """The cells from the first weight to the last."""
        last = self.square(self.outputs - 1, self.inputs - 1).cell(self.kernel - 1, self.kernel - 1)
        return f"{self.square(0, 0).cell(0, 0)}:{last}"

    @property
    def last_row(self) -> int:
        """The last row that they take."""
        return self.row + self.outputs * self.pitch - 1


@dataclass(frozen=True)
class Arrangement:
    """Where everything stands: the drawing, the shown image, the maps of each layer, and the kernels of those that have
    some.
    """

    layers: tuple[PlainLayer, ...]
    drawing: Square
    image: Lattice
    maps: tuple[Lattice, ...]
    kernels: tuple[Kernels | None, ...]

    def before(self, number: int) -> Lattice:
        """Return what a layer takes."""
        return self.maps[number - 1] if number else self.image

    @property
    def last_row(self) -> int:
        """The last row of the sheet of the maps."""
        return max(lattice.last_row for lattice in (self.image, *self.maps))


KERNEL_COLUMN, BIAS_COLUMN = 5, 3
"""On the sheet of the weights: the column of the first kernels, and that of the biases."""


def arrange(layers: Sequence[PlainLayer], table_row: int) -> Arrangement:
    """Return where everything of a network stands; the table of its layers begins in a row of the weights' sheet."""
    drawing = Square(TOP, FIRST_COLUMN, SIDE)
    ring = layers[0].padding
    image = Lattice(TOP + ring, FIRST_COLUMN + SIDE + 2 + ring, SIDE, 1, 1, 1, 1, ring)
    before, maps, row = image, [], max(TOP + SIDE + 2 * ring, TOP + 22) + _BETWEEN
    for number, layer in enumerate(layers[:-1]):
        lattice = _lattice(layer, layers[number + 1].padding, before, row)
        maps.append(lattice)
        before, row = lattice, lattice.last_row + _BETWEEN + 1
    maps.append(_answers(layers[-1], image))
    kernels, row = [], table_row + len(layers) + 4
    for layer in layers:
        found = None
        if layer.weight is not None:
            inputs = 1 if layer.kind == "scale" else layer.channels_in
            row += 3
            found = Kernels(row, KERNEL_COLUMN, BIAS_COLUMN, layer.kernel, layer.channels, inputs)
            row = found.last_row + 1
        kernels.append(found)
    return Arrangement(tuple(layers), drawing, image, tuple(maps), tuple(kernels))


def _lattice(layer: PlainLayer, ring: int, before: Lattice, row: int) -> Lattice:
    """Return where the maps of a layer stand, below those it takes; single numbers stand under their maps."""
    if layer.side == 1 and layer.channels == before.count:
        span = max(1, before.right - 1)
        column = before.column - before.ring
        return Lattice(row, column, 1, layer.channels, before.across, 2, before.right, 0, span)
    outer = GAP + layer.side + 2 * ring
    rows = math.ceil(layer.channels * outer / _MOST_ACROSS)
    across = math.ceil(layer.channels / rows)
    return Lattice(row + ring, FIRST_COLUMN + ring, layer.side, layer.channels, across, outer, outer, ring)


def _answers(layer: PlainLayer, image: Lattice) -> Lattice:
    """Return where the logits stand: one below another, at the right of the answers beside the image."""
    column = image.column + SIDE + image.ring + 41
    return Lattice(TOP, column, 1, layer.channels, 1, ANSWER_ROW_HEIGHT, 1, 0, 5)
