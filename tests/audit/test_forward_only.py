"""Workbooks that run a network forward and learn nothing: right as they are, where nothing speaks of a loss."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
from faults import cached, change_cell

from sheetgen import build, load
from sheetgen.audit.audit import audit
from sheetgen.audit.outcome import Conclusion
from sheetgen.audit.report.sentences import in_short, summary

FORWARD = {"A1": "x", "B1": "w", "C1": "z", "D1": "a", "A2": 1.5, "B2": 0.4, "C2": "=A2*B2", "D2": "=1/(1+EXP(-C2))"}


def written(cells: Mapping[str, object], folder: Path) -> Path:
    book = openpyxl.Workbook()
    for address, value in cells.items():
        book.active[address] = value  # type: ignore[index]
    book.save(folder / "w.xlsx")
    return folder / "w.xlsx"


def test_the_template_without_a_training_is_right(tmp_path: Path) -> None:
    build(load("attention-walked-through"), tmp_path / "w.xlsx", verify=False)
    report = audit(tmp_path / "w.xlsx")
    assert (report.verdict, report.exit_code, report.gradients.all) == (Conclusion.RIGHT, 0, 0)
    assert summary(report)[0].startswith("Nothing in it claims to be a gradient, and nothing names a loss")
    assert in_short(report) == "no gradients: it runs a network forward"


def test_a_network_run_forward_is_right(tmp_path: Path) -> None:
    assert audit(written(FORWARD, tmp_path)).verdict == Conclusion.RIGHT


@pytest.mark.parametrize(
    "label",
    ["Loss", "E", "dE/dw", "Gradient von w", "Ableitung", "Fehler", "dw", "learning rate", "w_new", "δ1", "coste"],
)
def test_where_something_speaks_of_learning_gradients_may_have_been_missed(label: str, tmp_path: Path) -> None:
    assert audit(written(FORWARD | {"E1": label, "E2": "=D2*2"}, tmp_path)).verdict == Conclusion.NOT_UNDERSTOOD


def test_what_is_no_network_is_not_understood(tmp_path: Path) -> None:
    budget = {"A1": "rent", "B1": "food", "C1": "both", "A2": 700, "B2": 200, "C2": "=A2+B2"}
    assert audit(written(budget, tmp_path)).verdict == Conclusion.NOT_UNDERSTOOD


def test_a_stale_value_in_one_is_told(tmp_path: Path) -> None:
    build(load("attention-walked-through"), tmp_path / "w.xlsx", verify=False)
    column = next(c for c in openpyxl.load_workbook(tmp_path / "w.xlsx")["Forward"][5] if c.data_type == "f")
    path = change_cell(tmp_path / "w.xlsx", tmp_path / "stale.xlsx", "Forward", column.coordinate, cached("77.5"))
    report = audit(path)
    assert report.verdict == Conclusion.WRONG
    assert any(finding.kind == "stale-value" for finding in report.wrong)
