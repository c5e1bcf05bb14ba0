"""How much sooner `fast` on `rf20` is done than the published recipe on its network reaches its ninth epoch.

    python benchmarks/cnn_side_by_side.py --runs-dir runs

Both train at the same time, one thread each, on real MNIST: the published one once, for nine epochs, and
beside it the fast one with one random seed after the other, with its dropout and without. Times are those of
metrics.csv: training and evaluation, without the start of Python.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

from cnn.runs.run import Run


def start(folder: Path, name: str, *words: object) -> subprocess.Popen[bytes]:
    line = [
        sys.executable,
        "-m",
        "cnn",
        "train",
        "--run",
        name,
        "--runs-dir",
        folder,
        "--device",
        "cpu",
        *words,
    ]
    with (folder / f"{name}.log").open("wb") as log:
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        return subprocess.Popen([str(word) for word in line], stdout=log, stderr=log, env=environment)


def seconds(folder: Path, name: str) -> float:
    return sum(row.seconds for row in Run(folder / name).metrics())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs-dir", type=Path, default=Path("runs"))
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    folder = options.runs_dir
    folder.mkdir(parents=True, exist_ok=True)
    published = start(folder, "published", "--net", "seed", "--recipe", "seed", "--epochs", 9)
    beside: list[str] = []
    after: list[str] = []
    for dropout in ((), ("--dropout", 0)):
        for seed in range(1, options.seeds + 1):
            name = f"fast{'-no-dropout' if dropout else ''}-{seed}"
            start(folder, name, "--seed", seed, *dropout).wait()
            (beside if published.poll() is None else after).append(name)
    published.wait()
    slow = seconds(folder, "published")
    last = Run(folder / "published").metrics()[-1]
    print(f"published: {slow:.1f} s to its ninth epoch, {last.correct} correct")
    for name in beside:
        row = Run(folder / name).metrics()[-1]
        quick = seconds(folder, name)
        print(f"{name}: {quick:.1f} s for {row.epoch} epochs, {row.correct} correct, {slow / quick:.2f} ×")
    times = [seconds(folder, name) for name in beside if "no-dropout" not in name]
    print(f"with dropout: mean {statistics.mean(times):.1f} s, {slow / statistics.mean(times):.2f} times sooner")
    print(f"least: {slow / max(times):.2f} times sooner")
    for name in after:
        print(f"{name} (not beside): {Run(folder / name).metrics()[-1].correct} correct")


if __name__ == "__main__":
    main()
