"""A sheet as rows and columns of texts and numbers, looked at as it is or with rows and columns exchanged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from sheetgen.audit.book import Place
from sheetgen.audit.equations import Equations, cell_name
from sheetgen.audit.labels import Meaning, meaning


class Grid:
    """The texts and the numbers of a sheet by row and column. ``across`` exchanges rows and columns.

    A formula that gives a number counts as one, whether or not the file has a value for it.
    """

    def __init__(self, sheet: str, texts: Mapping[Place, str], numbers: Iterable[Place], across: bool = False) -> None:
        self.sheet, self.across = sheet, across
        self.numbers = frozenset(self._at(place) for place in numbers)
        self.texts = {self._at(place): text for place, text in texts.items()}

    def _at(self, place: Place) -> tuple[int, int]:
        return (place.column, place.row) if self.across else (place.row, place.column)

    def place(self, row: int, column: int) -> Place:
        """Return the cell of the sheet at a row and a column of the grid."""
        return Place(self.sheet, column, row) if self.across else Place(self.sheet, row, column)

    def turned(self) -> Grid:
        """Return the sheet with rows and columns exchanged."""
        turned = Grid(self.sheet, {}, (), not self.across)
        turned.numbers = frozenset((column, row) for row, column in self.numbers)
        turned.texts = {(column, row): text for (row, column), text in self.texts.items()}
        return turned

    def meaning(self, row: int, column: int) -> Meaning | None:
        """Return what the text in a cell names, None where there is none or it is no label."""
        text = self.texts.get((row, column))
        return None if text is None else meaning(text)

    @cached_property
    def runs(self) -> tuple[tuple[int, int, int], ...]:
        """The column, first and last row of each run of numbers below each other."""
        rows: dict[int, list[int]] = defaultdict(list)
        for row, column in self.numbers:
            rows[column].append(row)
        return tuple((column, *run) for column in sorted(rows) for run in runs_of(rows[column]))


def runs_of(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Return the first and the last of each run of neighbouring numbers."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = runs[-1][0], number
        else:
            runs.append((number, number))
    return runs


def grids_of(equations: Equations, sheets: Iterable[str]) -> list[Grid]:
    """Return the sheets of a workbook as grids."""
    texts: dict[str, dict[Place, str]] = {sheet: {} for sheet in sheets}
    numbers: dict[str, set[Place]] = {sheet: set() for sheet in texts}
    book = equations.book
    for place in (*book.cells, *book.filled):
        if place.sheet not in texts:
            continue
        value = book.value(place)
        if book.formula_cell(place) is None:
            given = isinstance(value, int | float) and not isinstance(value, bool)
        else:
            given = cell_name(place) in equations.exprs or isinstance(value, float)
        if given:
            numbers[place.sheet].add(place)
        elif isinstance(value, str) and value.strip():
            texts[place.sheet][place] = value
    return [Grid(sheet, texts[sheet], numbers[sheet]) for sheet in texts]
