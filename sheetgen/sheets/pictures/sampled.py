"""Up to a hundred iterations of the picked training sheet, evenly spread, and what stands in their rows there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from sheetgen.network.graph import BATCH, ITERATION
from sheetgen.page import style
from sheetgen.page.page import Formula, quoted
from sheetgen.sheet_names import PICTURES
from sheetgen.sheets import picks
from sheetgen.sheets.folds import KeptRow
from sheetgen.sheets.pictures.studio import Studio
from sheetgen.sheets.results import Watched

_MOST = 100
_ROW = "\x03"
"""Stands, in the pattern of a column's formulas, for the row of the table."""

Number = Callable[[KeptRow], float]
"""Gives a number from what is kept of a row."""


def sampled(iterations: int) -> tuple[int, ...]:
    """Return the iterations that are looked up: all, or a hundred steps from the first to the last."""
    steps = min(iterations, _MOST)
    return tuple(dict.fromkeys(round(step * iterations / steps) for step in range(steps + 1)))


class Sampled:
    """A table with a row for each of the iterations, in the margin; with ``last`` that of the batch's last sample."""

    def __init__(self, studio: Studio, labels: Sequence[str], last: bool = False) -> None:
        self.studio, self._last = studio, last
        self._study = studio.book.study
        self.iterations = sampled(self._study.iterations)
        self.block = studio.margin.block((ITERATION, *labels), len(self.iterations))
        variant, batch = studio.moments.variant, self._study.batch
        self._kept = [
            studio.book.results.keep(variant, iteration * batch + (batch - 1 if last else 0))
            for iteration in self.iterations
        ]

    def put(self, label: str, formula: Callable[[str], str], number: Number, noise: Number) -> None:
        """Put a column: ``formula`` gives its formula from the row on the training sheet, ``number`` the value."""
        page = self.studio.page
        page.put(self.block.cell(label, self.block.first - 1), label, style.LABEL)
        pattern = formula(self._row(self.block.cell(ITERATION, self.block.first).replace(str(self.block.first), _ROW)))
        for row, kept in zip(self.block.rows, self._kept, strict=True):
            text = pattern.replace(_ROW, str(row))
            page.put(
                self.block.cell(label, row),
                Formula(text, partial(_of, number, kept), partial(_of, noise, kept)),
                style.CALC,
            )

    def put_iterations(self) -> None:
        """Put the column of iterations."""
        page = self.studio.page
        page.put(self.block.cell(ITERATION, self.block.first - 1), ITERATION, style.LABEL)
        for row, iteration in zip(self.block.rows, self.iterations, strict=True):
            page.put(self.block.cell(ITERATION, row), float(iteration), style.COUNT)

    def _row(self, iteration: str) -> str:
        layout = self.studio.book.layout
        if self._study.batch == 1:
            return f"{iteration}+1"
        return f"({iteration}+1)*{layout.count(BATCH)}" if self._last else f"{iteration}*{layout.count(BATCH)}+1"

    def put_quantity(self, name: str) -> None:
        """Put the column of a quantity, which is looked up."""
        layout, number = self.studio.book.layout, self.studio.moments.number
        count = picks.offered(layout)
        self.put(
            name,
            lambda row: picks.choice(layout, name, number, row, count),
            lambda kept: kept.values[name],
            lambda kept: kept.errors[name],
        )

    def values(self, name: str) -> list[float]:
        """Return a quantity at the iterations, when the training has run."""
        return [kept().values[name] for kept in self._kept]

    def noise(self, name: str) -> float:
        """Return how far off the numbers of a quantity may be at most."""
        return max(kept().errors[name] for kept in self._kept)

    def reference(self, label: str) -> str:
        """Return a reference to a column, for charts."""
        return f"{quoted(PICTURES)}!{self.block.column(label)}"

    def heading(self, label: str) -> str:
        """Return a reference to the heading of a column, for charts."""
        return f"{quoted(PICTURES)}!{self.block.absolute(label, self.block.first - 1)}"


def _of(number: Number, kept: Watched[KeptRow]) -> float:
    return number(kept())
