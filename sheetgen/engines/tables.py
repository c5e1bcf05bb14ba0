"""Recalculated values held compactly: a double a cell, and a record for each cell that holds no number."""

from __future__ import annotations

import datetime
import json
import math
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils.datetime import to_excel

from sheetgen.engines.base import CellError, Value
from sheetgen.errors import EngineError


@dataclass(frozen=True, slots=True)
class SheetValues:
    """The used area of a sheet; ``numbers`` is row by row, nan where it is in ``others`` or there is none."""

    columns: int
    numbers: array[float]
    others: Mapping[int, str | bool | CellError]

    def row(self, index: int, columns: int) -> list[Value]:
        """Return the first ``columns`` values of a 0-based row, None where the sheet is empty."""
        start = index * self.columns
        numbers = self.numbers[start : start + min(columns, self.columns)]
        values: list[Value] = [
            self.others.get(place) if math.isnan(number) or place in self.others else number
            for place, number in enumerate(numbers, start)
        ]
        return values + [None] * (columns - len(values))


@dataclass(frozen=True, slots=True)
class WorkbookValues:
    """A recalculation that was read out completely, and needs its engine no more."""

    sheets: Mapping[str, SheetValues]
    exact: bool

    @property
    def sheet_names(self) -> tuple[str, ...]:
        """The worksheets, in the order of their tabs."""
        return tuple(self.sheets)

    def grid(self, sheet: str, rows: int, columns: int, first: int = 1) -> list[list[Value]]:
        """Return the values of A1..(rows, columns) as `Recalculation.grid` does. Raises EngineError as it does."""
        if sheet not in self.sheets:
            raise EngineError(f"the workbook has no sheet {sheet!r}")
        values = self.sheets[sheet]
        return [values.row(index, columns) for index in range(first - 1, rows)]


def held(rows: list[list[Value]]) -> SheetValues:
    """Return some rows of values, all of one length, held compactly."""
    columns = len(rows[0])
    values = list(chain.from_iterable(rows))
    numbers = array("d", [value if type(value) is float else math.nan for value in values])
    others = {place: value for place, value in enumerate(values) if value is not None and not isinstance(value, float)}
    return SheetValues(columns, numbers, others)


def from_dump(folder: Path) -> WorkbookValues:
    """Read what ``uno_child.py`` wrote into ``folder``: exact doubles."""
    sheets = {}
    for index, record in enumerate(json.loads((folder / "sheets.json").read_text(encoding="utf-8"))):
        numbers = array("d")
        with open(folder / f"{index}.f64", "rb") as file:
            numbers.fromfile(file, record["rows"] * record["columns"])
        others = {
            int(place): CellError(other["error"]) if isinstance(other, dict) else other
            for place, other in record["others"].items()
        }
        sheets[record["name"]] = SheetValues(record["columns"], numbers, others)
    return WorkbookValues(sheets, exact=True)


def from_workbook(path: Path) -> WorkbookValues:
    """Read the values in a workbook that LibreOffice has just calculated and saved: about 15 digits.

    A formula that gives an empty text comes back as an empty cell.
    """
    workbook = load_workbook(path, read_only=True, data_only=True)
    try:
        sheets = {
            sheet.title: _sheet(
                (
                    (row, column, cell.value, cell.data_type)
                    for row, cells in enumerate(sheet.iter_rows())
                    for column, cell in enumerate(cells)
                    if cell.value is not None
                ),
                sheet.max_column or 1,
            )
            for sheet in workbook.worksheets
        }
    finally:
        workbook.close()
    return WorkbookValues(sheets, exact=False)


def _sheet(cells: Iterable[tuple[int, int, object, str]], columns: int) -> SheetValues:
    numbers = array("d")
    others: dict[int, str | bool | CellError] = {}
    empty_row = array("d", [math.nan]) * columns
    for row, column, value, kind in cells:
        while len(numbers) <= row * columns + column:
            numbers.extend(empty_row)
        place = row * columns + column
        if kind == "e":
            others[place] = CellError(str(value))
        elif isinstance(value, bool | str):
            others[place] = value
        elif isinstance(value, int | float):
            numbers[place] = value
        elif isinstance(value, datetime.datetime | datetime.date | datetime.time | datetime.timedelta):
            numbers[place] = to_excel(value)
    return SheetValues(columns, numbers, others)
