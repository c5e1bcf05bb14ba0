"""A tensor as a grid of cells: how much room it needs, and where each of its elements stands.

The board that grids stand on has narrow columns, all of one width, and rows as high as they are wide. A small matrix
has numbers that can be read from afar, so that each takes several columns; a large one is a picture of square cells.
A tensor of more than two axes is its matrices side by side.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sheetgen.network.graph import Section
from sheetgen.page.page import Content
from sheetgen.tensors.elements import Array
from sheetgen.tensors.labels import Place, places, shape_text
from sheetgen.tensors.naming import Words

UNIT, HEIGHT = 22 / 7, 16.5
"""How wide a column of the board is, in characters, and how high its rows are, in points: both 22 pixels."""
MOST_SIDE, MOST_MATRICES = 32, 16
"""The most rows, or columns, of a matrix that are drawn, and the most matrices of a tensor."""
SHARES = "shares"
"""The scale of numbers that are shares of 1."""
_PIXELS = 22.0
_LETTER, _MARGIN = 7.8, 8.0
"""How wide a letter of a name is on average, and what is left free beside names, in pixels."""
_SMALL_LETTER, _EDGE = 6.4, 2.0
"""The same of the names of rows and columns, which are written smaller."""
_FEW, _SEVERAL = 6, 12
_FEW_IN_A_PICTURE = 4
_MOST_ACROSS = 64
"""How many columns of the board a tensor takes at most: further matrices stand below."""


def units_of(text: str, letter: float = _LETTER) -> int:
    """Return how many columns of the board a text needs."""
    return max(1, math.ceil((len(text) * letter + _MARGIN) / _PIXELS))


@dataclass(frozen=True)
class Matrix:
    """One matrix of a tensor: its place among them, and its row and column on the grid, from 0."""

    place: Place
    row: int
    column: int


@dataclass(frozen=True)
class TensorGrid:
    """A tensor that is drawn under a name.

    ``elements`` are what it shows, coloured on the ``scale`` of that name. ``slopes`` are the scalars whose derivatives
    stand beneath, None where there is none to show. A ``picture`` has square cells sooner. ``headings`` are what the
    places along each axis are called, none along one that is counted; ``read_as`` the words that its numbers stand
    for, none where they are numbers.
    """

    name: str
    section: Section
    elements: Array
    scale: str = ""
    slopes: Array | None = None
    slope_title: str = ""
    slope_scale: str = ""
    picture: bool = False
    headings: tuple[Words, ...] = ()
    read_as: Words = ()

    @property
    def title(self) -> str:
        """What stands above it: its name and shape; where not all of it is drawn, how much is."""
        shape = self.elements.shape
        text = f"{self.name}  {shape_text(shape)}" if shape else self.name
        return f"{text}, the first {shape_text(self.shown)}" if self.shown != shape else text

    @cached_property
    def shown(self) -> tuple[int, ...]:
        """The shape of the part that is drawn, which begins at the first element."""
        *outer, rows, columns = (1, 1, *self.elements.shape)[-max(2, self.elements.ndim) :]
        sides = (min(rows, MOST_SIDE), min(columns, MOST_SIDE))
        left = MOST_MATRICES
        shown = []
        for size in reversed(outer):
            shown.append(max(1, min(size, left)))
            left //= shown[-1]
        return (*reversed(shown), *sides)[len(outer) + 2 - self.elements.ndim :]

    @cached_property
    def _sizes(self) -> tuple[int, ...]:
        return (1, 1, *self.shown)[-max(2, len(self.shown)) :]

    @property
    def rows(self) -> int:
        """The rows of a matrix."""
        return self._sizes[-2]

    @property
    def columns(self) -> int:
        """The columns of a matrix."""
        return self._sizes[-1]

    @property
    def cell(self) -> int:
        """How many columns of the board a cell takes."""
        if self.read_as:
            return max(3, *(units_of(word, _SMALL_LETTER) for word in self.read_as))
        if self.picture:
            return 3 if self.columns <= _FEW_IN_A_PICTURE else 1
        return 3 if self.columns <= _FEW else 2 if self.columns <= _SEVERAL else 1

    @property
    def left(self) -> int:
        """The columns of the board before a matrix: for the numbers or names of its rows, of which a vector has one."""
        if self.elements.ndim < 2:
            return 0
        return max((units_of(word, _SMALL_LETTER) for word in self._words(-2)), default=1)

    def row_heading(self, row: int) -> Content:
        """Return the name of a row, or its number."""
        words = self._words(-2)
        return words[row] if words else float(row)

    def column_heading(self, column: int) -> Content:
        """Return the name of a column, as much of it as its cells have room for, or its number."""
        if not (words := self._words(-1)):
            return float(column)
        word, room = words[column], int((self.cell * _PIXELS - _EDGE) / _SMALL_LETTER)
        return word if len(word) <= room else f"{word[: max(1, room - 1)]}…"

    def matrix_heading(self, place: Place) -> str:
        """Return which of several a matrix is."""
        along = self.headings or ((),) * self.elements.ndim
        return f"[{', '.join(words[at] if words else str(at) for words, at in zip(along, place, strict=False))}]"

    def _words(self, axis: int) -> Words:
        """Return the names of the places along one of the last axes."""
        return self.headings[axis] if -axis <= len(self.headings) else ()

    @property
    def above(self) -> int:
        """The rows above a matrix: its place among several, and the numbers of the columns."""
        return int(self.elements.ndim > 2) + int(self.elements.ndim > 0)

    @cached_property
    def matrices(self) -> tuple[Matrix, ...]:
        """Its matrices, those of the last axis but two side by side."""
        width, height = self.left + self.columns * self.cell, self.above + self.rows
        per_row = max(1, (_MOST_ACROSS + 1) // (width + 1))
        made: list[Matrix] = []
        row, column, before = 0, -1, None
        for place in places(self._sizes[:-2]):
            column += 1
            if before is not None and (place[:-1] != before or column == per_row):
                row, column = row + 1, 0
            before = place[:-1]
            made.append(Matrix(place, row * (height + 1), column * (width + 1)))
        return tuple(made)

    @property
    def width(self) -> int:
        """The columns of the board that it needs, its name included."""
        names = [self.title, *([self.slope_title] if self.slopes is not None else [])]
        return max(self.inner_width, *map(units_of, names))

    @property
    def inner_width(self) -> int:
        """The columns of the board that its cells need."""
        return max(matrix.column for matrix in self.matrices) + self.left + self.columns * self.cell

    @property
    def height(self) -> int:
        """The rows that its values need, the name above them included."""
        return 1 + self.matrices[-1].row + self.above + self.rows

    @property
    def slope_height(self) -> int:
        """The rows that the derivatives need, their name above them included; 0 where there are none."""
        return self.height - (1 if self.above else 0) if self.slopes is not None else 0

    @property
    def count(self) -> int:
        """How many numbers it draws."""
        return len(self.matrices) * self.rows * self.columns * (1 if self.slopes is None else 2)

    def cells(self, matrix: Matrix) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """Yield the row and the column of each cell of a matrix, from 0, and the place of its element."""
        axes = self.elements.ndim
        for row, column in np.ndindex(self.rows, self.columns):
            place = (*matrix.place, row, column)
            yield row, column, place[len(place) - axes :] if axes else ()
