"""Losses that need a whole batch: sparsity by a divergence of the mean activation, and one row against all others."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from tracing import trace

from sheetgen import build, loads

START = {"w": 0.8, "b": -0.3, "v": 0.6}
DATA = [(0.5, 1.0), (1.5, 0.0), (-0.7, 0.0), (0.1, 1.0), (2.0, 0.0), (-1.3, 0.0)]
BATCH = 3
Loss = Callable[[Mapping[str, float], Sequence[tuple[float, float]]], float]


def template(forward: str, loss: str) -> str:
    start = "\n".join(f"{name} = {value}" for name, value in START.items())
    rows = [list(row) for row in DATA]
    return (
        f'title = "t"\nrates = [0.2]\niterations = 8\nbatch = {BATCH}\n[data]\ninputs = ["x"]\ntargets = ["t"]\n'
        f"rows = {rows}\n[parameters]\n{start}\n[forward]\n{forward}\n[loss]\n{loss}\n"
    )


def sparsity(p: Mapping[str, float], batch: Sequence[tuple[float, float]]) -> float:
    """Error of the reconstruction, and KL(0.1 ‖ mean activation): one hidden unit is to be quiet on most samples."""
    h = [1 / (1 + math.exp(-(p["w"] * x + p["b"]))) for x, _ in batch]
    mean = sum(h) / len(h)
    apart = sum((x - p["v"] * hk) ** 2 for (x, _), hk in zip(batch, h, strict=True)) / len(batch)
    return apart + 0.5 * (0.1 * math.log(0.1 / mean) + 0.9 * math.log(0.9 / (1 - mean)))


def contrast(p: Mapping[str, float], batch: Sequence[tuple[float, float]]) -> float:
    """−ln of the share that rows with t = 1 have among all rows of their batch."""
    scores = [p["v"] * math.tanh(p["w"] * x + p["b"]) for x, _ in batch]
    total = sum(map(math.exp, scores))
    return sum(-t * (s - math.log(total)) for (_, t), s in zip(batch, scores, strict=True)) / len(batch)


LOSSES: dict[str, tuple[str, Loss]] = {
    "sparsity": (
        template(
            'h = "sigmoid(w*x + b)"\ny = "v*h"\nm = "batch_mean(h)"',
            'E = "(x - y)^2 + 0*t + 0.5*(0.1*ln(0.1/m) + 0.9*ln(0.9/(1 - m)))"',
        ),
        sparsity,
    ),
    "contrast": (
        template(
            's = "v*tanh(w*x + b)"\nu = "exp(s - held(batch_max(s)))"',
            'E = "-t*(s - held(batch_max(s)) - ln(batch_sum(u)))"',
        ),
        contrast,
    ),
}


@pytest.mark.parametrize("name", LOSSES)
def test_every_step_goes_down_the_slope_of_a_plain_loop(name: str) -> None:
    text, loss = LOSSES[name]
    study = loads(text)
    rows = [dict(zip(study.graph.names, row, strict=True)) for chunk in trace(study) for row in chunk.rows[0]]
    for iteration in range(study.iterations + 1):
        last = rows[iteration * BATCH + BATCH - 1]
        p = {weight: last[weight] for weight in START}
        batch = DATA[BATCH:] if iteration % 2 else DATA[:BATCH]
        assert last["mean E"] == pytest.approx(loss(p, batch), rel=1e-12)
        for weight in START:
            up, down = (loss({**p, weight: p[weight] + by}, batch) for by in (1e-5, -1e-5))
            assert last[f"mean ∂E/∂{weight}"] == pytest.approx((up - down) / 2e-5, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", LOSSES)
def test_its_workbook_is_proven(name: str, tmp_path: Path) -> None:
    built = build(loads(LOSSES[name][0]), tmp_path / "w.xlsx")
    assert built.ok, built.report
    assert built.verdict.startswith("OK")
