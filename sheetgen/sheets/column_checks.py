"""Whole columns of the training sheets against their equations: what Checks computes of them, all rows at once.

Each column is computed again from the other columns, rows above by the range one row higher, the first row by its
own equation. What is compared was computed by the same operations, so it is equal, or differs by rounding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sheetgen.algebra.arrays import ArrayCells, Arrays, has_edges, is_inexact, size, spreads
from sheetgen.algebra.evaluate import expanded
from sheetgen.algebra.expr import Expr, OverBatch, befores
from sheetgen.algebra.over_batch import PLACE
from sheetgen.algebra.residual import magnifies, residual
from sheetgen.limits import MAX_FORMULA, MAX_NESTING
from sheetgen.network.graph import BATCH, SAMPLE, Quantity
from sheetgen.page.block import Block
from sheetgen.page.nesting import nests_deeper
from sheetgen.page.page import Formula, quoted
from sheetgen.sheet_names import DATA
from sheetgen.sheets.checks_over_batch import BatchNumbers
from sheetgen.sheets.inputs_layout import rate_label
from sheetgen.sheets.layout import DATA_FIRST_ROW, FIRST_ROW, Layout

_MOST_PAIRS = 1_000_000
"""The most pairs of a row and a sample that a check goes through."""


@dataclass(frozen=True)
class ColumnCells:
    """The cells on Checks that its array formulas use; ``rounding`` is relative to 1 and the number compared."""

    arrays: ArrayCells
    rounding: str


@dataclass(frozen=True)
class _Part:
    """Some successive rows of a column, from row ``first``: how far each is off, beyond rounding.

    ``numbers`` counts the rows from 1 where ``excess`` has a column for each sample.
    """

    first: int
    rows: int
    excess: str
    numbers: str = ""

    def row(self, tolerance: str) -> str:
        """Return a formula's part that gives the row of the sheet in which it is too far off, or an error."""
        if self.numbers:
            rows = f"MIN(IF({self.excess}>{tolerance},{self.numbers}))+{FIRST_ROW + self.first - 1}"
            return f"IF(MAX({self.excess})>{tolerance},{rows},1/0)"
        if self.rows == 1:
            return f"IF({self.excess}>{tolerance},{FIRST_ROW + self.first},1/0)"
        return f"MATCH(1,IFERROR((({self.excess})>{tolerance})*1,0),0)+{FIRST_ROW + self.first - 1}"


@dataclass(frozen=True)
class ColumnCheck:
    """The check of one column: its parts, or none where there is no formula for it."""

    parts: tuple[_Part, ...]

    @property
    def fits(self) -> bool:
        """Whether a cell can hold the check."""
        if not self.parts:
            return False
        deviation, where = self.deviation().text, self._where("$A$1", "$A$1")
        if len(deviation) + 200 > MAX_FORMULA or len(where) > MAX_FORMULA:
            return False
        return not (nests_deeper(deviation, MAX_NESTING) or nests_deeper(where, MAX_NESTING))

    def deviation(self) -> Formula:
        """Return the largest deviation of the column, beyond rounding."""
        return Formula(f"MAX(0,{','.join(part.excess for part in self.parts)})", lambda: 0.0, array=True)

    def row(self, deviation: str, tolerance: str) -> Formula:
        """Return the first row that deviates, or 0: ``deviation`` and ``tolerance`` are cells."""
        return Formula(self._where(deviation, tolerance), lambda: 0.0, array=True)

    def _where(self, deviation: str, tolerance: str) -> str:
        found = "0"
        for part in reversed(self.parts):
            found = f"IFERROR({part.row(tolerance)},{found})"
        # Where the deviation is an error, because other columns hold some, a row that is a number may still be wrong.
        return f"IF(IFERROR(({deviation}<={tolerance})*1,0)>0,0,{found})"


def column_check(layout: Layout, variant: int, quantity: Quantity, cells: ColumnCells) -> ColumnCheck:
    """Return the check of a quantity of a variant."""
    return ColumnCheck(tuple(_Columns(layout, variant, cells).parts(quantity)))


def rate_check(layout: Layout, variant: int) -> Formula:
    """Compare the learning rate of a training sheet with the one on Inputs."""
    given = layout.given(rate_label(layout.study.variants[variant]))
    return Formula(f"ABS({layout.rate(variant)}-{given})", lambda: 0.0)


@dataclass(frozen=True)
class _Columns:
    """The columns of one training sheet."""

    layout: Layout
    variant: int
    cells: ColumnCells

    def parts(self, quantity: Quantity) -> Iterator[_Part]:
        """Yield the parts of a column's check."""
        name, rows, spelled_out = quantity.name, self.layout.study.rows, quantity.spelled_out
        if isinstance(quantity.equation, OverBatch):
            yield from self._over_batch(name, quantity.equation)
            return
        if quantity.equation is None or spelled_out is None:
            in_data = name == SAMPLE or name in self.layout.study.samples
            yield from self._looked_up(name) if in_data else self._given(name, rows)
            return
        first = quantity.in_row(first=True)
        if not spreads(spelled_out):
            return
        if first == quantity.equation and not any(befores(quantity.equation)):
            yield self._computed(name, spelled_out, 0, rows)
            return
        yield from self._given(name, 1) if first is None else [self._computed(name, expanded(first), 0, 1)]
        if rows > 1:
            yield self._computed(name, spelled_out, 1, rows)

    def _given(self, name: str, rows: int) -> Iterator[_Part]:
        """Yield rows whose number stands on Inputs."""
        yield _Part(0, rows, size(f"{self._range(name, 0, rows)}-{self.layout.given(name)}"))

    def _over_batch(self, name: str, expr: OverBatch) -> Iterator[_Part]:
        """Yield a column of numbers of the whole batch."""
        rows, constant = self.layout.study.rows, self._constant
        numbers = BatchNumbers(
            name,
            expr,
            self.layout.study.position,
            lambda name: constant(name) if name == BATCH else self._range(name, 0, rows),
            lambda name: self._range(name, 1, rows),
            lambda name: self._range(name, 0, rows - 1),
            self.cells.rounding,
            rows,
        )
        wrong, by_row = numbers.wrong()
        yield _Part(1, rows - 1, numbers.unlike())
        yield _Part(0, rows if by_row else 1, wrong)
        if expr.function == PLACE:
            yield _Part(0, 1, numbers.misplaced())

    def _looked_up(self, name: str) -> Iterator[_Part]:
        """Yield the rows of a number of the samples: one pass against Data, those after it against the pass before.

        Shuffled, each row of the pass is held against every sample, of which its own counts; nothing is yielded where
        that would be too many.
        """
        layout, study = self.layout, self.layout.study
        count = min(study.count, study.rows)
        if not study.order:
            yield self._against(name, layout.samples_table, count)
        elif name == SAMPLE:
            yield self._against(name, layout.order_table, count)
        elif count * study.count <= _MOST_PAIRS:
            yield self._among_all(name, count)
        else:
            return
        if (later := study.rows - count) > 0:
            passes = f"{self._range(name, count, study.rows)}-{self._range(name, 0, later)}"
            yield _Part(count, later, size(passes))

    def _against(self, name: str, table: Block, count: int) -> _Part:
        """Compare the first rows with a column of Data, row for row."""
        data = f"{quoted(DATA)}!{table.column(name, last=DATA_FIRST_ROW + count - 1)}"
        return _Part(0, count, size(f"{self._range(name, 0, count)}-{data}"))

    def _among_all(self, name: str, count: int) -> _Part:
        """Compare the first rows with the samples that they name."""
        layout = self.layout
        own, sample = self._range(name, 0, count), self._range(SAMPLE, 0, count)
        data = f"TRANSPOSE({layout.samples(name)})"
        here = f"{sample}=TRANSPOSE({layout.samples(SAMPLE)})"
        numbers = f"{quoted(DATA)}!{layout.samples_table.column(SAMPLE, last=DATA_FIRST_ROW + count - 1)}"
        return _Part(0, count, f"IF({here},IF({own}>{data},{own}-{data},{data}-{own}),0)", numbers)

    def _computed(self, name: str, expr: Expr, start: int, stop: int) -> _Part:
        """Return rows that an equation gives, in which nothing is left to expand."""
        excess = self._excess(name, expr, start, stop, "+")
        if has_edges(expr):
            other = self._excess(name, expr, start, stop, "-")
            excess = f"IF({excess}<{other},{excess},{other})"
        return _Part(start, stop - start, excess)

    def _excess(self, name: str, expr: Expr, start: int, stop: int, side: str) -> str:
        y, rounding = self._range(name, start, stop), self.cells.rounding
        deviation = self._residual(y, expr, start, stop, side)
        granted = f"{'10*' if is_inexact(expr) else ''}{rounding}*(1+{size(y)})"
        excess = f"{size(deviation)}-{granted}"
        if not magnifies(expr):
            return excess
        moved = self._residual(y, expr, start, stop, side, nudged=True)
        return f"{excess}-IFERROR({size(f'{moved}-({deviation})')},1/{rounding})"

    def _residual(self, y: str, expr: Expr, start: int, stop: int, side: str, nudged: bool = False) -> str:
        columns = self.layout.tables[self.variant].letters

        def here(name: str) -> str:
            return self._range(name, start, stop) if name in columns else self._constant(name)

        def above(name: str) -> str:
            return self._range(name, start - 1, stop - 1)

        arrays = Arrays(here, above, self.cells.arrays, nudged, side)
        return residual(y, expr, arrays, self.cells.arrays.e)

    def _range(self, name: str, start: int, stop: int) -> str:
        sheet, table = quoted(self.layout.study.variants[self.variant].sheet), self.layout.tables[self.variant]
        return f"{sheet}!{table.cells(name, FIRST_ROW + start, FIRST_ROW + stop - 1)}"

    def _constant(self, name: str) -> str:
        if name == self.layout.study.rate_name:
            return self.layout.rate(self.variant)
        return self.layout.constant(self.variant, name)
