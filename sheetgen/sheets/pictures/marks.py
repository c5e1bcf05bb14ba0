"""The samples on a grid over two inputs: which cell is nearest to each, and which dot marks it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import floor

from sheetgen.network.graph import SAMPLE
from sheetgen.page import style
from sheetgen.page.page import Formula
from sheetgen.sheets.pictures.axis import Axis
from sheetgen.sheets.pictures.grid import Grid
from sheetgen.sheets.pictures.studio import Studio

_COLUMN, _ROW, _KIND = "column", "row", "full dot (1) or empty (0)"


class Marks:
    """A row for each sample, in the margin."""

    def __init__(self, studio: Studio, x: Axis, y: Axis) -> None:
        self._studio, self._x, self._y = studio, x, y
        self._study = studio.book.study
        self._block = studio.margin.block((SAMPLE, _COLUMN, _ROW, _KIND), self._study.count)
        self._target = next(iter(self._study.network.targets), "")

    @property
    def sentence(self) -> str:
        """What the marks mean."""
        if not self._target:
            return "● is a sample."
        return f"● and ○ are the samples: ● those whose {self._target} is the higher, ○ the others."

    def formula(self, grid: Grid, kind: int) -> str:
        """Return the condition that a sample of a kind lies in a cell of a grid."""
        columns, rows, kinds = (self._block.column(label) for label in (_COLUMN, _ROW, _KIND))
        return f"COUNTIFS({columns},{grid.column_number()},{rows},{grid.row_number()},{kinds},{kind})>0"

    def put(self) -> None:
        """Put the table."""
        page, layout, study = self._studio.page, self._studio.book.layout, self._study
        self._block.header(page)
        for sample, row in enumerate(self._block.rows):
            number = self._block.cell(SAMPLE, row)
            page.put(number, float(sample + 1), style.BUILT)
            for label, axis, descending in ((_COLUMN, self._x, False), (_ROW, self._y, True)):
                there = f"INDEX({layout.samples(axis.name)},{number})"
                along = partial(axis.place, study.samples[axis.name][sample], descending)
                place = rounded(axis.place_formula(there, descending), along)
                page.put(self._block.cell(label, row), place, style.CALC)
            page.put(self._block.cell(_KIND, row), self._kind(sample, number), style.CALC)

    def _kind(self, sample: int, number: str) -> Formula | float:
        """Return which dot marks a sample: full where its target lies in the upper half of all."""
        if not self._target:
            return 1.0
        cells, numbers = self._studio.book.layout.samples(self._target), self._study.samples[self._target]
        text = f"IF(2*INDEX({cells},{number})>=MIN({cells})+MAX({cells}),1,0)"
        return Formula(text, lambda: float(2 * numbers[sample] >= min(numbers) + max(numbers)))


def rounded(text: str, along: Callable[[], float]) -> Formula:
    """Return the formula of a place that is rounded; where it lies in the middle, either neighbour is right."""

    def accepts(value: object, recalculated: object) -> bool:
        return isinstance(value, float) and value.is_integer() and abs(value - along()) <= 0.5 + 1e-6

    return Formula(text, lambda: float(floor(along() + 0.5)), accepts=accepts)
