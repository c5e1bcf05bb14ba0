"""Rows as XML: numbers to the last bit, and shared formulas that read in each row as its column says."""

from __future__ import annotations

import re
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
from engine_routes import ENGINES, engine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from networks import one_weight, one_weight_losses
from sample_page import write_pages
from workbook_lint import lint

from sheetgen import build, loads
from sheetgen.page.page import PREVIOUS_ROW, ROW, Column, Formula, Page, Table
from sheetgen.page.style import PLAIN

FIRST = 3


def table_page(values: list[tuple[float, ...]]) -> Page:
    """A table of a constant, a recurrence and what follows from both, with cells above, beside and below it."""
    columns = (
        Column("c", 0.5, f"A{PREVIOUS_ROW}", PLAIN, PLAIN),
        Column("x", "$A$1+1", f"B{PREVIOUS_ROW}-A{ROW}*'a {{b}}'!B{PREVIOUS_ROW}", PLAIN, PLAIN),
        Column("y", f'IF(B{ROW}<1,"",1)', f"B{ROW}^2", PLAIN, PLAIN, constant=2.5),
    )
    page = Page("a {b}", table=Table(FIRST, len(values), columns, lambda: iter(values)))
    page.put("A1", "above < & >")
    page.heights[1] = 33.0
    page.put(f"E{FIRST}", "beside")
    page.put(f"E{FIRST + len(values) + 1}", Formula("1>0", lambda: True))
    return page


@pytest.mark.parametrize("rows", [1, 2, 3, 256, 257, 600])
def test_every_row_has_the_formulas_of_its_columns(tmp_path: Path, rows: int) -> None:
    page = table_page([(0.5, float(row), 2.5) for row in range(rows)])
    path = write_pages(tmp_path / "b.xlsx", page)
    assert lint(path) == []
    formulas, values = (openpyxl.load_workbook(path, data_only=cached)["a {b}"] for cached in (False, True))
    assert page.table
    for row in range(FIRST, FIRST + rows):
        texts = [column.formula(row, FIRST) for column in page.table.columns]
        assert [formulas.cell(row, column).value for column in (1, 2, 3)] == [
            0.5 if text is None else f"={text}" for text in texts
        ]
        assert [values.cell(row, column).value for column in (1, 2, 3)] == [0.5, row - FIRST, 2.5]
    assert (formulas["A1"].value, formulas.row_dimensions[1].height) == ("above < & >", 33.0)
    assert values[f"E{FIRST}"].value == "beside"
    assert values[f"E{FIRST + rows + 1}"].value is True


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=3, max_size=12))
def test_numbers_are_read_back_to_the_last_bit(tmp_path: Path, numbers: list[float]) -> None:
    path = write_pages(tmp_path / "b.xlsx", table_page([(number, number, 2.5) for number in numbers]))
    sheet = openpyxl.load_workbook(path, data_only=True)["a {b}"]
    shown = [float(sheet.cell(row, 2).value) for row in range(FIRST, FIRST + len(numbers))]
    assert [struct.pack("d", number) for number in shown] == [struct.pack("d", number) for number in numbers]


LIKE_CELLS = (
    "run1",
    "v2",
    "adam v2",
    "o0 s1",
    "o0 s2",
    "Q1",
    "sgd1",
    "R",
    "C",
    "R1C1",
    "TRUE",
    "it's A1",
    "1.5e-3",
    "x$1",
)
"""Names of sheets in which a reader may take a part for a cell, and move it with a shared formula."""


@pytest.fixture(scope="module")
def sheets_like_cells(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("names") / "b.xlsx"
    build(loads(one_weight(LIKE_CELLS)), path, verify=False)
    return path


@pytest.mark.parametrize("name", ENGINES[:2])
def test_a_link_shows_the_sheet_it_names(sheets_like_cells: Path, name: str) -> None:
    grid = engine(name).recalculate(sheets_like_cells, 60).grid("Error", 7, 1 + len(LIKE_CELLS))
    for column, sheet in enumerate(LIKE_CELLS, start=1):
        shown = [row[column] for row in grid[4:]]
        assert shown == pytest.approx(one_weight_losses(column / 10), rel=1e-12), sheet


def test_what_is_shared_names_no_sheet_but_inputs_and_data(sheets_like_cells: Path) -> None:
    with zipfile.ZipFile(sheets_like_cells) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/s")]
    shared = [text for xml in sheets for text in re.findall(r'<f t="shared" ref[^>]*>([^<]*)</f>', xml)]
    named = {name for text in shared for name in re.findall(r"'[^']*'!", text)}
    assert named == {"'Inputs'!"}
