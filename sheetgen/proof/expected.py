"""A sheet as it must be: its page, the values an engine recalculated, and how near is near enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sheetgen.engines.base import Value
from sheetgen.network.tolerance import Tolerance
from sheetgen.page.page import Page

TableRow = tuple[float, ...]
"""The values of a row of a table, one for each of its columns."""


class TableBounds(Protocol):
    """Error bounds of a table's columns, which follow its values row by row."""

    def follow(self, row: TableRow) -> None:
        """Take the values of the next row."""

    def here(self) -> Mapping[str, float]:
        """Return the bounds of the last row, by label; a column that is not there has the bound 0."""


class ZeroBounds:
    """The bounds of a table whose columns have no error that grows: all are 0."""

    def follow(self, row: TableRow) -> None:
        """Take the values of the next row."""

    def here(self) -> Mapping[str, float]:
        """Return no bounds."""
        return {}


@dataclass(frozen=True)
class ExpectedSheet:
    """A sheet under comparison: the page, the recalculated values from A1, row by row, and the tolerance.

    ``rate`` is given for a training sheet, whose differences name their quantity and iteration, of which each
    has ``batch`` rows;
    ``bounds`` gives error bounds for a row of its table;
    ``codes`` gives the number formats of a cell, by the number of its format in the file.
    """

    page: Page
    recalculated: list[list[Value]]
    tolerance: Tolerance
    rate: float | None = None
    bounds: TableBounds = field(default_factory=ZeroBounds)
    batch: int = 1
    codes: Callable[[str], tuple[str, ...]] = lambda style: ("General",)

    def value_at(self, row: int, column: int) -> Value:
        """Return the engine's value of a cell, None outside the recalculated area."""
        values = self.recalculated
        return values[row - 1][column - 1] if row <= len(values) and column <= len(values[0]) else None
