"""The whole data set beside a training on batches, against torch and plain NumPy."""

from __future__ import annotations

import csv
import re
from importlib.resources import files

import numpy as np
import pytest
from networks import line
from numpy.typing import NDArray
from outside import ROOT
from tracing import trace

from sheetgen import load, loads
from sheetgen.errors import NumberError
from sheetgen.network import evaluation as module
from sheetgen.network.evaluation import Evaluation, points
from sheetgen.network.study import Study

ROWS = "[0, 0.5], [1, 1.5], [2, 2], [3, 4.5], [4, 5]"
X, T = np.array([0, 1, 2, 3, 4.0]), np.array([0.5, 1.5, 2, 4.5, 5])


def five(iterations: int = 12, batch: int = 1, more: str = "") -> Study:
    metric = "where(abs(t - y) < 0.5, 1, 0)"
    return loads(line(ROWS, iterations=iterations, batch=str(batch), more=more, metric=metric))


def evaluation_of(study: Study) -> Evaluation:
    """Return the evaluation of a study, its parameters taken from the training's rows."""
    wanted = {iteration * study.batch for iteration in points(study)}
    parameters = []
    for variant, graph in enumerate(study.graphs):
        rows = [row for chunk in trace(study, [variant]) for row in chunk.rows[0]]
        columns = [graph.position[name] for name in graph.parameters]
        parameters.append([tuple(row[c] for c in columns) for number, row in enumerate(rows) if number in wanted])
    return Evaluation(study, parameters)


@pytest.mark.parametrize(
    ("iterations", "batch", "expected"),
    [
        (12, 1, (0, 5, 10, 12)),  # 5 samples one by one: an epoch is 5 updates
        (10, 1, (0, 5, 10)),
        (3, 1, (0, 3)),  # less than an epoch
        (10, 2, (0, 3, 5, 8, 10)),  # the epochs end within a batch: after 2.5, 5 and 7.5 updates
        (7, 4, (0, 2, 3, 4, 5, 7)),  # after 1.25, 2.5, 3.75, 5 and 6.25 updates
    ],
)
def test_points(iterations: int, batch: int, expected: tuple[int, ...]) -> None:
    assert points(five(iterations, batch)) == expected


def test_a_sheet_without_room_for_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ROWS", 4 + 5 * 5)
    assert points(five(100, 1)) == (0, 30, 60, 90, 100)


@pytest.mark.parametrize("order", [(), (3, 1, 5, 2, 4)])
def test_curves_are_those_of_a_loop_written_out(order: tuple[int, ...]) -> None:
    study = five(12, 1, "shuffle = 4" if order else "")
    visited = [sample - 1 for sample in study.order] or list(range(5))
    evaluation = evaluation_of(study)
    for variant, rate in enumerate(study.rates):
        w, b, losses, shares = 0.1, 0.2, [], []
        for update in range(13):
            if update in (0, 5, 10, 12):
                errors = T - (w * X + b)
                losses.append(float(np.mean(0.5 * errors**2)))
                shares.append(float(np.mean(np.abs(errors) < 0.5)))
            x, t = X[visited[update % 5]], T[visited[update % 5]]
            error = t - (w * x + b)
            w, b = w + rate * error * x, b + rate * error
        np.testing.assert_allclose(evaluation.curve(variant, "E"), losses, rtol=1e-13)
        np.testing.assert_allclose(evaluation.curve(variant, "metric"), shares, rtol=1e-13)


def test_a_row_a_sample_in_the_order_of_the_data() -> None:
    study = five(5, 1, "shuffle = 4")
    rows = list(evaluation_of(study).rows())
    assert len(rows) == 2 * 5
    (y, loss, near, mean_loss, mean_near), _ = rows[3]
    assert (y, loss) == (0.1 * 3 + 0.2, 0.5 * (4.5 - (0.1 * 3 + 0.2)) ** 2)
    assert (near, mean_near) == (0.0, 0.2)
    assert mean_loss == pytest.approx(np.sum(0.5 * (T - (0.1 * X + 0.2))[:4] ** 2) / 5, rel=1e-14)


def test_a_sample_that_no_update_has_met_overflows() -> None:
    study = loads(
        "rates = [1]\niterations = 1\n[data]\ninputs = ['x']\nrows = [[1], [1], [800]]\n[parameters]\nw = 1\n"
        "[forward]\ny = 'exp(w*x)'\n[loss]\nE = '0.001*y'\n"
    )
    with pytest.raises(NumberError, match=r"E has no value at iteration 0 .*: with the weights of this"):
        evaluation_of(study).curve(0, "E")


def flowers() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the four measurements and the species of every flower, as the gallery's file has them."""
    text = (files("sheetgen.templates") / "iris.csv").read_text(encoding="utf-8")
    table = list(csv.DictReader(text.splitlines()))
    columns = ("sepal_length", "sepal_width", "petal_length", "petal_width")
    species = ("setosa", "versicolor", "virginica")
    measured = np.array([[float(row[column]) for column in columns] for row in table])
    return measured, np.array([species.index(row["species"]) for row in table])


def test_iris_learns_by_its_last_weights_on_all_flowers() -> None:
    """The network written out in NumPy: at least 95 % of the 150, and just what the workbook says."""
    study = load("iris")
    evaluation = evaluation_of(study)
    measured, species = flowers()
    gallery = " ".join((ROOT / "docs/gallery.md").read_text("utf-8").split())
    said = re.search(r"After six epochs both are right on (\d+) of the 150 flowers", gallery)
    assert said is not None
    for variant in range(len(study.variants)):
        shares, losses = [], []
        for parameters in evaluation.parameters[variant]:
            hidden, hidden_bias, out, out_bias = np.split(np.array(parameters), [20, 25, 40])
            logits = np.tanh(measured @ hidden.reshape(5, 4).T + hidden_bias) @ out.reshape(3, 5).T + out_bias
            shares.append(float(np.mean(logits.argmax(axis=1) == species)))
            largest = logits.max(axis=1)
            logs = largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1))
            losses.append(float(np.mean(logs - logits[np.arange(150), species])))
        assert len(shares) == 7
        assert shares[-1] >= 0.95
        assert round(shares[-1] * 150) == int(said[1])
        assert shares[0] < 0.5
        assert losses == sorted(losses, reverse=True)
        np.testing.assert_allclose(evaluation.curve(variant, "accuracy"), shares, rtol=1e-12)
        np.testing.assert_allclose(evaluation.curve(variant, "E_total"), losses, rtol=1e-10)


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_shuffled_training_against_torch(batch: int) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed (pip install sheetgen[cnn])")
    study = five(7, batch, "shuffle = 11")
    assert sorted(study.order) == [1, 2, 3, 4, 5]
    turns = [sample - 1 for _ in range(8) for sample in study.order]
    for variant, rate in enumerate(study.rates):
        w = torch.tensor([0.1, 0.2], dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=rate)
        for update in range(7):
            chosen = turns[update * batch : (update + 1) * batch]
            optimizer.zero_grad()
            (0.5 * (torch.tensor(T[chosen]) - (w[0] * torch.tensor(X[chosen]) + w[1])) ** 2).mean().backward()
            optimizer.step()
        mean_loss = np.mean(0.5 * (T - (w[0].item() * X + w[1].item())) ** 2)
        assert evaluation_of(study).curve(variant, "E")[-1] == pytest.approx(mean_loss, rel=1e-12)
