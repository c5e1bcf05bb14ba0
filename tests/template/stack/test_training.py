"""A transformer block of ``[[layers]]`` learns as torch's modules do, step by step."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from tracing import trace

from sheetgen.template.load import loads

STEPS = 50
TOKENS, NEXT = [0, 1, 2, 2], [1, 2, 2, 3]
LAYERS = """
[[layers]]
kind = "embedding"
[[layers]]
kind = "position"
[[layers]]
kind = "norm"
[[layers]]
kind = "attention"
num_heads = 2
causal = true
[[layers]]
kind = "residual"
over = 2
[[layers]]
kind = "norm"
[[layers]]
kind = "linear"
activation = "gelu"
[[layers]]
kind = "linear"
[[layers]]
kind = "residual"
over = 3
[[layers]]
kind = "linear"
bias = false
"""


class Block(nn.Module):
    """Attention and a perceptron, each behind a norm and within a skip; then the logits of the next word."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(4, 4), nn.Parameter(torch.randn(4, 4))
        self.first, self.second = nn.LayerNorm(4), nn.LayerNorm(4)
        self.attention = nn.MultiheadAttention(4, 2)
        self.up, self.down, self.out = nn.Linear(4, 3), nn.Linear(3, 4), nn.Linear(4, 4, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.words(tokens) + self.places
        normed = self.first(x)
        later = torch.ones(4, 4, dtype=torch.bool).triu(1)
        x = x + self.attention(normed, normed, normed, attn_mask=later, need_weights=False)[0]
        x = x + self.down(functional.gelu(self.up(self.second(x)), approximate="tanh"))
        logits: Tensor = self.out(x)
        return logits


NAMES = {
    "W1": "words.weight",
    "W2": "places",
    "g3": "first.weight",
    "b3": "first.bias",
    "W_in4": "attention.in_proj_weight",
    "b_in4": "attention.in_proj_bias",
    "W_out4": "attention.out_proj.weight",
    "b_out4": "attention.out_proj.bias",
    "g6": "second.weight",
    "b6": "second.bias",
    "W7": "up.weight",
    "b7": "up.bias",
    "W8": "down.weight",
    "b8": "down.bias",
    "W10": "out.weight",
}


def by_torch(optimiser: torch.optim.Optimizer, loss_now: Callable[[], Tensor]) -> list[float]:
    """Return the loss before the first step, and after each."""
    losses = []
    for _ in range(STEPS + 1):
        optimiser.zero_grad()
        loss = loss_now()
        losses.append(loss.item())
        loss.backward()
        optimiser.step()
    return losses


def by_rows(text: str, loss: str) -> list[float]:
    """Return the loss of each row of a template's training."""
    study = loads(text)
    column = study.graphs[0].names.index(loss)
    return [row[column] for chunk in trace(study) for row in chunk.rows[0]]


@pytest.mark.parametrize("method", ["sgd", "adam"])
def test_a_transformer_block_learns_as_torchs_does(method: str) -> None:
    torch.manual_seed(5)
    block = Block().double()
    state = dict(block.named_parameters())
    text = (
        f'rates = [0.05]\niterations = {STEPS}\noptimiser = "{method}"\nloss = "categorical_cross_entropy"\n[inputs]\n'
        f"x = {TOKENS}\n[targets]\nt = {NEXT}\n[parameters]\n"
        + "".join(f"{name} = {json.dumps(state[theirs].tolist())}\n" for name, theirs in NAMES.items())
        + LAYERS
    )
    optimiser = (
        torch.optim.SGD(block.parameters(), 0.05) if method == "sgd" else torch.optim.Adam(block.parameters(), 0.05)
    )
    losses = by_torch(optimiser, lambda: functional.cross_entropy(block(torch.tensor(TOKENS)), torch.tensor(NEXT)))
    found = by_rows(text, "E_total")
    assert found == pytest.approx(losses, rel=1e-9)
    assert found[-1] < 0.5 * found[0]


class Cells(nn.Module):
    """Convolutions with gaps, each channel by itself, then two layers of cells that go both ways."""

    def __init__(self) -> None:
        super().__init__()
        self.windows = nn.Conv1d(2, 4, 2, dilation=2, groups=2, padding=1)
        self.cells = nn.GRU(4, 2, 2, bidirectional=True)
        self.out = nn.Linear(4, 1)

    def forward(self, x: Tensor) -> Tensor:
        states, _ = self.cells(torch.tanh(self.windows(x)).T)
        made: Tensor = self.out(states)[:, 0]
        return made


DEEP = """
[[layers]]
kind = "conv1d"
dilation = 2
groups = 2
padding = 1
activation = "tanh"
[[layers]]
kind = "gru"
num_layers = 2
bidirectional = true
from = "rows"
[[layers]]
kind = "linear"
"""


def test_gaps_groups_and_cells_both_ways_learn_as_torchs_do() -> None:
    torch.manual_seed(6)
    net = Cells().double()
    names = {"W1": "windows.weight", "b1": "windows.bias", "W3": "out.weight", "b3": "out.bias"}
    for layer in (0, 1):
        for way in ("", "_reverse"):
            behind = f"_l1{way}" if layer else way
            for ours, theirs in {"W": "weight", "b": "bias"}.items():
                for part in ("ih", "hh"):
                    names[f"{ours}_{part}2{behind}"] = f"cells.{theirs}_{part}_l{layer}{way}"
    state = dict(net.named_parameters())
    assert set(names.values()) == set(state)
    x, t = torch.randn(2, 5, dtype=torch.float64), torch.randn(5, dtype=torch.float64)
    text = (
        f"rates = [0.05]\niterations = {STEPS}\noptimiser = 'adam'\n[inputs]\nx = {x.tolist()}\n"
        f"[targets]\nt = {t.tolist()}\n[parameters]\n"
        + "".join(f"{name} = {json.dumps(state[theirs].tolist())}\n" for name, theirs in names.items())
        + '[forward]\nrows = "a1.T"\n[loss]\nE = "mean((flatten(z3) - t)^2)"\n'
        + DEEP
    )
    losses = by_torch(torch.optim.Adam(net.parameters(), 0.05), lambda: functional.mse_loss(net(x), t))
    found = by_rows(text, "E")
    assert found == pytest.approx(losses, rel=1e-8)
    assert found[-1] < 0.2 * found[0]
