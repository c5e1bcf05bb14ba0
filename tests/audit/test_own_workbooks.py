"""The workbooks of this project are right by their formulas alone; their sheets `Source` are not looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from gallery import small_workbook_of
from states import elman, lstm

from sheetgen import build, load, loads
from sheetgen.audit.audit import audit
from sheetgen.audit.outcome import Conclusion
from sheetgen.network.graph import Section
from sheetgen.template.shipped import template_names

SMALL = ("linear-regression", "softmax-temperature")
"""Means over epochs, and tensors."""
QUICK = ("adam-by-hand", "diverging", "mazur", "perceptron", "perceptron-rule")
"""The templates whose workbooks, as large as they are built, take about a second."""


def judged_right(path: Path) -> bool:
    report = audit(path)
    assert report.gradients.wrong == report.gradients.follow == 0
    return report.verdict == Conclusion.RIGHT and report.gradients.right > 0 and report.updates.right > 0


@pytest.mark.parametrize("name", SMALL)
def test_a_small_one_is_right(name: str, tmp_path: Path) -> None:
    assert judged_right(small_workbook_of(name, tmp_path, iterations=4))


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.stress) for name in template_names()]
)
def test_a_whole_one_is_right(name: str, tmp_path: Path) -> None:
    path = tmp_path / "whole.xlsx"
    build(load(name), path, verify=False)
    assert judged_right(path) if load(name).trains else audit(path).verdict == Conclusion.RIGHT


@pytest.mark.parametrize("text", [elman("epoch", "cut", 7), elman("epoch", "one step", 7), lstm("never")])
def test_rows_that_go_on_from_one_another_are_right(text: str, tmp_path: Path) -> None:
    """By the formulas alone, the derivative by a weight of the row above is what its label says."""
    study = loads(text)
    build(study, tmp_path / "w.xlsx", verify=False)
    assert judged_right(tmp_path / "w.xlsx")
    report = audit(tmp_path / "w.xlsx")
    assert report.gradients.right >= len(study.network.section(Section.ABOVE, Section.GRADIENTS)) * (study.rows - 1) / 2


SATURATED = """
rates = [2]
iterations = 12
batch = 4
[data]
inputs = ["x"]
targets = ["t"]
rows = [[36.4, 0], [39.1, 1], [37, 0], [38.6, 1], [36.8, 0], [40.2, 1], [36.6, 0], [39.5, 1]]
[parameters]
u = 0.5
b = 0
[forward]
y = "sigmoid(u*x + b)"
[loss]
E = "0.5*(t - y)^2"
"""


@pytest.mark.parametrize("weight", [0.5, 1])
def test_the_mean_of_what_saturated_units_leave_is_right(weight: float, tmp_path: Path) -> None:
    """1 − y has lost its digits; the mean over the batch has what each sample's derivative has left of them."""
    build(loads(SATURATED.replace("u = 0.5", f"u = {weight}")), tmp_path / "w.xlsx", verify=False)
    assert judged_right(tmp_path / "w.xlsx")
