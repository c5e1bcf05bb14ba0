"""Running statistics in training and in evaluation: those of torch's BatchNorm1d; what cannot follow is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from over_batches import NORM_START, RATE, SAMPLES, batch_norm, running_norm
from recalculated import Recalculated
from tracing import trace

from sheetgen import TemplateError, build, loads, verify
from sheetgen.network.evaluation import Evaluation, points
from sheetgen.network.study import Study
from sheetgen.sheet_names import EPOCHS
from sheetgen.sheets.layout import FIRST_ROW, Layout
from sheetgen.sheets.notes import Notes
from sheetgen.template.write import effective_template
from sheetgen.xlsx.reader import WorkbookFile

EXACT = 1e-12
STATISTICS = ("z1_mean", "z1_var", "z2_mean", "z2_var")


def rows(study: Study) -> list[dict[str, float]]:
    return [dict(zip(study.graph.names, row, strict=True)) for chunk in trace(study) for row in chunk.rows[0]]


class Norm:
    """The same network in torch, its batch norms with momentum 0.1 as torch has them."""

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        self.p = {
            name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in NORM_START.items()
        }
        self.norms = [torch.nn.BatchNorm1d(1, affine=False, dtype=torch.float64) for _ in range(2)]

    def loss(self, samples: list[tuple[float, float, float]], training: bool) -> Any:
        x1, x2, t = self.torch.tensor(samples, dtype=self.torch.float64).T
        y = self.p["d"]
        for k, norm in enumerate(self.norms, start=1):
            z = self.p[f"w{k}1"] * x1 + self.p[f"w{k}2"] * x2
            n = norm.train(training)(z[:, None])[:, 0]
            y = y + self.p[f"v{k}"] * self.torch.tanh(self.p[f"g{k}"] * n + self.p[f"c{k}"])
        return ((y - t) ** 2).mean()

    def step(self, samples: list[tuple[float, float, float]]) -> None:
        loss = self.loss(samples, training=True)
        gradients = self.torch.autograd.grad(loss, list(self.p.values()))
        with self.torch.no_grad():
            for parameter, gradient in zip(self.p.values(), gradients, strict=True):
                parameter -= RATE * gradient

    def statistics(self) -> list[float]:
        return [number.item() for norm in self.norms for number in (norm.running_mean, norm.running_var)]


@pytest.mark.parametrize("batch", [3, 2])
def test_training_and_evaluation_are_those_of_torch(batch: int) -> None:
    torch = pytest.importorskip("torch", reason="the companion's packages are not installed")
    study, norm = loads(running_norm(batch, 12)), Norm(torch)
    found = rows(study)
    parameters = [[found[i * batch][name] for name in study.network.parameters] for i in points(study)]
    evaluation = Evaluation(study, [parameters])
    curve = evaluation.curve(0, "E")
    for iteration in range(study.iterations + 1):
        row = found[iteration * batch]
        assert [row[name] for name in STATISTICS] == pytest.approx(norm.statistics(), rel=EXACT, abs=EXACT)
        if iteration in points(study):
            expected = norm.loss(SAMPLES, training=False).item()
            assert curve[points(study).index(iteration)] == pytest.approx(expected, rel=EXACT)
        first = iteration * batch
        norm.step([SAMPLES[(first + k) % len(SAMPLES)] for k in range(batch)])


def test_without_it_samples_are_evaluated_as_one_batch() -> None:
    """The number of the whole batch is then one of all samples, and another: what [running] changes."""
    plain, running = (loads(text) for text in (batch_norm(3, 2), running_norm(3, 2)))
    curves = []
    for study in (plain, running):
        parameters = [[rows(study)[i * 3][name] for name in study.network.parameters] for i in points(study)]
        curves.append(Evaluation(study, [parameters]).curve(0, "E"))
    assert abs(curves[0][-1] - curves[1][-1]) > 1e-3


@pytest.mark.parametrize(
    "text",
    [
        running_norm(3, 5),
        running_norm(2, 4, 'shuffle = 3\noptimiser = "adam"'),
        running_norm("full", 3).replace('targets = ["t"]', 'targets = ["t"]\ntest = 0.34'),
    ],
    ids=["batches", "shuffled", "test set"],
)
def test_it_is_proven_and_comes_back_from_its_file(text: str, tmp_path: Path) -> None:
    study = loads(text)
    built = build(study, tmp_path / "w.xlsx")
    assert built.ok, built.report
    assert built.verdict.startswith("OK")
    assert loads(effective_template(study)) == study


def test_a_wrong_statistic_is_found(tmp_path: Path) -> None:
    study, path = loads(running_norm(3, 4)), tmp_path / "w.xlsx"
    build(study, path)
    book, layout = Recalculated(path), Layout(study)
    for row in (FIRST_ROW + 3, FIRST_ROW + 5):
        with book.moved("lr 0.1", row, layout.tables[0].index("z1_var"), 1e-6):
            assert book.where.startswith(f"sheet lr 0.1, quantity z1_var, row {row}")
    assert book.flag.startswith("OK")


def test_a_sheet_that_evaluates_says_what_stands_for_what(tmp_path: Path) -> None:
    study, path = loads(running_norm(3, 4)), tmp_path / "w.xlsx"
    build(study, path)
    equations = [str(cell.value) for cell in list(WorkbookFile(path).rows(EPOCHS))[3] if cell.value]
    assert any("z1_mean" in text.replace("\n", "") for text in equations)
    note = "z1_mean := 0.9·z1_mean + 0.1·batch_mean(z1) if in batch = 1, else z1_mean"
    assert study.graph.by_name["z1_mean"].printed == note


@pytest.mark.usefixtures("soffice")
def test_libreoffice_agrees(tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    build(loads(running_norm(2, 3, "shuffle = 5")), path)
    assert verify(path, "libreoffice", timeout=120).ok


FOLLOWS = 'z1_mean = "0.9*z1_mean + 0.1*batch_mean(z1)"'


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        ('m = "0.9*m + 0.1*batch_mean(z1)"', "[running] has 'm', which is no parameter"),
        ('z1_mean = "0.9*z1_mean"', "z1_mean of [running] follows no number of a batch"),
        ('z1_mean = "batch_mean(z1) + batch_max(z1)"', "z1_mean of [running] follows 2 numbers of a batch"),
        ('z1_mean = "z1 + batch_mean(z1)"', "z1_mean of [running] uses 'z1', which is no parameter"),
        ('z1_mean = "batch_var(z2)"', "z1_mean and z2_var of [running] both follow batch_var(z2)"),
        ('z1_mean = "batch_mean(z9)"', "z1_mean uses 'z9', which is declared nowhere"),
        ('z1_mean = "batch_mean(w11)"', "z1_mean uses batch_mean(w11), and w11 is a parameter"),
        ("z1_mean = 3", "z1_mean must be an equation in quotes"),
    ],
)
def test_what_cannot_follow_is_refused(instead: str, said: str) -> None:
    with pytest.raises(TemplateError) as caught:
        loads(running_norm().replace(FOLLOWS, instead))
    assert said in str(caught.value)
    assert "line" in str(caught.value)


def test_beside_tensors_it_is_refused() -> None:
    text = """title = "t"
rates = [0.1]
iterations = 2
[inputs]
x = [1, 2]
[parameters]
w = [3, 4]
m = 0
[running]
m = "0.9*m + 0.1*batch_mean(x)"
[forward]
y = "x @ w"
[loss]
E = "y^2"
"""
    with pytest.raises(TemplateError, match="is for templates of numbers alone, and this one has tensors"):
        loads(text)


def test_its_note_says_where_it_stands_for_the_batch() -> None:
    study = loads(running_norm(3, 4))
    note = Notes(study, 0).note(study.graph.by_name["z1_var"], None)
    assert "Running statistic: it follows batch_var(z1), once a batch, and stands for it on Epochs." in note


def test_the_statistics_of_numbers_by_a_plain_loop() -> None:
    """Held without torch, too: two batches of three."""
    study = loads(running_norm(3, 2))
    found = rows(study)
    z = np.array([0.4 * x1 - 0.3 * x2 for x1, x2, _ in SAMPLES[:3]])
    assert found[3]["z1_mean"] == pytest.approx(0.1 * z.mean(), rel=EXACT)
    assert found[3]["z1_var"] == pytest.approx(0.9 + 0.1 * z.var(ddof=1), rel=EXACT)
    assert found[0]["z1_var"] == found[2]["z1_var"] == 1
