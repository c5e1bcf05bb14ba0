"""Reading the sheet Pictures as a person does: grids under their titles, tables under their labels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sheetgen.engines.base import Recalculation, Value
from sheetgen.sheet_names import PICTURES

Array = NDArray[np.float64]
ROWS, COLUMNS, POINTS = 420, 200, 21


class Sheet:
    """The recalculated values of the sheet."""

    def __init__(self, values: Recalculation) -> None:
        self.values = values.grid(PICTURES, ROWS, COLUMNS)

    def find(self, text: str) -> tuple[int, int]:
        """Return the row and column, from 0, of the only cell that holds a text."""
        places = [(r, c) for r, row in enumerate(self.values) for c, value in enumerate(row) if value == text]
        assert len(places) == 1, f"{text!r} stands at {places}"
        return places[0]

    def square(self, title: str, points: int = POINTS) -> Array:
        """Return the numbers of the grid under a title, top row first."""
        row, column = self.find(title)
        return numbers([line[column : column + points] for line in self.values[row + 1 : row + 1 + points]])

    def column(self, label: str, count: int) -> list[Value]:
        """Return so many values below a label."""
        row, column = self.find(label)
        return [line[column] for line in self.values[row + 1 : row + 1 + count]]

    def axis(self, name: str, points: int = POINTS) -> Array:
        """Return the points of an axis."""
        return numbers(self.column(f"{name}, along the axis", points))


def numbers(values: Any) -> Array:
    """Return values that are all numbers as an array."""
    return np.array(values, dtype=float)


def training(values: Recalculation, sheet: str, rows: int, columns: int = 120) -> dict[str, Array]:
    """Return the columns of a training sheet by their labels."""
    grid = values.grid(sheet, 4 + rows, columns)
    labels = grid[2]
    return {str(label): numbers([row[c] for row in grid[4:]]) for c, label in enumerate(labels) if label}
