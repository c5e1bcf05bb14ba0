"""Reading the board of Explorer as a person does: a tensor's name, the numbers of its rows and columns, its cells."""

from __future__ import annotations

from sheetgen.engines.base import Recalculation, Value
from sheetgen.sheet_names import EXPLORER

ROWS, COLUMNS = 260, 140

Numbers = dict[tuple[int, int], Value]
"""What stands in each row and column of a matrix, counted from 0; a vector has one row."""


class Board:
    """The recalculated values of Explorer, above the step that follows."""

    def __init__(self, values: Recalculation) -> None:
        cells = values.grid(EXPLORER, ROWS, COLUMNS)
        end = next(number for number, row in enumerate(cells) if row[1] == "The step from here")
        self.rows = cells[:end]

    def places(self, title: str) -> list[tuple[int, int]]:
        """Return the row and column, from 0, of every cell that holds a text."""
        return [(r, c) for r, row in enumerate(self.rows) for c, value in enumerate(row) if c > 1 and value == title]

    def values(self, title: str) -> list[Numbers]:
        """Return the numbers under every title such as ``W  3×4``."""
        return [self._numbers(row + 2, self._columns(row + 1, column), column) for row, column in self.places(title)]

    def slopes(self, label: str, title: str) -> list[Numbers]:
        """Return the numbers under every label such as ``∂E/∂W`` that stands beneath a grid of a title."""
        found = []
        for row, column in self.places(label):
            above = max(r for r, c in self.places(title) if c == column and r < row)
            found.append(self._numbers(row + 1, self._columns(above + 1, column), column))
        return found

    def _columns(self, row: int, column: int) -> list[int]:
        """Return where the columns stand that are numbered from 0 in a row, from a column on or the one after."""
        line, places = self.rows[row], []
        at = column if line[column] == 0.0 else column + 1
        while at < len(line) and line[at] == float(len(places)) and (not places or at - places[-1] <= 3):
            places.append(at)
            at += 1
            while at < len(line) and line[at] is None and places and at - places[-1] < 3:
                at += 1
        assert places, f"no column is numbered in row {row + 1}"
        return places

    def _numbers(self, row: int, columns: list[int], left: int) -> Numbers:
        if columns[0] == left:
            return {(0, c): self.rows[row][at] for c, at in enumerate(columns)}
        numbers: Numbers = {}
        count = 0
        while row + count < len(self.rows) and self.rows[row + count][left] == float(count):
            numbers |= {(count, c): self.rows[row + count][at] for c, at in enumerate(columns)}
            count += 1
        return numbers
