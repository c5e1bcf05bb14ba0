"""Small networks for tests, and their forward pass written down anew in plain Python."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence

from sheetgen.algebra.parser import parse
from sheetgen.network.assemble import assemble
from sheetgen.network.graph import Graph
from sheetgen.template.document import Document
from sheetgen.template.layers.expand import Expansion, expand_layers

ODD = """
title = "An odd network"
rates = [0.3, 0.05]
iterations = 12

[inputs]
x1 = 0.6
x2 = -1.1

[targets]
t = 0.25

[parameters]
u = 0.8
b = -0.3
v = 0.45
s = 1.2

[forward]
z1 = "u*x1 + v*x2 + b"
y1 = "tanh(z1)"
z2 = "u*y1 + s*x1"
y2 = "sigmoid(z2)/(1 + exp(-y1))"
watched = "y1*y2"

[loss]
E1 = "0.5*(t - y2)²"
penalty = "0.01*(u^2 + u*v + v^2)"
L = "E1 + penalty + 0.1*sqrt(1 + y1^2)"
"""
"""Bias, tanh, a skip connection (x1), shared weights (u, v), a weight in the loss, a metric nobody uses."""


GOOD = """\
title = "A small network"
rates = [0.5, 2]
iterations = 3

[inputs]
x = 0.5

[targets]
t = 0.3

[parameters]
w = 0.4

[forward]
h = "w*x"
y = "sigmoid(h)"

[loss]
E = "0.5*(t - y)^2"
"""


def odd_loss(values: Mapping[str, float]) -> float:
    """Return the loss of ODD."""
    x1, x2, t, u, b, v, s = (values[name] for name in ("x1", "x2", "t", "u", "b", "v", "s"))
    y1 = math.tanh(u * x1 + v * x2 + b)
    y2 = 1 / (1 + math.exp(-(u * y1 + s * x1))) / (1 + math.exp(-y1))
    return 0.5 * (t - y2) ** 2 + 0.01 * (u**2 + u * v + v**2) + 0.1 * math.sqrt(1 + y1**2)


def template(forward: str, loss: str, parameters: str = "w = 0.4", rates: str = "0.5", iterations: int = 3) -> str:
    """Return a template with an input x = 0.5 and a target t = 0.3."""
    return (
        f"rates = [{rates}]\niterations = {iterations}\n[inputs]\nx = 0.5\n[targets]\nt = 0.3\n"
        f"[parameters]\n{parameters}\n[forward]\n{forward}\n[loss]\n{loss}\n"
    )


def assembled(forward: dict[str, str], loss: dict[str, str], weights: str = "w", data: str = "x") -> Graph:
    """Return the graph of equations over some inputs, a target t and some weights."""
    equations = [{name: parse(text) for name, text in texts.items()} for texts in (forward, loss)]
    return assemble(data.split(), ["t"], weights.split(), *equations)


def expanded_layers(table: Mapping[str, object], inputs: list[str], targets: list[str]) -> Expansion:
    """Return what a table [layers] stands for."""
    return expand_layers(Document("mine.toml", {"layers": table}), inputs, targets)


def perceptron(sizes: list[int], **options: object) -> Expansion:
    """Return what a [layers] stands for, over inputs i1, i2, … and targets t1, t2, …"""
    inputs, targets = (
        [f"{letter}{k + 1}" for k in range(size)] for letter, size in (("i", sizes[0]), ("t", sizes[-1]))
    )
    return expanded_layers({"sizes": sizes, **options}, inputs, targets)


def one_weight(sheets: Sequence[str], iterations: int = 2, loss: str = "E") -> str:
    """Return the template of o = σ(w·x), x = 1, t = 0.5, w = 0.3, trained on sheets of these names.

    The learning rates are 0.1, 0.2, …
    """
    variants = "".join(
        f"[[variants]]\nsheet = {json.dumps(sheet, ensure_ascii=False)}\nrate = {number / 10!r}\n"
        for number, sheet in enumerate(sheets, start=1)
    )
    return (
        f"iterations = {iterations}\n{variants}[inputs]\nx = 1\n[targets]\nt = 0.5\n[parameters]\nw = 0.3\n"
        f'[forward]\no = "sigmoid(w*x)"\n[loss]\n{loss} = "0.5*(t - o)^2"\n'
    )


def one_weight_losses(rate: float, iterations: int = 2) -> list[float]:
    """Return the losses of `one_weight` at each iteration, in plain Python."""
    w, losses = 0.3, []
    for _ in range(iterations + 1):
        o = 1 / (1 + math.exp(-w))
        losses.append(0.5 * (0.5 - o) ** 2)
        w -= rate * (o - 0.5) * o * (1 - o)
    return losses


def line(
    rows: str,
    *,
    rates: str = "0.05, 0.1",
    iterations: int = 9,
    batch: str = "1",
    more: str = "",
    w: float = 0.1,
    b: float | None = 0.2,
    metric: str = "",
) -> str:
    """Return the template of a straight line through samples (x, t); without a ``b`` it goes through the origin."""
    bias = ("", "") if b is None else (f"b = {b}\n", " + b")
    return (
        f"rates = [{rates}]\niterations = {iterations}\nbatch = {batch}\n{more}\n"
        f"[data]\ninputs = ['x']\ntargets = ['t']\nrows = [{rows}]\n[parameters]\nw = {w}\n{bias[0]}"
        f"[forward]\ny = 'w*x{bias[1]}'\n[loss]\nE = '0.5*(t - y)^2'\n"
        + (f"[metrics]\nmetric = '{metric}'\n" if metric else "")
    )


def layered(sizes: Sequence[int], *, iterations: int = 1, activation: str = "tanh", more: str = "") -> str:
    """Return the template of a perceptron of these sizes with one sample, whose numbers are all different."""
    inputs = "".join(f"i{k} = {math.sin(k):.3f}\n" for k in range(1, sizes[0] + 1))
    targets = "".join(f"t{k} = {k / (sizes[-1] + 1):.3f}\n" for k in range(1, sizes[-1] + 1))
    return (
        f"rates = [0.1]\niterations = {iterations}\n{more}\n[inputs]\n{inputs}[targets]\n{targets}"
        f'[layers]\nsizes = {list(sizes)}\nactivation = "{activation}"\noutput = "sigmoid"\nseed = 3\n'
    )
