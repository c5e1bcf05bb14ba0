"""Test sets: a share that is drawn, or rows of their own; and one clear line for each way to get one wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sheetgen import TemplateError, load, loads
from sheetgen.template.write import effective_template

TEXT = """\
rates = [0.1]
iterations = 3
[data]
inputs = ["x"]
targets = ["t"]
rows = [[1, 10], [2, 20], [3, 30], [4, 40], [5, 50], [6, 60], [7, 70], [8, 80]]
test = 0.25
[parameters]
w = 0.1
[forward]
y = "w*x"
[loss]
E = "(t - y)^2"
"""
OWN = TEXT.replace("test = 0.25", "[data.test]\nrows = [[9, 90], [10, 100]]")


def test_a_share_is_drawn_by_a_seed_and_both_parts_keep_their_order() -> None:
    study = loads(TEXT)
    assert (study.count, study.test_count) == (6, 2)
    assert sorted(study.samples["x"] + study.test["x"]) == [1, 2, 3, 4, 5, 6, 7, 8]
    for part in (study.samples, study.test):
        assert list(part["x"]) == sorted(part["x"])
        assert [10 * x for x in part["x"]] == list(part["t"])
    assert loads(TEXT.replace("0.25", "{ share = 0.25, seed = 1 }")).test == study.test
    others = {loads(TEXT.replace("0.25", f"{{ share = 0.25, seed = {seed} }}")).test["x"] for seed in range(20)}
    assert len(others) > 5


def test_rows_of_its_own() -> None:
    study = loads(OWN)
    assert (study.count, study.test) == (8, {"x": (9, 10), "t": (90, 100)})


def test_a_file_of_its_own_with_the_classes_of_the_other(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x;kind\n1,5;cat\n2,5;dog\n3,5;dog\n")
    (tmp_path / "b.csv").write_text("kind,x\ndog,0.5\n")
    data = '[data]\ninputs = ["x"]\nfile = "a.csv"\nlabel = "kind"\nclasses = ["cat", "dog"]\n'
    text = TEXT[: TEXT.index("[data]")] + data + '[data.test]\nfile = "b.csv"\n' + TEXT[TEXT.index("[parameters]") :]
    (tmp_path / "mine.toml").write_text(text.replace("(t - y)", "(t1 - y)"))
    assert load(tmp_path / "mine.toml").test == {"x": (0.5,), "t1": (0,), "t2": (1,)}


@pytest.mark.parametrize("text", [TEXT, OWN], ids=["a share", "rows"])
def test_the_effective_template_has_it(text: str) -> None:
    study = loads(text)
    assert loads(effective_template(study)) == study


@pytest.mark.parametrize("text", [TEXT, OWN], ids=["a share", "rows"])
def test_columns_are_scaled_by_the_samples_that_are_trained_on(text: str) -> None:
    study = loads(text.replace("rows = [[1,", 'standardise = ["x"]\nrows = [[1,').replace("w*x", "w*x_scaled"))
    assert study.values["x_mean"] == pytest.approx(np.mean(study.samples["x"]))
    assert study.values["x_deviation"] == pytest.approx(np.std(study.samples["x"]))
    assert study.test["x"] == loads(text).test["x"]


def test_tensors() -> None:
    pixels = "rows = [[[1, 2], 1], [[3, 4], 2], [[5, 6], 3]]\n[data.test]\nrows = [[[7, 8], 4]]\n"
    text = f'rates = [0.1]\niterations = 2\n[data]\ninputs = ["x"]\ntargets = ["t"]\n{pixels}'
    text += '[parameters]\nw = [0.1, 0.2]\n[forward]\ny = "w @ x"\n[loss]\nE = "(t - y)^2"\n'
    study = loads(text)
    assert study.test == {"x_0": (7,), "x_1": (8,), "t": (4,)}
    assert loads(effective_template(study)) == study
    with pytest.raises(TemplateError, match=r"line 7: x has another shape in \[data.test\] than in \[data\]"):
        loads(text.replace("[[[7, 8], 4]]", "[[[7, 8, 9], 4]]"))


# (what to replace, by what) in TEXT -> (the line blamed, words of the message)
BAD = [
    ("0.25", "1.5", 7, "test must be a share of the samples between 0 and 1, such as 0.2, not 1.5"),
    ("0.25", "true", 7, "test must be a share of the samples between 0 and 1"),
    ("0.25", '"much"', 7, "test must be a share of the samples between 0 and 1, such as 0.2, not 'much'"),
    ("0.25", "0.01", 7, "a share of 0.01 of 8 samples is none; let the test set have one at least"),
    ("0.25", "0.9", None, "beside a test set [data] needs at least 2 samples to train on"),
    ("0.25", "{ share = 0.25, seed = -1 }", 7, "seed must be a whole number from 0, the seed of the draw, not -1"),
    ("0.25", "{ seed = 1 }", 7, "the test set says nothing of its samples; say share = 0.2, a share of those"),
    ("test = 0.25", "[data.test]", 7, "the test set says nothing of its samples; say share = 0.2"),
    ("0.25", "{ part = 0.25 }", 7, "unknown key 'part' in the test set; it has share and seed, or rows or a file"),
    ("test = 0.25", "[data.test]\nrows = [[1, 2]]\nshare = 1", 9, "unknown key 'share' in [data.test]"),
    ("test = 0.25", "[data.test]\nrows = [[1]]", 8, "row 1 of [data.test] has 1 values; expected 2: x, t"),
    ("test = 0.25", '[data.test]\nrows = [[1, "q"]]', 8, "row 1 of [data.test]"),
    ("test = 0.25", "[data.test]\nrows = []", 8, "[data.test] has 0 samples; it must have 1 to 100,000"),
    ("test = 0.25", '[data.test]\nfile = "no.csv"', 8, "no.csv cannot be looked for"),
    ("test = 0.25", '[data.test]\nfile = "no.csv"\nrows = [[1, 2]]', 7, "[data.test] needs the samples, once"),
    ("test = 0.25", "test = { rows = [[1]] }", 7, "row 1 of [data.test] has 1 values"),
]


@pytest.mark.parametrize(("old", "new", "line", "words"), BAD)
def test_what_is_refused(old: str, new: str, line: int | None, words: str) -> None:
    with pytest.raises(TemplateError) as refused:
        loads(TEXT.replace(old, new), "mine.toml")
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
    if line:
        assert f"mine.toml, line {line}:" in str(refused.value)
