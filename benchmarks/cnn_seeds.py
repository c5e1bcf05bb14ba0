"""Train the same network by the same recipe with several random seeds, and print the row for docs/results.md.

    python benchmarks/cnn_seeds.py --net rf20 --recipe fast --seeds 5 --runs-dir runs [--dropout 0] [--val
    5000]

Each run is one of `cnn train`, in its own directory; one that is finished there already is read, not trained
again.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any


def trained(given: argparse.Namespace, seed: int) -> dict[str, Any]:
    dropout = "recipe" if given.dropout is None else given.dropout
    name = f"{given.net}-{given.recipe}-d{dropout}-v{given.val}-{seed}"
    folder = given.runs_dir / name
    if not (folder / "summary.json").exists():
        words = [
            "train",
            "--net",
            given.net,
            "--recipe",
            given.recipe,
            "--seed",
            seed,
            "--runs-dir",
            given.runs_dir,
        ]
        words += ["--run", name, "--device", "cpu", "--threads", 1, "--val", given.val]
        words += [] if given.dropout is None else ["--dropout", given.dropout]
        subprocess.run([sys.executable, "-m", "cnn", *map(str, words)], check=True, stdout=subprocess.DEVNULL)
    summary = json.loads((folder / "summary.json").read_text())
    rows = (folder / "metrics.csv").read_text().splitlines()
    header = rows[0].split(",")
    return {**summary, "curve": [int(row.split(",")[header.index("correct")]) for row in rows[1:]]}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--net", default="rf20")
    options.add_argument("--recipe", default="fast")
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--dropout", type=float)
    options.add_argument("--val", type=int, default=0)
    options.add_argument("--runs-dir", type=Path, default=Path("runs"))
    given = options.parse_args()
    found = [trained(given, seed) for seed in range(1, given.seeds + 1)]
    right = [one["test"]["correct"] for one in found]
    seconds = [one["seconds"] / one["epochs"] for one in found]
    spread = statistics.stdev(right) if len(right) > 1 else 0.0
    print(f"final epoch, correct of {found[0]['test']['total']}: {right}")
    print(f"n {len(right)}  mean {statistics.mean(right):.1f}  sd {spread:.1f}  min {min(right)}")
    print(f"seconds an epoch: mean {statistics.mean(seconds):.1f}  epochs {found[0]['epochs']}")
    print(f"by epoch, mean correct on the {found[0]['evaluated_on']} pictures:")
    print([round(statistics.mean(column), 1) for column in zip(*(one["curve"] for one in found), strict=True)])


if __name__ == "__main__":
    main()
