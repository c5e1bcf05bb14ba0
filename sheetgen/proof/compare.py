"""One sheet of a file against the page it must be: texts, formulas, recalculated and cached values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from openpyxl.utils import get_column_letter

from sheetgen.engines.base import CellError, Value
from sheetgen.network.tolerance import Tolerance
from sheetgen.page.page import Cell, Column, Formula, Page, at_row
from sheetgen.page.style import is_input
from sheetgen.proof.report import Difference, Kind
from sheetgen.sheets.layout import LABEL_ROW
from sheetgen.xlsx import formulas
from sheetgen.xlsx.reader import FileCell, SharedFormula

Grid = list[list[Value]]
Numbers = tuple[float, ...]


class ErrorBounds(Protocol):
    """Error bounds of a table's columns, row by row."""

    def follow(self, row: Numbers) -> None:
        """Take the values of the next row."""

    def here(self) -> Mapping[str, float]:
        """Return the bounds of the last row, by label."""


class NoBounds:
    """The bounds of a table of which nothing is known."""

    def follow(self, row: Numbers) -> None:
        """Take the values of the next row."""

    def here(self) -> Mapping[str, float]:
        """Return no bounds."""
        return {}


_NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")


@dataclass
class SheetOutcome:
    """What the comparison of one sheet found."""

    formulas: int = 0
    table_formulas: int = 0
    uncached: int = 0
    max_abs: float = 0.0
    max_rel: float = 0.0
    differences: list[Difference] = field(default_factory=list)
    extra: list[FileCell] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """A sheet under comparison: the page, the recalculated values, and how near is near enough.

    ``rate`` is given for a training sheet, whose differences name their quantity and iteration, of which each
    has ``batch`` rows;
    ``bounds`` gives error bounds for a row of its table.
    """

    page: Page
    grid: Grid
    tolerance: Tolerance
    rate: float | None = None
    bounds: ErrorBounds = field(default_factory=NoBounds)
    batch: int = 1

    def compare(self, rows: Iterable[list[FileCell]]) -> SheetOutcome:
        """Compare the rows of a file with the page."""
        return _Comparison(self).run(rows)

    def recalculated(self, row: int, column: int) -> Value:
        """Return the engine's value of a cell."""
        return self.grid[row - 1][column - 1] if row <= len(self.grid) and column <= len(self.grid[0]) else None


class _Comparison:
    """The state of one comparison."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.table = sheet.page.table
        self.columns = len(self.table.columns) if self.table else 0
        self.outcome = SheetOutcome()
        self.unseen = dict(sheet.page.cells)
        self.same_shared: dict[tuple[SharedFormula, int], bool] = {}

    def run(self, rows: Iterable[list[FileCell]]) -> SheetOutcome:
        pending = self.table_rows()
        expected = next(pending, None)
        for row in rows:
            number = row[0].row if row else 0
            while expected and expected[0] < number:
                self.missing_row(*expected)
                expected = next(pending, None)
            if expected and expected[0] == number:
                self.table_row(row, *expected)
                expected = next(pending, None)
            elif self.table and number >= self.table.first_row:
                self.beyond(row)
            self.single_cells(row)
        while expected:
            self.missing_row(*expected)
            expected = next(pending, None)
        for (row_number, column), cell in self.unseen.items():
            self.absent(row_number, column, cell)
        return self.outcome

    def table_rows(self) -> Iterator[tuple[int, Numbers]]:
        if self.table:
            for number, numbers in enumerate(self.table.values(), start=self.table.first_row):
                self.sheet.bounds.follow(numbers)
                yield number, numbers

    # --- cells outside the table ---

    def single_cells(self, row: list[FileCell]) -> None:
        for cell in row:
            expected = self.unseen.pop((cell.row, cell.column), None)
            if expected is not None:
                self.single(cell, expected)
            elif self.beside_labels(cell):
                self.differ(cell, Kind.EXTRA, None, cell.value)
            elif not self.in_table(cell):
                self.outcome.extra.append(cell)

    def beside_labels(self, cell: FileCell) -> bool:
        """Whether a cell adds a label to a training sheet, whose columns are found by their labels."""
        here = self.sheet.rate is not None and cell.row == LABEL_ROW
        return here and (cell.value is not None or cell.formula is not None)

    def in_table(self, cell: FileCell) -> bool:
        return self.table is not None and cell.row >= self.table.first_row and cell.column <= self.columns

    def single(self, cell: FileCell, expected: Cell) -> None:
        content = expected.content
        if isinstance(content, Formula):
            bound = content.bound(self.sheet.tolerance.atol)
            self.formula(cell, content.text, content.value(), bound, lambda other: self.accepted(content, other))
        elif cell.formula is not None and is_input(expected.style):
            self.typed_formula(cell, content)
        elif cell.value != content or cell.formula is not None:
            self.differ(cell, Kind.LABEL, content, cell.value)

    def typed_formula(self, cell: FileCell, content: Value) -> None:
        """Let a person type a formula for an input; its value is the input."""
        self.outcome.formulas += 1
        found = self.sheet.recalculated(cell.row, cell.column)
        if not self.close(found, content, 0.0):
            self.differ(cell, Kind.VALUE, content, found)
        elif cell.value is not None and not self.close(cell.value, found, 0.0):
            self.differ(cell, Kind.CACHED, found, cell.value)

    def absent(self, row: int, column: int, expected: Cell) -> None:
        content = expected.content
        if content is None:
            return
        text = f"={content.text}" if isinstance(content, Formula) else content
        self.differ(FileCell(row, column, None), Kind.MISSING, text, None)

    # --- the table ---

    def table_row(self, row: list[FileCell], number: int, numbers: Numbers) -> None:
        assert self.table is not None
        present = 0
        bounds: Mapping[str, float] | None = None
        for cell in row:
            if cell.column > self.columns:
                continue
            present += 1
            column, expected = self.table.columns[cell.column - 1], numbers[cell.column - 1]
            if self.same_formula(cell, column, number):
                found = self.sheet.recalculated(number, cell.column)
                if found == expected == cell.value:
                    self.count_table_formula(cell)
                    continue
            if bounds is None:
                bounds = self.sheet.bounds.here()
            self.table_cell(cell, column, number, expected, bounds.get(column.label, 0.0))
        if present < self.columns:
            there = {cell.column for cell in row}
            for index in sorted(set(range(1, self.columns + 1)) - there):
                self.differ(FileCell(number, index, None), Kind.MISSING, numbers[index - 1], None)

    def count_table_formula(self, cell: FileCell) -> None:
        if cell.own is not None or cell.shared is not None:
            self.outcome.formulas += 1
            self.outcome.table_formulas += 1

    def same_formula(self, cell: FileCell, column: Column, row: int) -> bool:
        """Whether a cell's formula is its column's; a shared formula is looked at once."""
        assert self.table is not None
        first = self.table.first_row
        shared = cell.shared
        if shared is None or row == first or shared.row == first:
            expected = column.formula(row, first)
            formula = cell.formula
            if formula is None or expected is None:
                return formula is expected
            return formula == expected or formulas.same(formula, expected)
        key = (shared, cell.column)
        if key not in self.same_shared:
            expected = formulas.shifted(at_row(column.rest, shared.row), 0, shared.column - cell.column)
            self.same_shared[key] = formulas.same(shared.text, expected)
        return self.same_shared[key]

    def table_cell(self, cell: FileCell, column: Column, row: int, expected: float, bound: float) -> None:
        assert self.table is not None
        formula = column.formula(row, self.table.first_row)
        if formula is None:
            if cell.value != expected or cell.formula is not None:
                self.differ(cell, Kind.LABEL, expected, cell.value)
            return
        self.count_table_formula(cell)
        self.outcome.formulas -= cell.formula is not None
        self.deviation(self.sheet.recalculated(row, cell.column), expected)
        self.formula(cell, formula, expected, bound)

    def missing_row(self, row: int, numbers: Numbers) -> None:
        self.differ(FileCell(row, 1, None), Kind.MISSING, f"the row of iteration {int(numbers[0])}", None)

    def beyond(self, row: list[FileCell]) -> None:
        """Note cells in the table's columns below its last row, or in a row that came before."""
        for cell in row:
            if cell.column <= self.columns and (cell.value is not None or cell.formula is not None):
                self.differ(cell, Kind.EXTRA, None, cell.value)

    # --- a formula cell ---

    def formula(
        self,
        cell: FileCell,
        text: str,
        value: float | str | bool,
        bound: float,
        accepts: Callable[[Value], bool] = lambda other: False,
    ) -> None:
        """Compare a cell that must hold a formula: its text, its recalculated value, its cached value."""
        formula = cell.formula
        if formula is None:
            self.differ(cell, Kind.CONSTANT, value, cell.value, text)
            return
        self.outcome.formulas += 1
        found = self.sheet.recalculated(cell.row, cell.column)
        if not formulas.same(formula, text):
            self.differ(cell, Kind.FORMULA, value, found, text)
        elif not (self.close(found, value, bound) or accepts(found)):
            self.differ(cell, Kind.VALUE, value, found, text)
        elif cell.value is None and value != "":
            self.outcome.uncached += 1
        elif not (self.close(cell.value, value if found is None else found, bound) or accepts(cell.value)):
            self.differ(cell, Kind.CACHED, found, cell.value, text)

    def accepted(self, content: Formula, other: Value) -> bool:
        """Whether a value other than the expected one is as right; see `Formula.accepts`."""
        return isinstance(other, float | str) and content.accepts(other, self.sheet.recalculated)

    def deviation(self, found: Value, value: float) -> None:
        """Keep the largest deviation of the table's cells."""
        if not isinstance(found, float):
            return
        off = abs(found - value)
        self.outcome.max_abs = max(self.outcome.max_abs, off)
        self.outcome.max_rel = max(self.outcome.max_rel, off / max(abs(found), abs(value), 5e-324))

    def close(self, found: Value, expected: Value, bound: float) -> bool:
        """Whether two values agree; an empty text may come back as an empty cell."""
        if isinstance(found, float) and isinstance(expected, float | int) and not isinstance(expected, bool):
            return self.sheet.tolerance.close(found, expected, bound)
        if isinstance(found, str) and isinstance(expected, str):
            return found == expected or self.same_text(found, expected)
        return found == expected or (found is None and expected == "") or (found == "" and expected is None)

    def same_text(self, found: str, expected: str) -> bool:
        """Whether two texts are alike but for the spelling of numbers, such as 1E-05 and 0.00001."""
        pieces, others = _NUMBER.split(found), _NUMBER.split(expected)
        numbers, expected_numbers = _NUMBER.findall(found), _NUMBER.findall(expected)
        return pieces == others and all(
            self.sheet.tolerance.close(float(a), float(b)) for a, b in zip(numbers, expected_numbers, strict=True)
        )

    def differ(self, cell: FileCell, kind: Kind, expected: Value, found: Value, text: str | None = None) -> None:
        table = self.table if self.sheet.rate is not None and cell.column <= self.columns else None
        inside = table is not None and table.first_row <= cell.row <= table.last_row
        self.outcome.differences.append(
            Difference(
                sheet=self.sheet.page.name,
                cell=f"{get_column_letter(cell.column)}{cell.row}",
                kind=kind,
                expected=plain(expected),
                found=plain(found),
                formula=cell.formula,
                expected_formula=text,
                quantity=table.columns[cell.column - 1].label if table else None,
                iteration=(cell.row - table.first_row) // self.sheet.batch if table and inside else None,
                rate=self.sheet.rate,
            )
        )


def plain(value: Value) -> float | str | bool | None:
    """Return a value that JSON knows: an error becomes its code."""
    return value.code if isinstance(value, CellError) else value
