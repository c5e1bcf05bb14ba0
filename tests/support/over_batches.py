"""Networks whose rows meet in numbers of the whole batch: batch norm by hand, and one with all four functions."""

from __future__ import annotations

from pathlib import Path

from sheetgen import build
from sheetgen.network.study import Study

SAMPLES = [(0.5, -1.2, 0.3), (1.5, 0.4, 0.9), (-0.7, 0.8, -0.2), (0.1, -0.5, 0.6), (2.0, 1.1, 0.1), (-1.3, 0.2, 0.5)]
RATE = 0.1


def _data() -> str:
    return f'[data]\ninputs = ["x1", "x2"]\ntargets = ["t"]\nrows = {[list(sample) for sample in SAMPLES]}\n'


NORM_START = {"w11": 0.4, "w12": -0.3, "w21": 0.2, "w22": 0.7, "g1": 1.2, "g2": 0.8, "c1": 0.1, "c2": -0.2, "v1": 0.9,
              "v2": -0.6, "d": 0.05}  # fmt: skip


def batch_norm(batch: int | str = 3, iterations: int = 50, head: str = "") -> str:
    """Return the template of two hidden units, normalised over the batch before their activation."""
    parameters = "\n".join(f"{name} = {value}" for name, value in NORM_START.items())
    units = "\n".join(
        f'z{k} = "w{k}1*x1 + w{k}2*x2"\n'
        f'n{k} = "(z{k} - batch_mean(z{k}))/sqrt(batch_var(z{k}) + 0.00001)"\n'
        f'h{k} = "tanh(g{k}*n{k} + c{k})"'
        for k in (1, 2)
    )
    return f"""
title = "Batch norm"
rates = [{RATE}]
iterations = {iterations}
batch = {batch if isinstance(batch, int) else repr(batch)}
{head}
{_data()}
[parameters]
{parameters}
[forward]
{units}
y = "v1*h1 + v2*h2 + d"
[loss]
E = "(y - t)^2"
"""


FUNCTIONS_START = {"w": 0.7, "b": -0.2, "v": 0.5}


def all_functions(batch: int | str = 3, iterations: int = 50, head: str = "") -> str:
    """Return a template in which each of the four functions leads to the loss, of quantities and of a column."""
    parameters = "\n".join(f"{name} = {value}" for name, value in FUNCTIONS_START.items())
    return f"""
title = "All four"
rates = [{RATE}]
iterations = {iterations}
batch = {batch if isinstance(batch, int) else repr(batch)}
{head}
{_data()}
[parameters]
{parameters}
[forward]
z = "tanh(w*x1 + b*x2)"
u = "z - batch_max(z) + 0.1*x1*batch_sum(x2)"
y = "v*u + 0.2*batch_mean(z)*z"
[loss]
own = "(y - t)^2"
spread = "0.3*batch_var(y)"
sparse = "0.05*batch_sum(u)^2"
E = "own + spread + sparse + 0.01*batch_mean(own)"
[metrics]
largest = "batch_max(own)"
"""


def running_norm(batch: int | str = 3, iterations: int = 50, head: str = "") -> str:
    """Return the template of `batch_norm` with running statistics, as torch's BatchNorm1d has them."""
    starts, follow = "", ""
    for k in (1, 2):
        starts += f"z{k}_mean = 0\nz{k}_var = 1\n"
        follow += f'z{k}_mean = "0.9*z{k}_mean + 0.1*batch_mean(z{k})"\n'
        follow += f'z{k}_var = "0.9*z{k}_var + 0.1*batch_var(z{k})*batch/(batch - 1)"\n'
    return batch_norm(batch, iterations, head).replace("[forward]", f"{starts}[running]\n{follow}[forward]", 1)


def built_and_proven(study: Study, path: Path) -> Path:
    """Build a workbook, assert that it was proven, and return where it is."""
    report = build(study, path).report
    assert report is not None
    assert report.ok, report.diffs[:3]
    return path
