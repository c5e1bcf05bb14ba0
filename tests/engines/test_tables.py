"""Values read out of an engine: doubles and records in a folder, or a workbook that it saved."""

from __future__ import annotations

import json
import math
from array import array
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest

from sheetgen.engines.base import CellError, Value
from sheetgen.engines.tables import from_dump, from_workbook, held
from sheetgen.errors import EngineError

NAN = math.nan


def dump(folder: Path, sheets: dict[str, tuple[int, list[float], dict[int, object]]]) -> Path:
    """Write sheets as `uno_child.py` does: for each its columns, its numbers, its cells without a number."""
    records = []
    for index, (name, (columns, numbers, others)) in enumerate(sheets.items()):
        (folder / f"{index}.f64").write_bytes(array("d", numbers).tobytes())
        records.append({"name": name, "rows": len(numbers) // columns, "columns": columns, "others": others})
    (folder / "sheets.json").write_text(json.dumps(records))
    return folder


def test_a_dump(tmp_path: Path) -> None:
    numbers = [0.1, NAN, NAN, -0.0, 1.0, NAN]
    others: dict[int, object] = {1: "∂", 2: {"error": "#NUM!"}, 4: True, 5: ""}
    values = from_dump(dump(tmp_path, {"first": (3, numbers, others), "second": (1, [7.0], {})}))
    assert values.exact
    assert values.sheet_names == ("first", "second")
    assert values.grid("first", 2, 3) == [[0.1, "∂", CellError("#NUM!")], [-0.0, True, ""]]
    assert values.grid("second", 1, 1) == [[7.0]]


@pytest.mark.parametrize(
    ("rows", "columns", "grid"),
    [(1, 1, [[1.0]]), (2, 3, [[1.0, 2.0, None], [3.0, None, None]]), (3, 1, [[1.0], [3.0], [None]])],
)
def test_less_and_more_than_the_used_area(tmp_path: Path, rows: int, columns: int, grid: list[list[Value]]) -> None:
    assert from_dump(dump(tmp_path, {"S": (2, [1.0, 2.0, 3.0, NAN], {})})).grid("S", rows, columns) == grid


def test_values_held_compactly_come_back_and_a_grid_may_begin_further_down(tmp_path: Path) -> None:
    rows: list[list[Value]] = [[0.5, None, "x"], [True, -0.0, CellError("#N/A")], ["", 1e300, False]]
    values = held(rows)
    assert repr([values.row(index, 3) for index in range(3)]) == repr(rows)
    dumped = from_dump(dump(tmp_path, {"S": (1, [1.0, 2.0, 3.0], {})}))
    assert dumped.grid("S", 4, 1, 3) == [[3.0], [None]]


def test_a_sheet_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="no sheet 'T'"):
        from_dump(dump(tmp_path, {"S": (1, [1.0], {})})).grid("T", 1, 1)


def test_a_workbook_with_every_kind_of_value(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.append([1, 2.5, "text", True, "#DIV/0!"])
    sheet.append([None, datetime(2026, 1, 2, 12), date(2026, 1, 2), time(6), timedelta(hours=36)])
    workbook.create_sheet("Empty")
    workbook.save(tmp_path / "b.xlsx")
    values = from_workbook(tmp_path / "b.xlsx")
    assert not values.exact
    assert values.sheet_names == ("Sheet", "Empty")
    assert values.grid("Sheet", 2, 5) == [
        [1.0, 2.5, "text", True, CellError("#DIV/0!")],
        [None, 46024.5, 46024.0, 0.25, 1.5],
    ]
    assert values.grid("Empty", 1, 2) == [[None, None]]
