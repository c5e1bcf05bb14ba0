"""The loss that stands above ``[[layers]]``, against torch's: its value, its gradient, and the accuracy beside it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional
from tracing import trace

from sheetgen.template.load import loads

X = [[0.5, -1.5], [1, 0.25], [-0.75, 2]]
W = [[0.3, -0.2], [0.8, 0.5], [-0.6, 0.4]]
ONE_HOT = [[0, 1, 0], [1, 0, 0], [0, 0, 1]]
SHARES = [[0.1, 0.2, 0.9], [0, 1, 0.5], [1, 0, 0.25]]

Loss = Callable[[Tensor, Tensor], Tensor]


def nll(a: Tensor, t: Tensor) -> Tensor:
    """Return the cross-entropy of logarithms of probabilities."""
    return functional.nll_loss(a, t.argmax(-1))


def of_probabilities(a: Tensor, t: Tensor) -> Tensor:
    """Return the cross-entropy of probabilities."""
    return functional.nll_loss(a.log(), t.argmax(-1))


def of_classes(a: Tensor, t: Tensor) -> Tensor:
    """Return the cross-entropy of logits and the numbers of the classes."""
    return functional.cross_entropy(a, t.long())


def half(a: Tensor, t: Tensor) -> Tensor:
    """Return half the sum of squares."""
    return 0.5 * ((a - t) ** 2).sum()


@pytest.mark.parametrize(
    ("loss", "activation", "x", "w", "t", "theirs"),
    [
        ("mean_squared_error", "identity", X, W, SHARES, functional.mse_loss),
        ("mean_squared_error", "tanh", X[0], W, SHARES[0], functional.mse_loss),
        ("half_squared_error", "sigmoid", X, W, SHARES, half),
        ("huber", "identity", X, [[4, 1], [0.1, 3], [2, -2]], SHARES, functional.huber_loss),
        ("binary_cross_entropy", "identity", X, W, ONE_HOT, functional.binary_cross_entropy_with_logits),
        ("binary_cross_entropy", "sigmoid", X, W, SHARES, functional.binary_cross_entropy),
        ("categorical_cross_entropy", "identity", X[0], W, ONE_HOT[0], functional.cross_entropy),
        ("categorical_cross_entropy", "identity", X, W, SHARES, functional.cross_entropy),
        ("categorical_cross_entropy", "identity", X, W, [2, 0, 1], of_classes),
        ("categorical_cross_entropy", "identity", X[1], W, 2, of_classes),
        ("categorical_cross_entropy", "softmax", X, W, ONE_HOT, of_probabilities),
        ("categorical_cross_entropy", "log_softmax", X, W, ONE_HOT, nll),
    ],
)
def test_a_loss_is_torchs(loss: str, activation: str, x: object, w: object, t: object, theirs: Loss) -> None:
    inputs, weights, targets = (torch.tensor(value, dtype=torch.float64) for value in (x, w, t))
    weights.requires_grad_()
    made = inputs @ weights.T
    if activation != "identity":
        of_rows = activation in ("softmax", "log_softmax")
        made = getattr(torch, activation)(made, -1) if of_rows else getattr(torch, activation)(made)
    expected = theirs(made, targets)
    expected.backward()

    study = loads(
        f'rates = [0.1]\niterations = 1\nloss = "{loss}"\n[inputs]\nx = {json.dumps(x)}\n'
        f"[targets]\nt = {json.dumps(t)}\n[parameters]\nW1 = {json.dumps(w)}\n"
        f'[[layers]]\nkind = "linear"\nbias = false\nactivation = "{activation}"\n'
    )
    row = dict(zip(study.graphs[0].names, next(trace(study)).rows[0][0], strict=True))
    assert row["E_total"] == pytest.approx(expected.item(), rel=1e-12)
    assert weights.grad is not None
    for (i, j), slope in zip(
        ((i, j) for i in range(3) for j in range(2)), weights.grad.reshape(-1).tolist(), strict=True
    ):
        assert row[f"∂E_total/∂W1_{i}_{j}"] == pytest.approx(slope, rel=1e-12, abs=1e-15)
    if loss == "categorical_cross_entropy":
        classes = targets.long() if targets.ndim < made.ndim else targets.argmax(-1)
        assert row["accuracy"] == pytest.approx((made.argmax(-1) == classes).double().mean().item())
    elif loss == "binary_cross_entropy":
        right = (made >= (0 if activation == "identity" else 0.5)).double()
        expected = torch.where(right == 1, targets, 1 - targets).mean()
        assert row["accuracy"] == pytest.approx(expected.item())
    else:
        assert "accuracy" not in row


@pytest.mark.parametrize(
    ("t", "w"), [(0.5, [[1, 2]]), ([0.5, 0.25, 0.75], [[1, 2]]), ([[0.5], [0.25], [0.75]], [[1, 2]])]
)
def test_a_last_axis_of_one_place_is_dropped(t: object, w: list[list[float]]) -> None:
    x = X if isinstance(t, list) else X[0]
    study = loads(
        f'rates = [0.1]\niterations = 1\nloss = "mean_squared_error"\n[inputs]\nx = {json.dumps(x)}\n[targets]\n'
        f't = {json.dumps(t)}\n[parameters]\nW1 = {json.dumps(w)}\n[[layers]]\nkind = "linear"\nbias = false\n'
    )
    row = dict(zip(study.graphs[0].names, next(trace(study)).rows[0][0], strict=True))
    made = torch.tensor(x, dtype=torch.float64) @ torch.tensor([1.0, 2.0], dtype=torch.float64)
    wanted = torch.tensor(t, dtype=torch.float64).reshape(made.shape)
    assert row["E_total"] == pytest.approx(((made - wanted) ** 2).mean().item(), rel=1e-12)


def test_the_weight_of_the_last_layer_may_be_learnt_by_a_batch_of_samples() -> None:
    text = (
        'rates = [0.1]\niterations = 1\nbatch = "full"\nloss = "categorical_cross_entropy"\n[data]\n'
        'inputs = ["x"]\ntargets = { t = { classes = ["a", "b", "c"] } }\n'
        f"rows = {json.dumps([[row, kind] for row, kind in zip(X, 'bac', strict=True)])}\n"
        f'[parameters]\nW1 = {json.dumps(W)}\n[[layers]]\nkind = "linear"\nbias = false\n'
    )
    study = loads(text)
    names, rows = study.graphs[0].names, next(trace(study)).rows[0]
    weights = torch.tensor(W, dtype=torch.float64, requires_grad=True)
    functional.cross_entropy(torch.tensor(X, dtype=torch.float64) @ weights.T, torch.tensor([1, 0, 2])).backward()
    assert weights.grad is not None
    after = dict(zip(names, rows[3], strict=True))
    expected = (weights - 0.1 * weights.grad).detach()
    for i in range(3):
        for j in range(2):
            assert after[f"W1_{i}_{j}"] == pytest.approx(expected[i, j].item(), rel=1e-12)
