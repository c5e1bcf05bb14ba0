"""The temperature of scores: what SciPy's minimiser finds, and what scores of a known temperature have."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="torch is not installed")
import numpy as np
import torch

from cnn.runs.temperature import temperature_of


@pytest.mark.parametrize("true", [0.5, 1.0, 3.0])
def test_labels_drawn_at_a_temperature_give_it_back(true: float) -> None:
    generator = torch.Generator().manual_seed(4)
    scores = 4 * torch.randn(20_000, 10, generator=generator)
    labels = torch.multinomial((scores / true).softmax(1), 1, generator=generator).flatten()
    found = temperature_of(scores, labels)
    assert found == pytest.approx(true, rel=0.03)
    optimize = pytest.importorskip("scipy.optimize", reason="SciPy is not installed")

    def loss(t: float) -> float:
        logits = scores.double().numpy() / t
        top = logits.max(1)
        sums = np.log(np.exp(logits - top[:, None]).sum(1)) + top
        return float((sums - logits[np.arange(len(logits)), labels.numpy()]).mean())

    best = optimize.minimize_scalar(loss, bounds=(0.05, 20), method="bounded", options={"xatol": 1e-8})
    assert found == pytest.approx(best.x, rel=1e-5)


def test_scores_that_are_always_right_are_made_as_sure_as_is_allowed() -> None:
    scores = torch.eye(10) * 5
    assert temperature_of(scores, torch.arange(10)) == pytest.approx(0.05, rel=1e-3)
