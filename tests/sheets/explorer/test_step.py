"""The step from the picked iteration: the loss around it and every update, beside what torch computes."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from autograd import by_autograd
from picking import EXPLORED, pick

from sheetgen import build, engines, load, loads, override
from sheetgen.engines.base import Value
from sheetgen.sheet_names import EXPLORER
from sheetgen.sheets.picks import EXPLORER_ITERATION, EXPLORER_VARIANT, THE_STEP, colours_cell

LAST, DRAWN = 5, 25
"""The last iteration, and the columns left of those that are folded."""


def rows_of(engine: engines.Engine, workbook: Path) -> list[list[Value]]:
    """Return the rows of the Explorer, without what is empty."""
    grid = engine.recalculate(workbook, 120).grid(EXPLORER, *EXPLORED)
    return [[value for value in row[:DRAWN] if value not in (None, "")] for row in grid]


def updates(rows: list[list[Value]]) -> dict[Value, list[Value]]:
    """Return the numbers of each weight's update, by its name: two lines stand side by side."""
    first = next(number for number, row in enumerate(rows) if row and row[0] == "weight")
    width = rows[first][1:].index("weight") + 1
    lines = {}
    for row in rows[first + 1 : first + 5]:
        half = len(row) // 2
        lines |= {row[0]: row[1:half], row[half]: row[half + 1 :]}
    assert width == 5
    return lines


@pytest.fixture
def picked(small_workbook: Path, tmp_path: Path) -> Path:
    there = pick(small_workbook, tmp_path / "a.xlsx", EXPLORER_VARIANT, "lr 2.0")
    return pick(there, tmp_path / "b.xlsx", EXPLORER_ITERATION, 3)


def test_the_loss_around_the_step_and_the_updates(engine: engines.Engine, picked: Path) -> None:
    rows = rows_of(engine, picked)
    strip = next(number for number, row in enumerate(rows) if row[:2] == ["iteration", 1.0])
    assert rows[strip][1:] == [1.0, 2.0, 3.0, 4.0, 5.0]
    losses = [by_autograd(2.0, iteration)[0]["E_total"][0] for iteration in range(1, 6)]
    assert rows[strip + 1][1:] == pytest.approx(losses, rel=1e-12)
    now, after = by_autograd(2.0, 3)[1], by_autograd(2.0, 4)[1]
    lines = updates(rows)
    assert lines.keys() == now.keys()
    for name, (weight, slope, step, following) in lines.items():
        assert (weight, slope) == pytest.approx(now[str(name)], rel=1e-11)
        assert step == pytest.approx(-2.0 * now[str(name)][1], rel=1e-11)
        assert following == pytest.approx(after[str(name)][0], rel=1e-12)
    said = next(str(row[0]) for row in rows if row and str(row[0]).startswith("From iteration"))
    assert said.startswith("From iteration 3 to 4: every weight goes its step, w′ = w − η·∂")
    assert said.endswith("and η = 2")


def test_the_last_iteration_has_no_step(engine: engines.Engine, small_workbook: Path, tmp_path: Path) -> None:
    rows = rows_of(engine, pick(small_workbook, tmp_path / "a.xlsx", EXPLORER_ITERATION, LAST))
    assert any(row[:1] == [f"Iteration {LAST} is the last: no step follows it."] for row in rows)
    strip = next(row for row in rows if row[:2] == ["iteration", 3.0])
    assert strip[1:] == [3.0, 4.0, 5.0]
    assert all(len(numbers) == 2 for numbers in updates(rows).values())  # the weight and its slope


def test_a_step_that_is_not_there_gets_a_sentence(engine: engines.Engine, small_workbook: Path, tmp_path: Path) -> None:
    for wrong in (99, -1, 1.5):
        rows = rows_of(engine, pick(small_workbook, tmp_path / "a.xlsx", EXPLORER_ITERATION, wrong))
        assert rows[1] == [
            f"There is no such step: pick a training sheet of the list, and type a whole number from 0 to {LAST}."
        ]


def test_colours_are_scaled_over_the_run_or_the_step(
    engine: engines.Engine, small_workbook: Path, tmp_path: Path
) -> None:
    sheet = openpyxl.load_workbook(small_workbook, data_only=True)["lr 0.5"]
    columns = {cell.value: cell.column for cell in sheet[3]}

    def sizes(row: int) -> list[float]:
        return [abs(sheet.cell(row, column).value) for name, column in columns.items() if str(name).startswith("w")]

    labelled = [row for row in rows_of_helpers(engine, small_workbook) if row[0] == "largest weight"]
    assert labelled[0][1] == pytest.approx(max(max(sizes(5 + k)) for k in range(LAST + 1)), rel=1e-12)
    colours = colours_cell(override(load(), rates=[0.5], iterations=LAST))
    of_step = pick(small_workbook, tmp_path / "a.xlsx", colours, THE_STEP)
    labelled = [row for row in rows_of_helpers(engine, of_step) if row[0] == "largest weight"]
    assert labelled[0][1] == pytest.approx(max(sizes(5)), rel=1e-12)
    assert max(sizes(5)) != max(sizes(5 + LAST))


SCALED = """rates = [0.1]
iterations = 2
frozen = ["h"]
[data]
inputs = ["x"]
targets = ["t"]
standardise = ["x"]
rows = [[100, 1], [400, 0], [250, 1]]
[parameters]
a = 0.4
h = 0.9
[forward]
y = "a*x_scaled + h"
[loss]
E = "(y - t)^2"
"""


def test_numbers_that_scale_data_take_no_colour_from_the_weights(engine: engines.Engine, tmp_path: Path) -> None:
    study = loads(SCALED)
    build(study, tmp_path / "scaled.xlsx")
    sizes = [value for label, value in rows_of_helpers(engine, tmp_path / "scaled.xlsx") if label == "largest weight"]
    assert sizes[0] == 0.9
    cells = drawn_terms(tmp_path / "scaled.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "scaled.xlsx")[EXPLORER]
    scaled = [area for area in sheet.conditional_formatting if any(rule.colorScale for rule in area.rules)]
    coloured = {name: any(cell in area for area in scaled) for name, cell in cells.items()}
    assert coloured == {"x_mean": False, "x_deviation": False, "a·x_scaled": True, "h": True}


def drawn_terms(workbook: Path) -> dict[str, str]:
    """Return the cells of the numbers that enter a neuron from outside, by their labels, in the drawing alone."""
    rows = openpyxl.load_workbook(workbook)[EXPLORER].iter_rows(max_row=20, max_col=12)
    cells = [(row[at], row[at + 1]) for row in rows for at in range(len(row) - 1)]
    terms = ("x_mean", "x_deviation", "a·x_scaled", "h")
    return {cell.value: beside.coordinate for cell, beside in cells if cell.value in terms and beside.value}


def rows_of_helpers(engine: engines.Engine, workbook: Path) -> list[list[Value]]:
    """Return label and number of each helper cell."""
    grid = engine.recalculate(workbook, 120).grid(EXPLORER, *EXPLORED)
    return [
        [row[column], row[column + 1]]
        for row in grid
        for column in range(len(row) - 1)
        if isinstance(row[column], str) and isinstance(row[column + 1], float)
    ]
