"""Workbooks in which nothing is trained: a row a sample, explored and proven, with nothing of a training in them."""

from __future__ import annotations

import math
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from faults import cached, change_cell, formula, number, text

from sheetgen import TemplateError, UsageError, build, loads, override, verify
from sheetgen.animation import Animation
from sheetgen.cli import cli
from sheetgen.show import equations
from sheetgen.template.write import effective_template

ONE = """\
title = "One"
[inputs]
x = 1
[parameters]
w = 2
b = -0.5
[forward]
z = "w*x + b"
y = "tanh(z)"
"""
SEVERAL = """\
title = "Several"
[data]
inputs = ["x"]
targets = ["t"]
rows = [[1, 1], [2, 0], [-3, 1]]
[parameters]
w = 2
b = -0.5
[forward]
z = "w*x + b"
y = "tanh(z)"
[metrics]
right = "where((y - 0.5)*(t - 0.5) > 0, 1, 0)"
"""
FORMULAS = """\
title = "A triangle"
[inputs]
a = 3
b = 4
[forward]
c = "sqrt(a^2 + b^2)"
area = "a*b/2"
"""
TENSORS = """\
title = "Two rows"
[data]
inputs = ["X"]
rows = [[[[1, 0], [0, 2]]], [[[1, 1], [3, -1]]]]
[parameters]
W = [[1, 2], [0, -1]]
[forward]
P = "softmax(X @ W)"
"""
LAYERS = """\
title = "A layer"
seed = 3
[inputs]
x = [0.5, -1]
[[layers]]
kind = "linear"
out_features = 3
activation = "relu"
"""
TEMPLATES = {"one": ONE, "several": SEVERAL, "formulas": FORMULAS, "tensors": TENSORS, "layers": LAYERS}


@pytest.fixture(scope="module", params=list(TEMPLATES))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def workbook(name: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("forward") / f"{name}.xlsx"
    built = build(loads(TEMPLATES[name]), path)
    assert built.ok, built.report and built.report.diffs[:3]
    assert (built.losses, built.verdict[:3]) == ((), "OK:")
    return path


def test_the_effective_template_is_the_same_study(name: str) -> None:
    study = loads(TEMPLATES[name], "mine")
    assert loads(effective_template(study), "mine") == study


@pytest.mark.usefixtures("soffice")
def test_libreoffice_agrees(workbook: Path) -> None:
    report = verify(workbook, "libreoffice")
    assert report.ok, report.diffs[:3]
    assert {sheet.name: sheet.status for sheet in report.sheets}["Forward"] == "proven"


def test_there_is_nothing_of_a_training(workbook: Path, name: str) -> None:
    sheets = openpyxl.load_workbook(workbook)
    data = ["Data"] if name in ("several", "tensors") else []
    assert sheets.sheetnames == ["Start", "Inputs", *data, "Forward", "Explorer", "Equations", "Checks", "Source"]
    said = [
        (sheet.title, cell.value)
        for sheet in sheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and sheet.title != "Source"
    ]
    for word in ("∂", "η", "iteration", "radient", "loss", "update"):
        assert [text for text in said if word in text[1]] == []


def test_the_numbers_are_those_of_plain_python(tmp_path: Path) -> None:
    path = build(loads(SEVERAL), tmp_path / "w.xlsx").path
    sheet = openpyxl.load_workbook(path, data_only=True)["Forward"]
    labels = [cell.value for cell in sheet[3]][:9]
    assert labels == ["sample", "x", "t", "w", "b", "z", "y", "right", "mean right"]
    right = 0.0
    for row, (x, t) in enumerate([(1, 1), (2, 0), (-3, 1)], start=5):
        y = math.tanh(2 * x - 0.5)
        told = (y > 0.5) == (t > 0.5)
        right += told
        shown = [cell.value for cell in sheet[row]][5:9]
        assert shown == pytest.approx([2 * x - 0.5, y, float(told), right / 3])
    assert sheet.max_row == 7


@pytest.mark.parametrize("change", [formula("1+1"), cached("0.25")], ids=["formula", "cached value"])
def test_a_counterfeit_is_found(change: object, tmp_path: Path) -> None:
    path = build(loads(SEVERAL), tmp_path / "w.xlsx", verify=False).path
    report = verify(change_cell(path, tmp_path / "f.xlsx", "Forward", "G7", change))  # type: ignore[arg-type]
    assert not report.ok
    assert ("Forward", "G7") in {(difference.sheet, difference.cell) for difference in report.diffs}


def test_numbers_that_were_edited_and_a_sample_that_was_picked(tmp_path: Path) -> None:
    path = build(loads(SEVERAL), tmp_path / "w.xlsx", verify=False).path
    picked = change_cell(path, tmp_path / "p.xlsx", "Explorer", "D4", number(3.0))
    report = verify(picked, ignore_cache=True)
    assert report.ok, report.diffs[:3]
    assert "picked: Explorer!D4 1.0 → 3.0" in report.notes
    stale = verify(change_cell(path, tmp_path / "e.xlsx", "Data", "B6", number(9.0)))
    assert [str(edit) for edit in stale.edited] == ["x of sample 1 1.0 → 9.0"]
    assert stale.stale == stale.mismatches > 0
    wrong = change_cell(path, tmp_path / "x.xlsx", "Explorer", "D4", number(4.0))
    with pytest.raises(Exception, match=r"Explorer!D4 holds 4\.0 as sample; pick a whole number from 1 to 3"):
        verify(wrong)


def test_a_word_of_a_label_that_was_changed_is_found(tmp_path: Path) -> None:
    path = build(loads(ONE), tmp_path / "w.xlsx", verify=False).path
    assert not verify(change_cell(path, tmp_path / "t.xlsx", "Forward", "A1", text("Training"))).ok


def test_show_has_the_forward_half_alone() -> None:
    assert equations(loads(ONE), "text") == "Forward:\n  z = w·x + b\n  y = tanh(z)"
    assert equations(loads(TENSORS), "text").startswith("Forward:\n  P = softmax(X @ W)")
    assert "∂" not in equations(loads(TENSORS), "latex", scalars=True)


# (what to replace, by what) in ONE -> words of the message
BAD = [
    ("[forward]", "[state]\nz = 0\n[forward]", "nothing is trained, and 'state' belongs to a training"),
    ("[inputs]", "rates = [0.1]\n[inputs]", "the template has rates and no [loss]"),
    ("[inputs]", "iterations = 1\n[inputs]", "remove iterations to run the network forward only"),
    ("[inputs]", "frozen = ['w']\n[inputs]", "the template has frozen and no [loss]"),
    ('[forward]\nz = "w*x + b"\ny = "tanh(z)"', "", "the table [forward] is missing or empty"),
    ("[inputs]\nx = 1\n[parameters]\nw = 2\nb = -0.5", "", "the table [parameters] is missing or empty"),
    ("[forward]", "[[pictures]]\nkind = 'weights'\n[forward]", "'pictures' belongs to a training"),
    ("[forward]", "[optimisers.mine]\nstep = 'w'\n[forward]", "'optimisers' belongs to a training"),
]


@pytest.mark.parametrize(("old", "new", "words"), BAD)
def test_what_is_refused(old: str, new: str, words: str) -> None:
    with pytest.raises(TemplateError) as refused:
        loads(ONE.replace(old, new), "mine.toml")
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_test_set_of_nothing_trained_is_refused() -> None:
    with pytest.raises(TemplateError, match=r"line 5: .*there is nothing to test; let all samples be in"):
        loads(SEVERAL.replace("rows =", "test = 0.4\nrows ="))


def test_what_belongs_to_a_training_is_refused_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="mine trains nothing"):
        override(loads(SEVERAL, "mine"), iterations=5)
    path = build(loads(ONE), tmp_path / "w.xlsx", verify=False).path
    with pytest.raises(UsageError, match="trains nothing, so it has no iterations to draw"):
        Animation("Explorer", range(1), tmp_path / "a.png").draw(path, 10)
    (tmp_path / "mine.toml").write_text(ONE)
    swept = CliRunner().invoke(cli, ["sweep", str(tmp_path / "mine.toml")])
    assert swept.exit_code == 2
    assert "trains nothing, so there is nothing to sweep" in swept.stderr
