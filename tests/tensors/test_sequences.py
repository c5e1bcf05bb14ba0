"""The templates that read sequences: torch trains them alike from equations of its own, and what is said of them holds.

In torch each is written by hand, a batch or a sequence at a time.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from tracing import trace

from sheetgen import load
from sheetgen.network.study import Study
from sheetgen.tensors.labels import labels

torch = pytest.importorskip("torch", reason="the companion's packages are not installed")

UPDATES = 50

Named = Mapping[str, Any]
Array = np.ndarray[Any, Any]


@cache
def trained(name: str, sheet: str | None = None) -> tuple[Study, list[dict[str, float]]]:
    """Return a template's study and the values of each of its iterations, on one of its sheets."""
    study = load(name)
    variant = 0 if sheet is None else [v.sheet for v in study.variants].index(sheet)
    names = study.graphs[variant].names
    rows = [row for chunk in trace(study, [variant]) for row in chunk.rows[0]]
    return study, [dict(zip(names, map(float, row), strict=True)) for row in rows]


def tensor(study: Study, row: Mapping[str, float], name: str) -> Array:
    """Return a tensor of numbers, an input or a parameter, as it stands in a row."""
    assert study.tensors is not None
    shape = study.tensors.given[name].shape
    return np.array([row[label] for label in labels(name, shape)]).reshape(shape)


# --- what torch is told ---


def echo(g: Named) -> Any:
    hidden, heard = torch.zeros(3, dtype=torch.float64), []
    for number in g["x"]:
        hidden = torch.tanh(number * g["Wx"] + hidden @ g["Wh"])
        heard.append(hidden)
    return torch.nn.functional.mse_loss(torch.stack(heard[2:]) @ g["v"], g["y"])


def adding(g: Named) -> Any:
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


def attended(q: Any, k: Any, v: Any, scale: float) -> Any:
    return torch.nn.functional.scaled_dot_product_attention(q[None], k[None], v[None], is_causal=True, scale=scale)[0]


def head(g: Named) -> Any:
    seen = attended(g["X"] @ g["Wq"], g["X"] @ g["Wk"], (g["X"] @ g["Wv"])[:, None], 1.0)
    return torch.nn.functional.mse_loss(seen[:, 0], g["y"])


def block(g: Named) -> Any:
    def normed(x: Any, gain: Any, bias: Any) -> Any:
        return torch.nn.functional.layer_norm(x, (4,), gain, bias)

    n = normed(g["X"], g["g1"], g["c1"])
    stream = g["X"] + attended(n @ g["Wq"], n @ g["Wk"], n @ g["Wv"], 0.5) @ g["Wo"]
    inner = torch.relu(normed(stream, g["g2"], g["c2"]) @ g["W1"] + g["b1"])
    return torch.nn.functional.mse_loss(stream + inner @ g["W2"] + g["b2"], g["Y"])


def logits(g: Named, words: Any) -> Any:
    """Return what a GPT says of the word after each of some words, given by their numbers."""
    x = torch.nn.functional.embedding(words, g["emb"]) + g["pos"][: len(words)]
    n = torch.nn.functional.rms_norm(x, (4,), g["g1"], 1e-5)
    y = x + attended(n @ g["Wq"], n @ g["Wk"], n @ g["Wv"], 0.5) @ g["Wo"]
    inner = torch.relu(torch.nn.functional.rms_norm(y, (4,), g["g2"], 1e-5) @ g["W1"] + g["b1"])
    return (y + inner @ g["W2"] + g["b2"]) @ g["U"]


def gpt(g: Named) -> Any:
    return torch.nn.functional.cross_entropy(logits(g, g["text"].argmax(-1)), g["next"].argmax(-1))


LOSSES: dict[str, Callable[[Named], Any]] = {
    "rnn-echo": echo,
    "lstm-adding": adding,
    "attention-head": head,
    "transformer-block": block,
    "gpt-small": gpt,
}


@pytest.mark.parametrize("name", LOSSES)
def test_torch_trains_it_alike(name: str) -> None:
    study, rows = trained(name)
    assert study.tensors is not None
    given = {
        key: torch.tensor(tensor(study, rows[0], key), dtype=torch.float64, requires_grad=one.table == "parameters")
        for key, one in study.tensors.given.items()
    }
    weights = {key: value for key, value in given.items() if value.requires_grad}
    variant = study.variants[0]
    method = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[variant.optimizer.name](weights.values(), variant.rate)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for row in rows[: UPDATES + 1]:
            loss = LOSSES[name](given)
            assert row[study.network.loss] == pytest.approx(loss.item(), rel=1e-9, abs=1e-12)
            for key, weight in weights.items():
                np.testing.assert_allclose(tensor(study, row, key), weight.detach(), rtol=1e-7, atol=1e-9)
            method.zero_grad()
            loss.backward()
            for key, weight in weights.items():
                slopes = [row[f"∂{study.network.loss}/∂{label}"] for label in labels(key, tuple(weight.shape))]
                np.testing.assert_allclose(slopes, weight.grad.reshape(-1), rtol=1e-7, atol=1e-10)
            method.step()


# --- what is said of them ---


def test_the_rnn_repeats_every_sequence() -> None:
    study, rows = trained("rnn-echo")
    wx, wh, v = (tensor(study, rows[-1], name) for name in ("Wx", "Wh", "v"))
    heard = np.array(list(product((-1.0, 1.0), repeat=10)))
    hidden, said = np.zeros((len(heard), 3)), []
    for step in heard.T:
        hidden = np.tanh(np.outer(step, wx) + hidden @ wh)
        said.append(hidden @ v)
    assert (np.sign(said[2:]) == heard.T[:8]).all()
    assert rows[0]["right"] < 0.5 < rows[-1]["right"] == 1.0


def test_the_lstm_adds() -> None:
    study, rows = trained("lstm-adding")
    x, y = tensor(study, rows[0], "x"), tensor(study, rows[0], "y")
    assert y == pytest.approx((x[:, :, 0] * x[:, :, 1]).sum(1))
    assert rows[0]["worst"] > 1
    assert rows[-1]["worst"] < 0.03


@pytest.mark.parametrize(("sheet", "least"), [("lr 0.05", 0.85), ("lr 0.2", 0.95)])
def test_the_head_looks_at_the_namesake(sheet: str, least: float) -> None:
    _, rows = trained("attention-head", sheet)
    assert rows[0]["A_2_0"] == rows[0]["A_2_2"] == pytest.approx(math.e / (2 * math.e + 1))
    assert min(rows[-1]["A_2_0"], rows[-1]["A_3_1"]) > least
    assert [rows[-1][f"o_{k}"] for k in range(4)] == pytest.approx([2, -2, 2, -2], abs=0.12)


def test_the_block_fetches_the_token_before() -> None:
    study, rows = trained("transformer-block")
    after = np.array([rows[-1][label] for label in labels("Z", (3, 4))]).reshape(3, 4)
    wanted = tensor(study, rows[0], "Y")
    assert (wanted[1:] == tensor(study, rows[0], "X")[:-1]).all()
    assert (np.round(after) == wanted).all()
    assert rows[0]["E"] > 1 > 0.001 > rows[-1]["E"]


def written(row: Mapping[str, float]) -> list[int]:
    return [int(row[f"word_{place}"]) for place in range(5)]


def test_the_gpt_writes() -> None:
    study, rows = trained("gpt-small")
    assert len(study.network.weights) == 196
    assert written(rows[0]) != written(rows[-1])
    assert written(rows[-1]) == [0, 1, 2, 0, 3]
    for row in rows[::5]:
        weights = {name: torch.tensor(tensor(study, row, name)) for name in study.tensors.given}
        words = [0]
        while len(words) < 5:
            words.append(int(logits(weights, torch.tensor(words))[-1].argmax()))
        assert written(row) == words
