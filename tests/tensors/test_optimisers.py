"""Every optimiser trains tensors as torch's does: fifty updates, of a softmax with attention, and on batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
import torch
from torch import Tensor
from torch_templates import Loss, Tensors, same_training
from tracing import trace

from sheetgen import loads
from sheetgen.network.optimizers import OPTIMIZERS
from sheetgen.network.tolerance import Tolerance
from sheetgen.network.trace import Trace
from sheetgen.proof.mathematics import differences

ATTENTION = """
rates = [0.05]
iterations = 50
seed = 4
{more}
[inputs]
X = [[1, 0, 2], [0, 1, -2], [1, 0.5, 0], [0, -1, 1]]
[targets]
T = [[1, 0], [0, 1], [1, 0], [0, 1]]
[parameters]
Wq = {{ shape = [3, 3] }}
Wk = {{ shape = [3, 3] }}
W = {{ shape = [3, 2] }}
b = {{ shape = [2], init = "zeros" }}
[forward]
A = "softmax(mask(X @ Wq @ (X @ Wk).T))"
P = "softmax(A @ X @ W + b)"
[loss]
E = "mean(sum(cce(P, T), axis=-1))"
"""
BATCHES = """
rates = [0.05]
iterations = 50
batch = 2
seed = 4
{more}
[data]
inputs = ["x"]
targets = ["t"]
rows = [[[1, 0, 2], 1], [[0, 1, -2], 0], [[1, 0.5, 0], 1]]
[parameters]
W = {{ shape = [3, 2] }}
v = {{ shape = [2] }}
[forward]
y = "sigmoid(tanh(x @ W) @ v)"
[loss]
E = "bce(y, t)"
"""


def attention(g: Tensors) -> Tensor:
    scores = g["X"] @ g["Wq"] @ (g["X"] @ g["Wk"]).T
    hidden = torch.triu(torch.full_like(scores, -torch.inf), 1)
    logits = (scores + hidden).softmax(-1) @ g["X"] @ g["W"] + g["b"]
    return torch.nn.functional.cross_entropy(logits, g["T"])


def batches(g: Tensors) -> Tensor:
    return torch.nn.functional.binary_cross_entropy_with_logits(torch.tanh(g["x"] @ g["W"]) @ g["v"], g["t"])


Made = Callable[[list[Tensor]], torch.optim.Optimizer]
METHODS: Mapping[str, Made] = {
    "sgd": lambda p: torch.optim.SGD(p, 0.05),
    "momentum": lambda p: torch.optim.SGD(p, 0.05, momentum=0.9),
    "nesterov": lambda p: torch.optim.SGD(p, 0.05, momentum=0.9, nesterov=True),
    "adagrad": lambda p: torch.optim.Adagrad(p, 0.05),
    "rmsprop": lambda p: torch.optim.RMSprop(p, 0.05),
    "adam": lambda p: torch.optim.Adam(p, 0.05),
    "adamw": lambda p: torch.optim.AdamW(p, 0.05),
}


def test_there_is_no_other_optimiser() -> None:
    assert set(METHODS) == set(OPTIMIZERS)


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize(("template", "loss"), [(ATTENTION, attention), (BATCHES, batches)])
def test_fifty_updates_are_those_of_torch(name: str, template: str, loss: Loss) -> None:
    same_training(loads(template.format(more=f'optimiser = "{name}"')), loss, METHODS[name])


HEADS = """
rates = [0.1]
iterations = 8
seed = 5
optimiser = "{name}"
loss = "categorical_cross_entropy"
[inputs]
x = {{ text = "abca", characters = "abc" }}
[targets]
t = {{ text = "bcab", characters = "abc" }}
[[layers]]
kind = "embedding"
embedding_dim = 2
[[layers]]
kind = "attention"
num_heads = 2
causal = true
[[layers]]
kind = "linear"
out_features = 3
"""


@pytest.mark.parametrize("name", ["adam", "rmsprop", "adagrad"])
def test_a_gradient_that_is_0_but_for_rounding_moves_a_weight_as_far_as_rounding_explains(name: str) -> None:
    """A softmax takes no notice of the bias of the keys: Adam divides what is left of its gradient by its own size."""
    study = loads(HEADS.format(name=name))
    rows = [row for chunk in trace(study) for row in chunk.rows[0]]
    position = study.graph.position
    moved = max(abs(row[position["b_in2_2"]]) for row in rows)
    assert moved < 1e-6 < max(abs(row[position["b_in2_4"]]) for row in rows)
    if name == "adam":
        assert moved > 1e-14
    assert list(differences(Trace(study), Tolerance())) == []
