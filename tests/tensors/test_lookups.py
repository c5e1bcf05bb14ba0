"""Rows looked up by an index, ``W[token]``: as ``embedding``, as torch's embedding, proven; and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from torch_templates import Tensors, columns, same_training

from sheetgen import TemplateError, build, loads, verify
from sheetgen.template.write import effective_template

torch = pytest.importorskip("torch")

TEXT = """rates = [0.05]
iterations = 10
batch = 2
seed = 2
[data]
inputs = ["token", "pair"]
targets = ["t"]
rows = [[0, [1, 2], 1], [2, [0, 0], 3], [1, [2, 1], 0]]
[parameters]
W = { shape = [3, 2] }
v = { shape = [2] }
b = { shape = [3] }
[forward]
h = "W[token]"
"g[i] for i in 0..1" = "W[pair[i]]*(i + 1)"
both = "sum(W[pair], axis=0)"
y = "(h + g[0] + g[1]*both) @ v + b[token] + sum(b[pair]^2)"
[loss]
E = "(y - t)^2"
"""
WITH_EMBEDDING = (
    TEXT.replace("W[token]", "embedding(token, W)")
    .replace("W[pair[i]]", "embedding(pair[i], W)")
    .replace("W[pair]", "embedding(pair, W)")
    .replace("b[token]", "embedding(token, b)")
    .replace("b[pair]", "embedding(pair, b)")
)


def by_torch(g: Tensors) -> torch.Tensor:
    token, pair = g["token"].long(), g["pair"].long()
    h, looked_up = g["W"][token], torch.nn.functional.embedding(pair, g["W"])
    of_numbers = g["b"][token] + (g["b"][pair] ** 2).sum()
    return ((h + looked_up[0] + 2 * looked_up[1] * looked_up.sum(0)) @ g["v"] + of_numbers - g["t"]) ** 2


def test_it_trains_as_torch_does() -> None:
    same_training(loads(TEXT), by_torch, lambda p: torch.optim.SGD(p, 0.05))


def test_it_is_what_embedding_is_and_proven_by_both_engines(tmp_path: Path, engine_name: str) -> None:
    study = loads(TEXT)
    np.testing.assert_array_equal(columns(study, "W", (3, 2)), columns(loads(WITH_EMBEDDING), "W", (3, 2)))
    assert 'h = "W[token]"' in effective_template(study)
    assert loads(effective_template(study), study.name) == study
    build(study, tmp_path / "w.xlsx")
    report = verify(tmp_path / "w.xlsx", engine_name)
    assert report.ok, report.diffs[:3]


RATINGS = """rates = [0.1]
iterations = 3
batch = 2
seed = 4
[data]
inputs = ["user", "film"]
targets = ["rating"]
rows = [[0, 0, 5], [0, 1, 3], [1, 0, 4], [2, 1, 1]]
[parameters]
P = { shape = [3, 2] }
Q = { shape = [2, 2] }
b = { shape = [3], init = "zeros" }
[forward]
r = "b[user] + P[user] @ Q[film]"
[loss]
E = "(rating - r)^2"
"""


def test_two_places_are_looked_up_and_no_picture_is_drawn_between_them(tmp_path: Path, engine_name: str) -> None:
    """Whether 1 and what a grid has for 1 are equal, programs tell apart by the last digit."""
    build(loads(RATINGS), tmp_path / "r.xlsx")
    report = verify(tmp_path / "r.xlsx", engine_name)
    assert report.ok, report.diffs[:3]
    with pytest.raises(TemplateError, match="regions is of every value between the samples', and the network asks"):
        loads(RATINGS + '[[pictures]]\nkind = "regions"\n')


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[[0, [1", "[[3, [1", "in embedding(token, W), token is 3, and there are the places 0 to 2; count places"),
        ("W[token]", "W[tokens]", "'tokens', which is declared nowhere"),
        ("W[token]", "W[token, 0]", "a whole number was expected"),
    ],
)
def test_what_is_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        loads(TEXT.replace(old, new))
    assert message in str(caught.value)
    assert str(caught.value).startswith("template, line ")
