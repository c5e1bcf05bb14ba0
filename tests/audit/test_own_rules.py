"""Updates by rules of one's own: lengths of all gradients, gradients of the step before, corrections left out."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from sheetgen import build, load, loads
from sheetgen.audit.audit import audit
from sheetgen.audit.finding import Weight
from sheetgen.audit.outcome import Conclusion, Report, Tally

STEPS = 8
NETWORK = """
[inputs]
x = 0.6
[targets]
t = 0.25
[parameters]
a = 0.8
b = -0.3
[forward]
y = "tanh(a*x + b)"
[loss]
E = "(t - y)^2"
"""
CLIPPED = """
memory = { v = 0 }
n = "total(g^2)"
c = "g*min(1, 0.5/(sqrt(n) + 1e-6))"
v = "0.9*v + c"
step = "w - η*v"
"""
LOOKS_BACK = """
memory = { s = 0, old = 0 }
s = "s + g^2"
old = "g"
before = "previous(old)"
step = "w - η*(g + 0.5*(g - before))/sqrt(s + 1e-3)"
"""
UNCORRECTED = """
memory = { m = 0, v = 0 }
m = "0.9*m + 0.1*g"
v = "0.99*v + 0.01*g^2"
step = "w - η*m/(sqrt(v) + 1e-8)"
"""


def workbook_of(rule: str, folder: Path) -> Path:
    path = folder / "w.xlsx"
    head = f'rates = [0.1]\niterations = {STEPS}\noptimiser = "mine"\n[optimisers.mine]\n'
    build(loads(head + rule + NETWORK), path, verify=False)
    return path


def edited(path: Path, sheet: str, label: str, old: str, new: str) -> Path:
    """Write one part of the formulas below a label, from the second row on, in another way: ``{v[a]}`` is a column."""
    book = load_workbook(path)
    table = book[sheet]
    columns = {cell.value: cell.column_letter for cell in table[3]}
    for row in range(6, 6 + STEPS):
        cell = table[f"{columns[label]}{row}"]
        was, now = (f"{columns[name]}{row - 1}" for name in (old, new))
        assert was in cell.value
        cell.value = cell.value.replace(was, now)
    book.save(path)
    return path


def updates(report: Report) -> Tally:
    assert report.gradients.right > 0
    return report.updates


@pytest.mark.parametrize("rule", [CLIPPED, LOOKS_BACK])
def test_a_length_of_all_gradients_and_a_gradient_of_before_are_right(rule: str, tmp_path: Path) -> None:
    report = audit(workbook_of(rule, tmp_path))
    assert report.verdict == Conclusion.RIGHT
    assert updates(report) == Tally(right=2 * STEPS, wrong=0, follow=0, unknown=0)


def test_what_another_parameter_remembers_is_wrong_though_a_length_of_all_has_both_gradients(tmp_path: Path) -> None:
    report = audit(edited(workbook_of(CLIPPED, tmp_path), "lr 0.1", "a", "v[a]", "v[b]"))
    (found,) = report.findings
    assert (found.kind, found.first.address, found.cells) == ("update-other-gradient", "D6", STEPS)
    assert updates(report).wrong == STEPS


def test_a_correction_that_a_sheet_says_it_leaves_out_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    build(load("adam-by-hand"), path, verify=False)
    report = audit(path)
    (found,) = report.findings
    assert (found.kind, found.weight, found.first.sheet) == ("adam-bias-left-out", Weight.NOTICE, "not corrected")
    assert "as the sheet says" in found.words
    assert report.verdict == Conclusion.RIGHT
    assert updates(report) == Tally(right=300, wrong=0, follow=0, unknown=0)


def test_a_correction_left_out_without_a_word_is_wrong(tmp_path: Path) -> None:
    report = audit(workbook_of(UNCORRECTED, tmp_path))
    assert {found.kind for found in report.findings} == {"adam-bias-left-out"}
    assert report.verdict == Conclusion.WRONG
