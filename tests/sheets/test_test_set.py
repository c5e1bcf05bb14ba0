"""The sheet Test: samples that are never trained on, at every epoch, against plain NumPy, engines and counterfeits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest
from faults import cached, change_cell, formula, number
from numpy.typing import NDArray

from sheetgen import UsageError, build, loads, override, verify
from sheetgen.network import evaluation as evaluations
from sheetgen.network.evaluation import Evaluation, points
from sheetgen.network.row_program import Row
from sheetgen.network.tolerance import Tolerance
from sheetgen.proof import whole_data
from sheetgen.proof.report import Kind
from sheetgen.sheet_names import DATA, ERROR, TEST
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import compose
from sheetgen.sheets.epochs import EpochsTable
from sheetgen.sheets.error.table import Curve, ErrorTable

TRAINED, HELD_OUT = [(0.0, 0.5), (1.0, 1.5), (2.0, 2.0), (3.0, 4.5), (4.0, 5.0)], [(0.5, 2.0), (2.5, 1.0), (6.0, 7.0)]
RATES, ITERATIONS = (0.02, 0.05), 12


def text(batch: object) -> str:
    return f"""\
rates = {list(RATES)}
iterations = {ITERATIONS}
batch = {batch!r}
[data]
inputs = ["x"]
targets = ["t"]
rows = {[list(row) for row in TRAINED]}
[data.test]
rows = {[list(row) for row in HELD_OUT]}
[parameters]
w = 0.1
b = 0.2
[forward]
y = "w*x + b"
[loss]
E = "(t - y)^2"
[metrics]
near = "where(abs(t - y) < 1, 1, 0)"
""".replace("'", '"')


def trained(rate: float, batch: int) -> list[NDArray[np.float64]]:
    """Return w and b before every update and after the last, in plain NumPy."""
    w, samples, found = np.array([0.1, 0.2]), np.array(TRAINED), []
    for iteration in range(ITERATIONS + 1):
        found.append(w)
        here = samples[[(iteration * batch + k) % len(samples) for k in range(batch)]]
        error = w[0] * here[:, 0] + w[1] - here[:, 1]
        w = w - rate * 2 * np.array([np.mean(error * here[:, 0]), np.mean(error)])
    return found


def errors(parameters: NDArray[np.float64]) -> tuple[float, float]:
    """Return the mean error of the test set, and the share that is near, at some parameters."""
    x, t = np.array(HELD_OUT).T
    off = t - (parameters[0] * x + parameters[1])
    return float(np.mean(off**2)), float(np.mean(np.abs(off) < 1))


BATCHES = {"full": 5, 1: 1, 2: 2}


@pytest.fixture(scope="module", params=list(BATCHES), ids=lambda batch: f"batch {batch}")
def batch(request: pytest.FixtureRequest) -> object:
    return request.param


@pytest.fixture(scope="module")
def workbook(batch: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tested") / "w.xlsx"
    built = build(loads(text(batch)), path)
    assert built.ok, built.report and built.report.diffs[:3]
    assert built.test_losses[0].last == pytest.approx(errors(trained(RATES[0], BATCHES[batch])[-1])[0])
    return path


def test_every_epoch_against_plain_numpy(batch: object, workbook: Path) -> None:
    study = loads(text(batch))
    table = ErrorTable(Book(study, study))
    sheet = openpyxl.load_workbook(workbook, data_only=True)[ERROR]
    for variant, rate in enumerate(RATES):
        course = trained(rate, BATCHES[batch])
        for row, iteration in zip(table.block.rows, points(study), strict=True):
            shown = [
                sheet[table.block.cell(table.label(Curve(name, variant, test=True)), row)].value
                for name in ("E", "near")
            ]
            assert shown == pytest.approx(errors(course[iteration]), rel=1e-12)
    facts = {sheet.cell(3, column).value: sheet.cell(5, column).value for column in range(1, 40)}
    of_rate = [errors(parameters)[0] for parameters in trained(RATES[0], BATCHES[batch])]
    at_points = [of_rate[iteration] for iteration in points(study)]
    assert facts["last test error"] == pytest.approx(of_rate[-1])
    assert facts["smallest test error"] == pytest.approx(min(at_points))
    assert facts["reached at iteration"] == points(study)[int(np.argmin(at_points))]
    assert facts["last test near"] == pytest.approx(errors(trained(RATES[0], BATCHES[batch])[-1])[1])


@pytest.mark.usefixtures("soffice")
def test_libreoffice_agrees(workbook: Path) -> None:
    report = verify(workbook, "libreoffice")
    assert report.ok, report.diffs[:3]
    assert {sheet.name: sheet.status for sheet in report.sheets}[TEST] == "proven"


def test_a_test_sample_that_was_edited_is_told_and_the_workbook_judged_by_it(workbook: Path, tmp_path: Path) -> None:
    study = loads(text("full"))
    cell = Book(study, study).layout.test_table.cell("test t", 7)
    edited = change_cell(workbook, tmp_path / "w.xlsx", DATA, cell, number(3.5))
    report = verify(edited, ignore_cache=True)
    assert report.ok
    assert [str(edit) for edit in report.edited] == ["t of test sample 2 1.0 → 3.5"]
    stale = verify(edited)
    assert not stale.ok
    assert stale.stale == stale.mismatches > 0


@pytest.mark.parametrize("change", [formula("1+1"), cached("0.25")], ids=["formula", "cached value"])
def test_a_counterfeit_is_found_on_test(change: object, workbook: Path, batch: object, tmp_path: Path) -> None:
    study = loads(text(batch))
    cell = EpochsTable(Book(study, study), test=True).block.cell("y, lr 0.05", 9)
    report = verify(change_cell(workbook, tmp_path / "w.xlsx", TEST, cell, change))  # type: ignore[arg-type]
    assert not report.ok
    assert (TEST, cell) in {(difference.sheet, difference.cell) for difference in report.diffs}


def test_the_reference_judges_the_test_set(monkeypatch: pytest.MonkeyPatch) -> None:
    study = loads(text(1))
    book = Book(study, study)
    compose(book)
    assert list(whole_data.differences(book, Tolerance())) == []
    right = Evaluation.at

    def wrong(self: Evaluation, variant: int, point: int) -> list[Row]:
        rows = right(self, variant, point)
        if self.count == len(HELD_OUT) and (variant, point) == (1, 2):
            numbers = list(rows[1])
            numbers[self.names.index("y")] += 1e-9
            rows[1] = tuple(numbers)
        return rows

    monkeypatch.setattr(Evaluation, "at", wrong)
    (difference,) = whole_data.differences(book, Tolerance())
    letter = EpochsTable(book, test=True).block.letters["y, lr 0.05"]
    assert (difference.sheet, difference.cell) == (TEST, f"{letter}{5 + 2 * 3 + 1}")
    assert (difference.kind, difference.quantity) == (Kind.REFERENCE, "y")


def test_the_charts_have_the_test_set_dashed_in_the_colour_of_its_training_sheet(workbook: Path) -> None:
    for chart in openpyxl.load_workbook(workbook)[ERROR]._charts:
        lines = [series.graphicalProperties.line for series in chart.series]
        assert [line.prstDash for line in lines] == ["solid", "solid", "sysDash", "sysDash"]
        colours = [line.solidFill.srgbClr for line in lines]
        assert colours[:2] == colours[2:]
        assert colours[0] != colours[1]


def test_a_state_begins_anew_with_the_test_set(tmp_path: Path) -> None:
    with_state = text(1).replace('y = "w*x + b"', 'h = "w*x + 0.5*previous(h)"\ny = "h + b"')
    study = loads(with_state.replace("[forward]", "[state]\nh = 0.3\n[forward]"))
    built = build(study, tmp_path / "w.xlsx")
    assert built.ok
    h, off = 0.3, []
    for x, t in HELD_OUT:
        h = 0.1 * x + 0.5 * h
        off.append((t - h - 0.2) ** 2)
    assert built.test_losses[0].first == pytest.approx(np.mean(off))


def test_a_test_set_that_no_sheet_holds_at_every_iteration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluations, "MAX_ROWS", 40)
    study = override(loads(text("full")), iterations=12)
    with pytest.raises(UsageError, match=r"the sheet Test would need 39 rows, 3 for each iteration; train for fewer"):
        compose(Book(study, study))
