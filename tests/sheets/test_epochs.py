"""The sheet Epochs and the order on Data, as a spreadsheet engine calculates them after changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import formualizer  # type: ignore[import-untyped]
import numpy as np
import pytest
from faults import change_cell, number
from networks import line
from openpyxl.utils import get_column_letter

from sheetgen import build, load, loads, override, verify
from sheetgen.errors import WorkbookError
from sheetgen.network.study import Study
from sheetgen.sheets.book import Book
from sheetgen.sheets.epochs import EpochsTable

X, T = np.array([0, 1, 2, 3.0]), np.array([0.5, 1.5, 2, 4.5])
ROWS = "[0, 0.5], [1, 1.5], [2, 2], [3, 4.5]"


def curve(order: list[int], rate: float, targets: Any = T) -> list[float]:
    """Return the mean loss over all samples before the training, after each epoch and at its end, by a loop."""
    w, b, losses = 0.1, 0.2, []
    for update in range(10):
        if update in (0, 4, 8, 9):
            losses.append(float(np.mean(0.5 * (targets - (w * X + b)) ** 2)))
        sample = order[update % 4] - 1
        error = targets[sample] - (w * X[sample] + b)
        w, b = w + rate * error * X[sample], b + rate * error
    return losses


@pytest.fixture(scope="module")
def study() -> Study:
    return loads(line(ROWS, more="shuffle = 4"))


@pytest.fixture(scope="module")
def workbook(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("epochs") / "line.xlsx"
    assert build(study, path).ok
    return path


def engine(path: Path) -> Any:
    loaded = formualizer.Workbook.from_path(str(path))
    loaded.evaluate_all()
    return loaded


def error_rows(loaded: Any) -> list[list[float]]:
    """Return the table of the Error sheet: iteration, epochs done, the error of both rates."""
    return [[loaded.evaluate_cell("Error", row, column) for column in range(1, 5)] for row in range(5, 9)]


def order_cells(study: Study) -> list[tuple[int, int]]:
    table = Book(study, study).layout.order_table
    return [(row, table.index("sample")) for row in table.rows]


def test_the_error_is_that_of_the_whole_data_set(study: Study, workbook: Path) -> None:
    rows = np.array(error_rows(engine(workbook)))
    np.testing.assert_array_equal(rows[:, 0], [0, 4, 8, 9])
    np.testing.assert_array_equal(rows[:, 1], [0, 1, 2, 2.25])
    for index, rate in enumerate(study.rates):
        np.testing.assert_allclose(rows[:, 2 + index], curve(list(study.order), rate), rtol=1e-13)


def test_it_is_live_in_the_data_and_in_the_order(study: Study, workbook: Path) -> None:
    loaded = engine(workbook)
    loaded.set_value("Data", 9, 3, 3.25)  # t of sample 4
    order = list(study.order[::-1])
    for sample, (row, column) in zip(order, order_cells(study), strict=True):
        loaded.set_value("Data", row, column, float(sample))
    loaded.evaluate_all()
    targets = np.array([0.5, 1.5, 2, 3.25])
    for index, rate in enumerate(study.rates):
        errors = [row[2 + index] for row in error_rows(loaded)]
        np.testing.assert_allclose(errors, curve(order, rate, targets), rtol=1e-13)
        assert errors != pytest.approx(curve(list(study.order), rate, targets), rel=1e-6)


def test_every_sample_stands_there_with_the_weights_of_its_point(study: Study, workbook: Path) -> None:
    loaded, table = engine(workbook), EpochsTable(Book(study, study))
    place = table.block.index
    for row in table.block.rows:
        point, sample = (int(loaded.evaluate_cell("Epochs", row, place(name))) for name in ("point", "sample"))
        assert (row - 5) == (point - 1) * 4 + sample - 1
        at_point = table.parameters.first + point - 1
        w, b = (loaded.evaluate_cell("Epochs", at_point, table.parameters.index(f"{n}, lr 0.1")) for n in "wb")
        assert loaded.evaluate_cell("Epochs", row, place("y, lr 0.1")) == w * X[sample - 1] + b


def renumbered(workbook: Path, folder: Path, study: Study, samples: dict[int, float]) -> Path:
    """Return a copy in which some turns, from 0, have other samples; its cached values are from before."""
    for turn, sample in samples.items():
        row, column = order_cells(study)[turn]
        cell = f"{get_column_letter(column)}{row}"
        workbook = change_cell(workbook, folder / f"{turn}.xlsx", "Data", cell, number(sample))
    return workbook


def test_another_order_is_verified_as_such(study: Study, workbook: Path, tmp_path: Path) -> None:
    first, second = study.order[:2]
    changed = renumbered(workbook, tmp_path, study, {0: float(second), 1: float(first)})
    report = verify(changed)
    assert {difference.kind for difference in report.diffs} == {"cached"}
    edits = [(edit.name, edit.built, edit.now) for edit in report.edited]
    assert edits == [("sample of turn 1", first, second), ("sample of turn 2", second, first)]


@pytest.mark.parametrize("sample", [0.0, 5.0, 1.5])
def test_a_sample_that_there_is_none(study: Study, workbook: Path, tmp_path: Path, sample: float) -> None:
    changed = renumbered(workbook, tmp_path, study, {2: sample})
    with pytest.raises(WorkbookError, match=rf"Data!F8 holds {sample!r} as the sample of turn 3; type a whole number"):
        verify(changed)


@pytest.mark.parametrize("quantity", ["y", "E", "mean E"])
def test_an_overwritten_cell_is_found(study: Study, workbook: Path, tmp_path: Path, quantity: str) -> None:
    letter = EpochsTable(Book(study, study)).block.letters[f"{quantity}, lr 0.05"]
    report = verify(change_cell(workbook, tmp_path / "w.xlsx", "Epochs", f"{letter}12", number(0.25)))
    assert f"{letter}12" in {difference.cell for difference in report.diffs if difference.sheet == "Epochs"}


def test_there_is_none_where_every_update_sees_all_samples(tmp_path: Path) -> None:
    built = build(override(load("xor"), iterations=2), tmp_path / "w.xlsx", verify=False)
    assert "Epochs" not in engine(built.path).sheet_names
