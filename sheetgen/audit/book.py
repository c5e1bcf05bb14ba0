"""A workbook as an audit sees it: its cells with their formulas and values, its names, its settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from sheetgen.engines.base import Value
from sheetgen.page.cell_names import column_letter


class Place(NamedTuple):
    """Where a cell stands. Row and column count from 1."""

    sheet: str
    row: int
    column: int

    @property
    def address(self) -> str:
        """The cell's name on its own sheet, such as ``S3``."""
        return f"{column_letter(self.column)}{self.row}"

    def moved(self, rows: int = 0, columns: int = 0) -> Place:
        """Return the place so many rows below and columns to the right."""
        return Place(self.sheet, self.row + rows, self.column + columns)


class Area(NamedTuple):
    """A rectangle of cells of one sheet, its last row and column included."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows and of columns."""
        return self.bottom - self.top + 1, self.right - self.left + 1

    @property
    def first(self) -> Place:
        """Its first cell."""
        return Place(self.sheet, self.top, self.left)

    @property
    def is_cell(self) -> bool:
        """Whether it is one cell."""
        return self.top == self.bottom and self.left == self.right

    @property
    def address(self) -> str:
        """The area's name on its own sheet, such as ``B2:C3``, or ``B2`` for a single cell."""
        first = f"{column_letter(self.left)}{self.top}"
        return first if self.is_cell else f"{first}:{column_letter(self.right)}{self.bottom}"

    def places(self) -> Iterator[Place]:
        """Yield the cells, row by row."""
        for row in range(self.top, self.bottom + 1):
            for column in range(self.left, self.right + 1):
                yield Place(self.sheet, row, column)


@dataclass(frozen=True, slots=True)
class BookCell:
    """A cell that holds something. ``value`` is what is typed, or the cached value of a formula.

    ``formula`` is the formula as it reads in this cell, without ``=``. ``fills`` is the area that an array formula
    gives its values to; the formula stands in the area's first cell, and the others have the values alone.
    """

    place: Place
    value: Value
    formula: str | None = None
    fills: Area | None = None


@dataclass(frozen=True)
class Series:
    """What a series of a chart shows: references as the chart spells them, "" for typed or pasted numbers."""

    chart: str
    sheet: str
    name: str
    name_text: str
    x: str
    y: str
    points: int


@dataclass(frozen=True)
class Book:
    """A workbook, read once. ``settings`` are those of its calculation, as the file spells them.

    ``names`` are the defined names that hold for the whole workbook, with what they stand for. ``left_out`` are rows,
    by sheet, that repeat others: their formulas are not read, and their values are taken as they are.
    """

    path: Path
    sheets: tuple[str, ...]
    cells: Mapping[Place, BookCell]
    names: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    series: tuple[Series, ...] = ()
    left_out: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def is_left_out(self, place: Place) -> bool:
        """Whether a cell stands in a row that repeats others and is left out."""
        return place.sheet in self.left_out and place.row in self.left_out[place.sheet]

    @cached_property
    def filled(self) -> Mapping[Place, BookCell]:
        """The cells that an array formula fills, each with the cell in which the formula stands."""
        arrays = [cell for cell in self.cells.values() if cell.fills is not None]
        return {place: cell for cell in arrays if cell.fills for place in cell.fills.places()}

    def formula_cell(self, place: Place) -> BookCell | None:
        """Return the cell whose formula gives a cell its value, or None where none does."""
        cell = self.filled.get(place) or self.cells.get(place)
        return cell if cell is not None and cell.formula is not None else None

    def value(self, place: Place) -> Value:
        """Return what the file shows in a cell, None for an empty one."""
        cell = self.cells.get(place)
        return None if cell is None else cell.value

    def on(self, sheet: str) -> Iterator[BookCell]:
        """Yield the cells of a sheet."""
        return (cell for cell in self.cells.values() if cell.place.sheet == sheet)
