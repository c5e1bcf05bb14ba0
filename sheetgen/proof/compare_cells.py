"""The cells of a sheet outside its table: labels, inputs, single formulas, and cells that others added."""

from __future__ import annotations

from functools import partial

from sheetgen.engines.base import Value
from sheetgen.network.tolerance import same_when_saved
from sheetgen.page.page import Cell, Formula
from sheetgen.page.style import is_input
from sheetgen.proof.agreement import with_points
from sheetgen.proof.compare_formula import FormulaComparison, cell_name
from sheetgen.proof.report import Kind
from sheetgen.sheets.layout import LABEL_ROW
from sheetgen.xlsx.cells import FileCell


class CellComparison:
    """Compares the single cells of a file with those of the page, of which none may be absent in the end."""

    def __init__(self, comparison: FormulaComparison) -> None:
        self._comparison = comparison
        self._sheet, self._outcome = comparison.sheet, comparison.outcome
        self._unseen = dict(self._sheet.page.cells)

    def compare(self, row: list[FileCell]) -> None:
        """Compare the cells of a row; those of the table are left to others."""
        for cell in row:
            expected = self._unseen.pop((cell.row, cell.column), None)
            if expected is not None:
                self._cell(cell, expected)
                if cell.value is not None or cell.has_formula:
                    self._comparison.look(cell, expected.style.number)
            elif self._adds_a_label(cell):
                self._comparison.differ(cell, Kind.EXTRA, None, cell.value)
            elif not self._in_table(cell):
                self._outcome.extra.append(cell)

    def finish(self) -> None:
        """Note the cells that never came."""
        for (row, column), expected in self._unseen.items():
            if expected.content not in (None, ""):  # an empty text is left out by programs that save the file anew
                content = expected.content
                text = f"={content.text}" if isinstance(content, Formula) else content
                self._comparison.differ(FileCell(row, column, None), Kind.MISSING, text, None)

    def _adds_a_label(self, cell: FileCell) -> bool:
        """Whether a cell adds a label to a training sheet, whose columns are found by their labels."""
        among_labels = self._sheet.rate is not None and cell.row == LABEL_ROW
        return among_labels and (cell.value is not None or cell.has_formula)

    def _in_table(self, cell: FileCell) -> bool:
        table = self._sheet.page.table
        return table is not None and cell.row >= table.first_row and cell.column <= len(table.columns)

    def _cell(self, cell: FileCell, expected: Cell) -> None:
        content = expected.content
        if isinstance(content, Formula):
            self._formula(cell, content)
        elif cell.has_formula and cell.fills is None and is_input(expected.style):
            self._typed_formula(cell, content)
        elif cell.has_formula or not _same_constant(cell.value, content):
            self._comparison.differ(cell, Kind.LABEL, content, cell.value)

    def _formula(self, cell: FileCell, content: Formula) -> None:
        value, fills = content.value(), cell_name(cell) if content.array else None
        if self._comparison.same(cell, content.text, value, fills):
            return

        def accepts(other: Value) -> bool:
            if isinstance(other, str):
                return any(content.accepts(text, self._sheet.value_at) for text in (other, with_points(other)))
            return isinstance(other, float) and content.accepts(other, self._sheet.value_at)

        bound = partial(content.bound, self._sheet.tolerance.atol)
        self._comparison.compare(cell, content.text, value, bound, accepts, fills)

    def _typed_formula(self, cell: FileCell, content: Value) -> None:
        """Let a person type a formula for an input; its value is the input."""
        self._outcome.formulas += 1
        recalculated = self._sheet.value_at(cell.row, cell.column)
        if not self._comparison.agree(recalculated, content, float):
            self._comparison.differ(cell, Kind.VALUE, content, recalculated)
        elif cell.value is not None and not self._comparison.agree(cell.value, recalculated, float):
            self._comparison.differ(cell, Kind.CACHED, recalculated, cell.value)


def _same_constant(value: Value, content: Value) -> bool:
    """Whether a constant is the one of the page, as programs save it: numbers to 15 digits, no empty texts."""
    if isinstance(value, float) and isinstance(content, float | int) and not isinstance(content, bool):
        return same_when_saved(value, content)
    return (type(value) is type(content) and value == content) or {value, content} <= {None, ""}
