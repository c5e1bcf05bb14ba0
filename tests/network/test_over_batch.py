"""Rows that meet in numbers of the whole batch: torch's autograd and its batch norm, and a loop written by hand."""

from __future__ import annotations

from typing import Any

import pytest
from over_batches import FUNCTIONS_START, NORM_START, RATE, SAMPLES, all_functions, batch_norm
from tracing import trace

from sheetgen import NumberError, loads
from sheetgen.network.study import Study

EXACT = 1e-12


def rows(study: Study) -> list[dict[str, float]]:
    return [dict(zip(study.graph.names, row, strict=True)) for chunk in trace(study) for row in chunk.rows[0]]


def batches(study: Study) -> list[list[dict[str, float]]]:
    found = rows(study)
    return [found[first : first + study.batch] for first in range(0, len(found), study.batch)]


def column(batch: list[dict[str, float]], name: str) -> list[float]:
    return [row[name] for row in batch]


def of_norm(torch: Any, p: dict[str, Any], x1: Any, x2: Any, t: Any) -> dict[str, Any]:
    hidden = []
    for k in "12":
        norm = torch.nn.BatchNorm1d(1, eps=1e-5, dtype=torch.float64).train()
        z = p[f"w{k}1"] * x1 + p[f"w{k}2"] * x2
        hidden.append(torch.tanh(p[f"g{k}"] * norm(z[:, None])[:, 0] + p[f"c{k}"]))
    y = p["v1"] * hidden[0] + p["v2"] * hidden[1] + p["d"]
    return {"y": y, "E": (y - t) ** 2}


def of_functions(torch: Any, p: dict[str, Any], x1: Any, x2: Any, t: Any) -> dict[str, Any]:
    z = torch.tanh(p["w"] * x1 + p["b"] * x2)
    z.retain_grad()
    u = z - z.max() + 0.1 * x1 * x2.sum()
    y = p["v"] * u + 0.2 * z.mean() * z
    own = (y - t) ** 2
    spread, sparse = 0.3 * y.var(unbiased=False), 0.05 * u.sum() ** 2
    return {"z": z, "u": u, "y": y, "own": own, "E": own + spread + sparse + 0.01 * own.mean()}


NETWORKS = {"norm": (batch_norm, NORM_START, of_norm), "functions": (all_functions, FUNCTIONS_START, of_functions)}


@pytest.mark.parametrize(
    ("batch", "head"), [(3, ""), (4, ""), ("full", ""), (2, "shuffle = 5"), (4, 'optimiser = "momentum"')]
)
@pytest.mark.parametrize("network", NETWORKS)
def test_fifty_steps_are_those_of_torch(network: str, batch: int | str, head: str) -> None:
    """The update goes down the gradient of the batch's mean loss, through all that its rows have in common."""
    torch = pytest.importorskip("torch", reason="the companion's packages are not installed")
    text, start, computed = NETWORKS[network]
    weights = {name: torch.tensor(w, dtype=torch.float64, requires_grad=True) for name, w in start.items()}
    momentum = 0.9 if "momentum" in head else 0.0
    optimiser = torch.optim.SGD(weights.values(), lr=RATE, momentum=momentum)
    study = loads(text(batch, 50, head))
    for found in batches(study):
        for name, weight in weights.items():
            assert column(found, name) == pytest.approx([weight.item()] * study.batch, rel=EXACT, abs=EXACT)
        samples = torch.tensor([SAMPLES[int(row["sample"]) - 1] for row in found], dtype=torch.float64)
        theirs = computed(torch, weights, *samples.T)
        optimiser.zero_grad()
        theirs["E"].mean().backward()
        for name, values in theirs.items():
            assert column(found, name) == pytest.approx(values.tolist(), rel=EXACT, abs=EXACT)
        for name, weight in weights.items():
            assert found[-1][f"mean ∂E/∂{name}"] == pytest.approx(weight.grad.item(), rel=1e-11, abs=EXACT)
        if "z" in theirs:  # of a row: what the losses of all rows together gain by it
            gained = [study.batch * slope for slope in theirs["z"].grad.tolist()]
            assert column(found, "∂E/∂z") == pytest.approx(gained, rel=1e-11, abs=EXACT)
        optimiser.step()
    assert found[0]["iteration"] == 50


def test_the_numbers_of_a_batch_are_those_of_a_loop_written_by_hand() -> None:
    for found in batches(loads(all_functions(4, 3))):
        for name in ("z", "own"):
            numbers = column(found, name)
            n, mean = len(numbers), sum(numbers) / len(numbers)
            assert column(found, f"batch_mean({name})") == pytest.approx([mean] * n, abs=EXACT)
            if name == "z":
                assert column(found, "batch_max(z)") == [max(numbers)] * n
                assert column(found, "batch_place(z)") == [numbers.index(max(numbers)) + 1] * n
        y = column(found, "y")
        variance = sum((number - sum(y) / 4) ** 2 for number in y) / 4
        assert column(found, "batch_var(y)") == pytest.approx([variance] * 4, abs=EXACT)
        assert column(found, "batch_sum(u)") == pytest.approx([sum(column(found, "u"))] * 4, abs=EXACT)


def test_of_equal_largest_the_first_gets_all() -> None:
    study = loads(
        """
rates = [0.1]
iterations = 1
batch = "full"
[data]
inputs = ["x"]
rows = [[1], [3], [3], [2]]
[parameters]
w = 0.5
[forward]
z = "w*x"
[loss]
E = "batch_max(z)"
"""
    )
    assert [row["∂E/∂z"] for row in rows(study)] == [0.0, 4.0, 0.0, 0.0] * 2
    assert rows(study)[3]["mean ∂E/∂w"] == 3.0


def test_what_only_a_metric_takes_of_a_batch_changes_no_gradient() -> None:
    with_metric = loads(batch_norm() + '[metrics]\nlargest = "batch_max(E)"\n')
    without = loads(batch_norm())
    assert [q.name for q in with_metric.network.derivatives] == [q.name for q in without.network.derivatives]
    for ours, theirs in zip(rows(with_metric), rows(without), strict=True):
        assert {name: ours[name] for name in theirs} == theirs


def test_a_number_of_a_batch_that_overflows_is_named() -> None:
    text = batch_norm().replace("[forward]", '[forward]\nbig = "10^308 + 0*x1"\ns = "batch_sum(big)"')
    with pytest.raises(NumberError, match=r"batch_sum\(big\)"):
        rows(loads(text))


def test_a_template_without_a_loss_takes_all_samples_for_a_batch() -> None:
    text = all_functions()
    for gone in ("rates = [0.1]", "iterations = 50", "batch = 3"):
        text = text.replace(gone, "")
    found = rows(loads(text[: text.index("[loss]")]))
    assert len(found) == len(SAMPLES)
    z = [row["z"] for row in found]
    assert [row["batch_mean(z)"] for row in found] == pytest.approx([sum(z) / len(z)] * len(z), abs=EXACT)
