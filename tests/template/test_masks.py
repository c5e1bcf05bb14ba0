"""Masks of dropout drawn into the samples: what is drawn, what of it is trained, a test set that drops nothing."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from tracing import trace

from sheetgen import TemplateError, build, load, loads, verify
from sheetgen.network.study import Study
from sheetgen.template.load import load_drawn
from sheetgen.template.write import effective_template

TEXT = """rates = [0.1]
iterations = 4
batch = 5
seed = 3
[data]
inputs = ["x"]
targets = ["t"]
masks = { m = 0.25, M = { p = 0.5, shape = [2, 3] } }
repeat = 50
rows = [[1, 2], [2, 3]]
[data.test]
rows = [[3, 1]]
[parameters]
w = { shape = [2, 3] }
v = 0.3
[forward]
y = "sum(dropout(w*x, M)) + v*m*x/(1 - 0.25)"
[loss]
E = "(y - t)^2"
"""


def columns(study: Study, *names: str) -> list[list[float]]:
    rows = [row for chunk in trace(study) for row in chunk.rows[0]]
    return [[row[study.graph.position[name]] for row in rows] for name in names]


def test_each_repeated_sample_has_masks_of_its_own_drawn_by_the_seed() -> None:
    study = loads(TEXT)
    elements = [f"M_{i}_{j}" for i in range(2) for j in range(3)]
    assert study.count == 100
    assert study.samples["x"] == (1, 2) * 50
    drawn = {name: study.samples[name] for name in ("m", *elements)}
    assert all(set(numbers) == {0, 1} for numbers in drawn.values())
    assert len(set(drawn.values())) == 7
    for name, numbers in drawn.items():
        kept = 0.75 if name == "m" else 0.5
        assert abs(np.mean(numbers) - kept) < 4 * math.sqrt(kept * (1 - kept) / 100)
    assert loads(TEXT).samples == study.samples
    assert loads(TEXT.replace("seed = 3", "seed = 4")).samples["m"] != study.samples["m"]
    assert loads(effective_template(study), study.name) == study


def test_in_a_test_set_nothing_is_dropped() -> None:
    study = loads(TEXT)
    assert study.test["m"] == (0.75,)
    assert study.test["M_1_2"] == (0.5,)


def test_a_workbook_with_masks_and_a_test_set_is_proven_by_both_engines(tmp_path: Path, engine_name: str) -> None:
    build(loads(TEXT), tmp_path / "w.xlsx")
    report = verify(tmp_path / "w.xlsx", engine_name)
    assert report.ok, report.diffs[:3]


def test_layers_do_not_read_masks_unasked() -> None:
    layers = '[layers]\nsizes = [1, 1]\nactivation = "identity"\n[forward]\no1 = "w1*x*m/(1 - 0.5) + b1"\n'
    data = '[data]\ninputs = ["x"]\ntargets = ["t"]\nmasks = { m = 0.5 }\nrows = [[1, 2], [2, 3]]\n'
    study = loads(f"rates = [0.1]\niterations = 2\n{data}{layers}")
    assert study.network.inputs == ("x", "m")
    assert set(study.network.parameters) == {"w1", "b1"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("repeat = 50", "repeat = 0", "repeat must be a whole number from 1, not 0"),
        ("repeat = 50", "repeat = 60000", "repeat makes 120,000 samples; at most 100,000"),
        ("m = 0.25", "m = 1", "the share that the mask m drops must be a number from 0, and below 1, not 1"),
        ("m = 0.25", "m = { q = 1 }", "the mask m has no key 'q'; it has p and shape"),
        (
            "[2, 3] } }",
            "[2, 0] } }",
            "the shape of the mask M must be a list of whole numbers, such as [6], of at most",
        ),
        ("m = 0.25", "x = 0.25", "masks make 'x', which is declared, too; rename one"),
        ("m = 0.25", "w = 0.25", "masks make 'w', which is declared, too; rename one"),
        ("masks = { m = 0.25, M", 'masks = ["m"]\nstray = { M', "masks must be names with the share dropped"),
    ],
)
def test_what_is_refused(old: str, new: str, message: str) -> None:
    text = TEXT.replace(old, new)
    text = text.replace("stray = { M = { p = 0.5, shape = [2, 3] } }\n", "")
    with pytest.raises(TemplateError) as caught:
        loads(text)
    assert message in str(caught.value)
    assert str(caught.value).startswith("template, line ")


# --- the template ---


def test_with_dropout_all_sensors_get_the_share_that_least_squares_gives_them() -> None:
    study = load("dropout")
    seen = np.array([np.multiply(study.samples[f"x{k}"], study.samples[f"m{k}"]) for k in range(1, 5)]).T
    best = np.linalg.lstsq(2 * seen, np.array(study.samples["t"]), rcond=None)[0]
    ends = [column[-1] for column in columns(study, "w1", "w2", "w3", "w4")]
    assert ends == pytest.approx(best, abs=1e-3)
    assert all(0.15 < end < 0.27 for end in ends)
    plain = columns(study, "u1", "u2", "u3", "u4")
    assert [set(column) for column in plain] == [{1.0}, {0.0}, {0.0}, {0.0}]
    broken = 0.5 * np.mean([t**2 for t in study.test["t"]])
    assert broken == 0.3125
    assert broken * (1 - sum(ends[1:])) ** 2 < broken / 10


def test_where_a_sensor_is_dropped_its_weight_gets_no_gradient() -> None:
    for k in range(1, 5):
        mask, slope = columns(load("dropout"), f"m{k}", f"∂E/∂w{k}")
        assert 0 in mask
        assert all(gradient == 0 for kept, gradient in zip(mask, slope, strict=True) if not kept)


def test_another_seed_draws_other_masks() -> None:
    assert load_drawn("dropout", 2).samples["m1"] != load("dropout").samples["m1"]
