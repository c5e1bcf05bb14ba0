"""A workbook held by the embedded engine, in which a cell is overwritten for a while and Checks is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import formualizer

from sheetgen.sheet_names import CHECKS


class Recalculated:
    """The workbook; only what depends on an overwritten cell is calculated anew."""

    def __init__(self, path: Path) -> None:
        self.workbook = formualizer.load_workbook(str(path))
        self.workbook.evaluate_all()

    def evaluated(self, sheet: str, row: int, column: int) -> object:
        """Return the value of a cell."""
        return self.workbook.evaluate_cell(sheet, row, column)

    @property
    def flag(self) -> str:
        """The overall flag."""
        return str(self.evaluated(CHECKS, 3, 2))

    @property
    def where(self) -> str:
        """The line that says where the first check fails."""
        return str(self.evaluated(CHECKS, 7, 2))

    @contextmanager
    def moved(self, sheet: str, row: int, column: int, by: float) -> Iterator[None]:
        """Overwrite a cell by its value and a little more, and restore it."""
        value, formula = self.evaluated(sheet, row, column), self.workbook.get_formula(sheet, row, column)
        assert isinstance(value, float)
        self.workbook.set_value(sheet, row, column, value + by)
        yield
        if formula:
            self.workbook.set_formula(sheet, row, column, "=" + formula.removeprefix("="))
        else:
            self.workbook.set_value(sheet, row, column, value)
