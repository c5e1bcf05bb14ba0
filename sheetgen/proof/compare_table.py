"""The rows of a sheet's table, each against the values and formulas that its columns must have there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice

from sheetgen.engines.base import Value
from sheetgen.page.page import Column, Table, at_row
from sheetgen.proof.compare_alike import SMALLEST_NUMBER, agreement, holds_the_formulas
from sheetgen.proof.compare_formula import FormulaComparison
from sheetgen.proof.expected import TableRow
from sheetgen.proof.report import Kind
from sheetgen.xlsx import formulas
from sheetgen.xlsx.alike_rows import AlikeRows
from sheetgen.xlsx.cells import FileCell, SharedFormula


class TableComparison:
    """Compares a table row by row, in the order of the file; rows that are left out or too many are noted."""

    def __init__(self, comparison: FormulaComparison, table: Table) -> None:
        self._comparison, self._table = comparison, table
        self._sheet, self._outcome = comparison.sheet, comparison.outcome
        self._width = len(table.columns)
        self._plain = [comparison.plain(column.style.number) for column in table.columns]
        self._shared_agrees: dict[tuple[SharedFormula, int], bool] = {}
        self._rows: Iterator[tuple[int, TableRow]] = enumerate(table.values(), start=table.first_row)
        self._next = next(self._rows, None)

    def compare(self, row: list[FileCell]) -> None:
        """Compare the table's cells in a row of the file, which may lie above, in or below the table."""
        number = row[0].row if row else 0
        while self._next and self._next[0] < number:
            self._missing_row(*self._next)
        if self._next and self._next[0] == number:
            self._row(row, *self._next)
            self._next = next(self._rows, None)
        elif number >= self._table.first_row:
            self._beyond(row)

    def compare_alike(self, rows: AlikeRows) -> bool:
        """Compare rows that are spelled alike, and say so, where they are rows of the table, its next, and no more.

        Those that are further off than the tolerance are compared cell by cell.
        """
        if not self._next or self._next[0] != rows.first:
            return False
        if not holds_the_formulas(rows, self._table, self._same_formula):
            return False
        if not all(cell.style in plain and not cell.rich for cell, plain in zip(rows.like, self._plain, strict=True)):
            return False
        first, count = rows.first, len(rows.values)
        expected = [self._next[1], *(values for _, values in islice(self._rows, count - 1))]
        recalculated = self._sheet.recalculated[first - 1 : first - 1 + count]
        found = agreement(rows, expected, recalculated, self._sheet.tolerance)
        self._deviated(found.absolute, found.relative)
        for index, values in enumerate(expected):
            if found.rows[index]:
                self._outcome.formulas += self._width
                self._outcome.table_formulas += self._width
            else:
                self._row(rows.row(index), first + index, values)
        self._next = next(self._rows, None)
        return True

    def finish(self) -> None:
        """Note the rows that never came."""
        while self._next:
            self._missing_row(*self._next)

    def _missing_row(self, number: int, values: TableRow) -> None:
        missing = f"the row of iteration {int(values[0])}"
        self._comparison.differ(FileCell(number, 1, None), Kind.MISSING, missing, None)
        self._next = next(self._rows, None)

    def _beyond(self, row: list[FileCell]) -> None:
        """Note cells in the table's columns below its last row, or in a row that came before."""
        for cell in row:
            if cell.column <= self._width and (cell.value is not None or cell.has_formula):
                self._comparison.differ(cell, Kind.EXTRA, None, cell.value)

    def _row(self, row: list[FileCell], number: int, values: TableRow) -> None:
        present = 0
        first, plain = self._table.first_row, self._plain
        for cell in row:
            if cell.column > self._width:
                continue
            present += 1
            column, expected = self._table.columns[cell.column - 1], values[cell.column - 1]
            if number == first or cell.style not in plain[cell.column - 1] or cell.rich:
                self._comparison.look(cell, column.style_in(number, first).number)
            same = cell.fills is None and self._same_formula(cell, column, number)
            if same:
                recalculated = self._sheet.value_at(number, cell.column)
                if recalculated == expected == cell.value and type(cell.value) is type(recalculated) is float:
                    self._count(cell)
                    continue
            self._cell(cell, column, number, expected, same)
        if present < self._width:
            there = {cell.column for cell in row}
            for index in sorted(set(range(1, self._width + 1)) - there):
                self._comparison.differ(FileCell(number, index, None), Kind.MISSING, values[index - 1], None)

    def _count(self, cell: FileCell) -> None:
        if cell.has_formula:
            self._outcome.formulas += 1
            self._outcome.table_formulas += 1

    def _same_formula(self, cell: FileCell, column: Column, row: int) -> bool:
        """Whether a cell's formula is its column's; a shared formula is looked at once."""
        first = self._table.first_row
        shared = cell.shared
        if shared is None or row == first or shared.row == first or column.together > 1:
            expected = column.formula(row, first)
            formula = cell.formula
            if formula is None or expected is None:
                return formula is expected
            return formula == expected or formulas.same(formula, expected)
        key = (shared, cell.column)
        if key not in self._shared_agrees:
            expected = formulas.shifted(at_row(column.rest, shared.row), 0, shared.column - cell.column)
            self._shared_agrees[key] = formulas.same(shared.text, expected)
        return self._shared_agrees[key]

    def _cell(self, cell: FileCell, column: Column, row: int, expected: float, same: bool) -> None:
        """Compare a cell that is not to the last bit what it must be; ``same`` says that its formula is."""
        formula = column.formula(row, self._table.first_row)
        if formula is None:
            if type(cell.value) is not float or cell.value != expected or cell.has_formula:
                self._comparison.differ(cell, Kind.LABEL, expected, cell.value)
            return
        if cell.has_formula:
            self._outcome.table_formulas += 1
        self._keep_deviation(self._sheet.value_at(row, cell.column), expected)
        bound = partial(self._sheet.bounds, row - self._table.first_row, column.label)
        (self._comparison.compare_values if same else self._comparison.compare)(cell, formula, expected, bound)

    def _keep_deviation(self, recalculated: Value, expected: float) -> None:
        """Keep the largest deviation of the table's cells."""
        if not isinstance(recalculated, float):
            return
        absolute = abs(recalculated - expected)
        relative = absolute / max(abs(recalculated), abs(expected), SMALLEST_NUMBER)
        self._deviated(absolute, relative)

    def _deviated(self, absolute: float, relative: float) -> None:
        self._outcome.max_abs = max(self._outcome.max_abs, absolute)
        self._outcome.max_rel = max(self._outcome.max_rel, relative)
