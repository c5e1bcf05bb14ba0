"""Losses of logits: data that nobody scaled trains on them, and where a loss of probabilities fails they are named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tracing import trace

from sheetgen import TemplateError, build, loads, verify
from sheetgen.errors import NumberError
from sheetgen.network.study import Study
from sheetgen.network.tolerance import Tolerance
from sheetgen.network.trace import Trace
from sheetgen.proof.mathematics import differences

SCORES = np.array([[34.6, 78.0], [30.3, 43.9], [35.8, 72.9], [60.2, 86.3], [79.0, 75.3], [45.1, 56.3], [61.1, 96.5]])
PASSED = np.array([0, 0, 0, 1, 1, 0, 1.0])
RATE, UPDATES = 0.01, 30


def exam(loss: str, metric: str = "") -> Study:
    rows = [[*score, passed] for score, passed in zip(SCORES.tolist(), PASSED.tolist(), strict=True)]
    return loads(
        f'rates = [{RATE}]\niterations = {UPDATES}\nbatch = "full"\n[data]\ninputs = ["x1", "x2"]\ntargets = ["t"]\n'
        f'rows = {rows}\n[parameters]\nw1 = 0\nw2 = 0\nb = 0\n[forward]\nz = "w1*x1 + w2*x2 + b"\n'
        f'[loss]\nE = "{loss}"\n' + (f'[metrics]\np = "{metric}"\n' if metric else "")
    )


def test_exam_scores_that_nobody_scaled_train() -> None:
    study = exam("bce_with_logits(z, t)", "stable_sigmoid(z)")
    x, w = np.column_stack([SCORES, np.ones(7)]), np.zeros(3)
    places = [study.graph.position[name] for name in ("w1", "w2", "b", "mean E")]
    rows = [[row[place] for place in places] for chunk in trace(study) for row in chunk.rows[0]]
    largest = 0.0
    for iteration in range(UPDATES + 1):
        z = x @ w
        largest = max(largest, float(np.abs(z).max()))
        cost = np.maximum(z, 0) - z * PASSED + np.log1p(np.exp(-np.abs(z)))
        assert rows[7 * iteration][:3] == pytest.approx(w, rel=1e-10, abs=1e-12)
        assert rows[7 * iteration + 6][3] == pytest.approx(cost.mean(), rel=1e-10)
        p = np.where(z > 0, 1 / (1 + np.exp(-np.abs(z))), np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))))
        w = w - RATE * x.T @ (p - PASSED) / 7
    assert largest > 5
    assert list(differences(Trace(study), Tolerance())) == []


@pytest.mark.parametrize("loss", ["bce(sigmoid(z), t)", "-(t*ln(sigmoid(z)) + (1 - t)*ln(1 - sigmoid(z)))"])
def test_where_a_probability_rounds_to_1_the_loss_of_logits_is_named(loss: str) -> None:
    with pytest.raises(NumberError) as caught:
        list(trace(loads(one(loss, 1e4, 0))))
    assert "E has no value at iteration 0" in str(caught.value)
    expected = "write the loss of the logit z that sigmoid is taken of, bce_with_logits(z, t), or use other inputs"
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def one(loss: str, x: float, t: float) -> str:
    return (
        f"rates = [0.1]\niterations = 2\n[inputs]\nx = {x}\n[targets]\nt = {t}\n[parameters]\nw = 1\n"
        f'[forward]\nz = "w*x"\n[loss]\nE = "{loss}"\n'
    )


def test_a_class_of_probability_0_names_the_loss_of_logits_too() -> None:
    with pytest.raises(NumberError, match=r"write the loss of logits, cce_with_logits\(z, t\), or use other inputs"):
        list(trace(loads(one("cce(exp(-z), t)", 1e4, 1))))


LARGE = (
    'rates = [1e-9]\niterations = 2\nbatch = "full"\n[data]\ninputs = ["x"]\ntargets = ["t"]\n'
    "rows = [[10000, 1], [10000, 0], [-10000, 1], [-10000, 0], [0, 1], [700, 0.3], [-750, 1]]\n"
    '[parameters]\nw = 1\nv = -1\n[forward]\nz = "w*x"\nu = "v*x"\n'
    '[loss]\nE = "bce_with_logits(z, t) + cce_with_logits(stack(z, u), stack(t, 1 - t))"\n'
    '[metrics]\np = "stable_sigmoid(z)"\n'
)


def test_logits_of_10000_are_proven_by_both_engines(tmp_path: Path, engine_name: str) -> None:
    build(loads(LARGE), tmp_path / "large.xlsx")
    report = verify(tmp_path / "large.xlsx", engine_name)
    assert report.ok, report.diffs[:3]


def test_their_costs_are_those_of_mathematics() -> None:
    study = loads(LARGE)
    rows = [dict(zip(study.graph.names, row, strict=True)) for chunk in trace(study) for row in chunk.rows[0]]
    of_2 = [0, 20_000, 20_000, 0, np.log(2), 0.7 * 1400, 1500]
    of_1 = [0, 10_000, 10_000, 0, np.log(2), 0.7 * 700, 750]
    assert [row["E"] for row in rows[:7]] == pytest.approx(np.add(of_1, of_2), rel=1e-13)
    assert [row["p"] for row in rows[:7]] == pytest.approx([1, 1, 0, 0, 0.5, 1, 0])


def test_classes_that_are_no_vector() -> None:
    with pytest.raises(TemplateError) as caught:
        loads(LARGE.replace("stack(z, u), stack(t, 1 - t)", "z, u"))
    assert "in cce_with_logits(z, u), axis=-1 of a number; it has no axis" in str(caught.value)
