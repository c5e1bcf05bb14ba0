"""A sheet as it must be: its page, the values an engine recalculated, and how near is near enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from sheetgen.engines.base import Value
from sheetgen.network.tolerance import Tolerance
from sheetgen.page.page import Page

TableRow = tuple[float, ...]
"""The values of a row of a table, one for each of its columns."""


TableBounds = Callable[[int, str], float]
"""Gives the error bound of a table's cell, by its row, counted from 0, and the label of its column."""


def no_bounds(row: int, label: str) -> float:
    """Return 0: the columns of such a table have no error that grows."""
    return 0.0


class Formats(Protocol):
    """The formats of a file's cells, by the number that a cell names."""

    def codes(self, style: str) -> tuple[str, ...]:
        """Return the number formats that a program may take for a cell's."""
        ...

    def veils(self, style: str) -> tuple[str, ...]:
        """Return what keeps a person from reading such a cell."""
        ...

    def veils_of_runs(self, style: str, runs: Iterable[Any]) -> tuple[str, ...]:
        """Return the same of the pieces of a text."""
        ...


class PlainFormats:
    """Formats that show everything."""

    def codes(self, style: str) -> tuple[str, ...]:
        """Return that every cell is shown as it comes."""
        return ("General",)

    def veils(self, style: str) -> tuple[str, ...]:
        """Return that nothing is hard to read."""
        return ()

    def veils_of_runs(self, style: str, runs: Iterable[Any]) -> tuple[str, ...]:
        """Return that no piece of a text is."""
        return ()


@dataclass(frozen=True)
class ExpectedSheet:
    """A sheet under comparison: the page, the recalculated values of its whole size, row by row, and the tolerance.

    ``rate`` is given for a training sheet, whose differences name their quantity and iteration, of which each
    has ``batch`` rows;
    ``bounds`` gives the error bounds of the cells of its table;
    ``formats`` are those of the file's cells.
    """

    page: Page
    recalculated: list[list[Value]]
    tolerance: Tolerance
    rate: float | None = None
    bounds: TableBounds = no_bounds
    batch: int = 1
    formats: Formats = PlainFormats()  # noqa: RUF009 (it has no state)

    def value_at(self, row: int, column: int) -> Value:
        """Return the engine's value of a cell of the page."""
        return self.recalculated[row - 1][column - 1]
