"""What a proof costs: beside the training it proves, over the rows and over the weights.

    python benchmarks/proof.py [--rows 1000 10000 100000] [--weights 10 100 1000 5000] [--layers 100] [--runs 5]

The graph is held against the independent reference, as `sheetgen verify` does, and in the same run the training alone
is computed, and the values of its rows are found without any proof. The two take turns, and are measured by the time of
the processor; medians, and the least and the most, are printed as a Markdown table. The rows are those of the network
that is built by default, at two rates, and of a chain of tanh layers, most of whose gradients are lost in rounding, so
that nearly every number needs its error bound; the weights are those of networks of two layers.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import deque
from collections.abc import Callable

from sheetgen import load, loads, override
from sheetgen.network.study import Study
from sheetgen.network.tolerance import Tolerance
from sheetgen.network.trace import Trace
from sheetgen.proof import mathematics


def seed(rows: int) -> Study:
    return override(load(), iterations=rows - 1, rates=[0.5, 1.0])


def chain(layers: int, rows: int) -> Study:
    forward = "\n".join(['a0 = "w*x"', *(f'a{k} = "tanh(a{k - 1})"' for k in range(1, layers))])
    return loads(
        f"rates = [0.5]\niterations = {rows - 1}\n[inputs]\nx = 0.5\n[targets]\nt = 0.1\n[parameters]\nw = 0.4\n"
        f'[forward]\n{forward}\n[loss]\nE = "(t - a{layers - 1})^2"\n'
    )


def dense(weights: int, rows: int) -> Study:
    """Return a network of two layers with about so many weights, and one sample."""
    width = max(1, round((weights + 4) ** 0.5) - 2)
    numbers = "\n".join(f"x{k} = {k % 7 / 7}" for k in range(1, width + 1))
    return loads(
        f"rates = [0.1]\niterations = {rows - 1}\n[inputs]\n{numbers}\n[targets]\nt1 = 0.3\nt2 = 0.9\n"
        f'[layers]\nsizes = [{width}, {width}, 2]\nactivation = "tanh"\nloss = "half_squared_error"\nseed = 1\n'
    )


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def proof(study: Study) -> None:
    found = list(mathematics.differences(Trace(study, most_held=0), Tolerance()))
    assert not found, found[:3]


def training(study: Study) -> None:
    deque(Trace(study, most_held=0).chunks(), 0)


def spread(times: list[float]) -> str:
    return f"{statistics.median(times):.3f} ({min(times):.3f}–{max(times):.3f})"


def measure(what: str, study: Study, runs: int) -> None:
    pairs = []
    for run in range(runs + 1):
        pair = seconds(lambda: proof(study)), seconds(lambda: training(study))
        if run:  # the first pair warms up
            pairs.append(pair)
    proofs, trainings = map(list, zip(*pairs, strict=True))
    rows = study.rows * len(study.variants)
    cells = study.rows * sum(len(graph.names) for graph in study.graphs)
    per_second = cells / statistics.median(proofs)
    print(
        f"| {what} | {len(study.network.weights):,} | {rows:,} | {cells:,} | {spread(proofs)} | {spread(trainings)} |"
        f" {rows / statistics.median(proofs):,.0f} | {per_second / 1e6:.2f} |",
        flush=True,
    )


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rows", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    arguments.add_argument("--weights", type=int, nargs="*", default=[10, 100, 1_000, 5_000])
    arguments.add_argument("--layers", type=int, default=100)
    arguments.add_argument("--runs", type=int, default=5)
    options = arguments.parse_args()
    print(f"n = {options.runs}; seconds of the processor: median (least–most)\n")
    print("| network | weights | rows | quantities | the proof | the training alone | rows/s | million quantities/s |")
    print("|---|---|---|---|---|---|---|---|")
    for rows in options.rows:
        measure("as built by default", seed(rows // 2), options.runs)
    for rows in (201, 401, 1_601):
        measure(f"chain of {options.layers} layers", chain(options.layers, rows), options.runs)
    for weights in options.weights:
        measure("two layers", dense(weights, 100), options.runs)


if __name__ == "__main__":
    main()
