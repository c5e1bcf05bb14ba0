"""The workbooks of this project are right by their formulas alone; their sheets `Source` are not looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from gallery import small_workbook_of

from sheetgen import build, load
from sheetgen.audit.audit import audit
from sheetgen.audit.outcome import Conclusion

SMALL = ("linear-regression", "softmax-temperature")
"""Means over epochs, and tensors."""
WHOLE = (
    "dead-relu", "diverging", "layer-norm", "linear-regression", "mazur", "mlp-2-2-2", "perceptron", "ravine",
    "residual", "rnn-echo", "softmax-temperature", "vanishing-gradients",
)  # fmt: skip
"""The templates of the gallery whose workbooks take the processor less than a minute."""


def judged_right(path: Path) -> bool:
    report = audit(path)
    assert report.gradients.wrong == report.gradients.follow == 0
    return report.verdict == Conclusion.RIGHT and report.gradients.right > 0 and report.updates.right > 0


@pytest.mark.parametrize("name", SMALL)
def test_a_small_one_is_right(name: str, tmp_path: Path) -> None:
    assert judged_right(small_workbook_of(name, tmp_path, iterations=4))


@pytest.mark.stress
@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_one_is_right(name: str, tmp_path: Path) -> None:
    path = tmp_path / "whole.xlsx"
    build(load(name), path, verify=False)
    assert judged_right(path)
