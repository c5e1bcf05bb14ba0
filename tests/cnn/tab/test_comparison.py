"""Several runs compared: what they have in common, and which curve is of which pictures."""

from __future__ import annotations

import statistics
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

pytest.importorskip("PIL", reason="the extra cnn is not installed")

from cnn_support import EPOCHS, handmade_run

from cnn.runs.run import Run
from cnn.tab.write import write
from sheetgen import engines, verify
from sheetgen.sheet_names import CNN


def run_of(root: Path, name: str, correct: int, on: str = "test") -> Run:
    """Write a run of one epoch, which recognised so many of 200 pictures."""
    return handmade_run(root, name, epochs=[replace(EPOCHS[0], correct=correct, evaluated_on=on)], best=1)


@pytest.mark.parametrize("recognised", [(190, 199, 181), (193, 193, 193)])
def test_mean_deviation_and_least_are_those_of_the_test_accuracies(
    workbook: Path, tmp_path: Path, recognised: tuple[int, ...], engine_name: str
) -> None:
    write(workbook, [run_of(tmp_path, f"run{correct}-{i}", correct) for i, correct in enumerate(recognised)])
    rows = engines.get(engine_name).recalculate(workbook, 120).grid(CNN, 160, 16)
    (header,) = [row for row in rows if row[1] == "run" and row[2] == "data"]
    column = header.index("test accuracy")
    found = {str(row[1]): row[column] for row in rows}
    shares = [correct / 200 for correct in recognised]
    assert found["mean"] == pytest.approx(statistics.fmean(shares))
    assert found["sd"] == pytest.approx(statistics.stdev(shares), abs=1e-12)
    assert found["least"] == min(shares)
    report = verify(workbook, engine_name, timeout=120)
    assert report.ok, report.diffs


def test_each_curve_is_said_to_be_of_the_test_or_of_the_validation(workbook: Path, tmp_path: Path) -> None:
    write(workbook, [run_of(tmp_path, "a", 190), run_of(tmp_path, "b", 180, "validation")])
    sheet = openpyxl.load_workbook(workbook)[CNN]
    chart = sheet._charts[-1]
    names = [sheet[series.tx.strRef.f.split("!")[1]].value for series in chart.series]
    assert names == ["a, test", "b, validation"]
    (judged,) = [cell for row in sheet.iter_rows() for cell in row if cell.value == "judged on"]
    assert [judged.offset(1).value, judged.offset(2).value] == ["test", "validation"]
    title = "".join(run.t for paragraph in chart.title.tx.rich.p for run in paragraph.r)
    assert title == "test and validation accuracy by epoch"


def test_a_single_epoch_is_seen(workbook: Path, tmp_path: Path) -> None:
    write(workbook, [run_of(tmp_path, "a", 190), run_of(tmp_path, "b", 180)])
    charts = openpyxl.load_workbook(workbook)[CNN]._charts
    assert len(charts) == 3
    for chart in charts:
        assert [series.marker.symbol for series in chart.series] == ["circle", "circle"]
        assert (chart.x_axis.scaling.min, chart.x_axis.scaling.max) == (0, 2)


def test_many_runs_stay_within_the_columns_of_the_sheet(workbook: Path, tmp_path: Path) -> None:
    runs = [run_of(tmp_path, f"run{number}", 180 + number) for number in range(14)]
    write(workbook, runs)
    sheet = openpyxl.load_workbook(workbook)[CNN]
    names = [str(cell.value) for row in sheet.iter_rows() for cell in row if str(cell.value).endswith(", test")]
    assert names == [f"run{number}, test" for number in range(14)]
    assert sheet.max_column == openpyxl.utils.column_index_from_string("O")
