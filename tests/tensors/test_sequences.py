"""The templates that read sequences: torch trains them alike from equations of its own, and what is said of them holds.

In torch each is written by hand, a batch or a sequence at a time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from itertools import product

import numpy as np
import pytest
import torch
from torch import Tensor
from torch_templates import Loss, Tensors, given, same_training
from tracing import trace

from sheetgen import load, override
from sheetgen.network.study import Study
from sheetgen.tensors.labels import labels


@cache
def trained(name: str, sheet: str | None = None) -> tuple[Study, list[dict[str, float]]]:
    """Return a template's study and the values of each of its iterations, on one of its sheets."""
    study = load(name)
    variant = 0 if sheet is None else [v.sheet for v in study.variants].index(sheet)
    names = study.graphs[variant].names
    rows = [row for chunk in trace(study, [variant]) for row in chunk.rows[0]]
    return study, [dict(zip(names, map(float, row), strict=True)) for row in rows]


# --- what torch is told ---


def echo(g: Tensors) -> Tensor:
    hidden, heard = torch.zeros(3, dtype=torch.float64), []
    for number in g["x"]:
        hidden = torch.tanh(number * g["Wx"] + hidden @ g["Wh"])
        heard.append(hidden)
    return torch.nn.functional.mse_loss(torch.stack(heard[2:]) @ g["v"], g["y"])


def adding(g: Tensors) -> Tensor:
    """torch's own cell, which has the gates one below the other, and weights that stand on the left."""
    cell = torch.nn.LSTMCell(2, 2, dtype=torch.float64)
    weights = {
        "weight_ih": torch.cat([g["Wi"].T, g["Wf"].T, g["Wg"].T, g["Wo"].T]),
        "weight_hh": torch.cat([g["Ui"].T, g["Uf"].T, g["Ug"].T, g["Uo"].T]),
        "bias_ih": torch.cat([g["bi"], g["bf"], g["bg"], g["bo"]]),
        "bias_hh": torch.zeros(8, dtype=torch.float64),
    }
    state = (torch.zeros(4, 2, dtype=torch.float64), torch.zeros(4, 2, dtype=torch.float64))
    for step in range(3):
        state = torch.func.functional_call(cell, weights, (g["x"][:, step], state))
    return torch.nn.functional.mse_loss(state[0] @ g["v"] + g["d"], g["y"])


def attended(q: Tensor, k: Tensor, v: Tensor, scale: float) -> Tensor:
    return torch.nn.functional.scaled_dot_product_attention(q[None], k[None], v[None], is_causal=True, scale=scale)[0]


def head(g: Tensors) -> Tensor:
    seen = attended(g["X"] @ g["Wq"], g["X"] @ g["Wk"], (g["X"] @ g["Wv"])[:, None], 1.0)
    return torch.nn.functional.mse_loss(seen[:, 0], g["y"])


def block(g: Tensors) -> Tensor:
    def normed(x: Tensor, gain: Tensor, bias: Tensor) -> Tensor:
        return torch.nn.functional.layer_norm(x, (4,), gain, bias)

    n = normed(g["X"], g["g1"], g["c1"])
    stream = g["X"] + attended(n @ g["Wq"], n @ g["Wk"], n @ g["Wv"], 0.5) @ g["Wo"]
    inner = torch.relu(normed(stream, g["g2"], g["c2"]) @ g["W1"] + g["b1"])
    return torch.nn.functional.mse_loss(stream + inner @ g["W2"] + g["b2"], g["Y"])


def logits(g: Tensors, words: Tensor) -> Tensor:
    """Return what a GPT says of the word after each of some words, given by their numbers."""
    x = torch.nn.functional.embedding(words, g["emb"]) + g["pos"][: len(words)]
    n = torch.nn.functional.rms_norm(x, (4,), g["g1"], 1e-5)
    y = x + attended(n @ g["Wq"], n @ g["Wk"], n @ g["Wv"], 0.5) @ g["Wo"]
    inner = torch.relu(torch.nn.functional.rms_norm(y, (4,), g["g2"], 1e-5) @ g["W1"] + g["b1"])
    return (y + inner @ g["W2"] + g["b2"]) @ g["U"]


def gpt(g: Tensors) -> Tensor:
    return torch.nn.functional.cross_entropy(logits(g, g["text"].argmax(-1)), g["next"].argmax(-1))


LOSSES: dict[str, Loss] = {
    "rnn-echo": echo,
    "lstm-adding": adding,
    "attention-head": head,
    "transformer-block": block,
    "gpt-small": gpt,
}


METHODS = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}


@pytest.mark.parametrize("name", LOSSES)
def test_fifty_updates_are_those_of_torch(name: str) -> None:
    study = override(load(name), iterations=50)
    variant = study.variants[0]
    same_training(study, LOSSES[name], lambda p: METHODS[variant.optimizer.name](p, variant.rate))


# --- what is said of them ---


def test_the_rnn_repeats_every_sequence() -> None:
    study, rows = trained("rnn-echo")
    wx, wh, v = (given(study, rows[-1])[name].numpy() for name in ("Wx", "Wh", "v"))
    heard = np.array(list(product((-1.0, 1.0), repeat=10)))
    hidden, said = np.zeros((len(heard), 3)), []
    for step in heard.T:
        hidden = np.tanh(np.outer(step, wx) + hidden @ wh)
        said.append(hidden @ v)
    assert (np.sign(said[2:]) == heard.T[:8]).all()
    assert rows[0]["right"] < 0.5 < rows[-1]["right"] == 1.0


def test_the_lstm_adds() -> None:
    study, rows = trained("lstm-adding")
    data = given(study, rows[0])
    assert torch.allclose(data["y"], (data["x"][:, :, 0] * data["x"][:, :, 1]).sum(1))
    assert rows[0]["worst"] > 1.2
    assert rows[-1]["worst"] < 0.03


@pytest.mark.parametrize(("sheet", "least"), [("lr 0.05", 0.85), ("lr 0.2", 0.955)])
def test_the_head_looks_at_the_namesake(sheet: str, least: float) -> None:
    _, rows = trained("attention-head", sheet)
    assert rows[0]["A_2_0"] == rows[0]["A_2_2"] == pytest.approx(math.e / (2 * math.e + 1))
    assert min(rows[-1]["A_2_0"], rows[-1]["A_3_1"]) > least
    assert [rows[-1][f"o_{k}"] for k in range(4)] == pytest.approx([2, -2, 2, -2], abs=0.12)


def test_the_block_fetches_the_token_before() -> None:
    study, rows = trained("transformer-block")
    after = np.array([rows[-1][label] for label in labels("Z", (3, 4))]).reshape(3, 4)
    wanted = given(study, rows[0])["Y"].numpy()
    assert (wanted[1:] == given(study, rows[0])["X"].numpy()[:-1]).all()
    assert (np.round(after) == wanted).all()
    assert rows[0]["E"] > 1 > 0.001 > rows[-1]["E"]


def written(row: Mapping[str, float]) -> list[int]:
    return [int(row[f"word_{place}"]) for place in range(5)]


def test_the_gpt_writes() -> None:
    study, rows = trained("gpt-small")
    assert study.tensors is not None
    vocabulary = study.tensors.naming.read_as("word")
    said = " ".join(vocabulary[number] for number in written(rows[-1]))
    assert f"Explorer reads: {said}." in study.description
    assert len(study.network.weights) == 196
    assert [written(rows[step]) for step in (2, 9)] == [[0, 0, 0, 0, 0], [0, 1, 2, 0, 1]]
    assert [step for step, row in enumerate(rows) if written(row) == [0, 1, 2, 0, 3]] == list(range(11, 61))
    for row in rows[::5]:
        weights, words = given(study, row), [0]
        while len(words) < 5:
            words.append(int(logits(weights, torch.tensor(words))[-1].argmax()))
        assert written(row) == words
