"""Train the same network by the same recipe with several random seeds, and print the row for docs/results.md.

    python benchmarks/cnn_seeds.py --net rf20 --recipe fast --seeds 5 --runs-dir runs [--dropout 0] [--val
    5000 [--val-from end]]

Each run is one of `cnn train`, in its own directory; one that is finished there already is read, not trained
again.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from pathlib import Path

from cnn.runs.run import Run
from cnn.tab.finished_run import run_record


def trained_run(options: argparse.Namespace, seed: int) -> Run:
    dropout = "recipe" if options.dropout is None else options.dropout
    held_out = f"v{options.val}" + (f"-{options.val_from}" if options.val_from != "random" else "")
    run = Run(options.runs_dir / f"{options.net}-{options.recipe}-d{dropout}-{held_out}-{seed}")
    if not run.path("summary.json").exists():
        words = ["train", "--net", options.net, "--recipe", options.recipe, "--seed", seed, "--val", options.val]
        words += ["--run", run.name, "--runs-dir", options.runs_dir, "--device", "cpu", "--threads", 1]
        words += ["--val-from", options.val_from] if options.val else []
        words += [] if options.dropout is None else ["--dropout", options.dropout]
        subprocess.run([sys.executable, "-m", "cnn", *map(str, words)], check=True, stdout=subprocess.DEVNULL)
    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--net", default="rf20")
    parser.add_argument("--recipe", default="fast")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--dropout", type=float)
    parser.add_argument("--val", type=int, default=0)
    parser.add_argument("--val-from", choices=("random", "end"), default="random")
    parser.add_argument("--runs-dir", type=Path, default=Path("runs"))
    options = parser.parse_args()
    runs = [run_record(trained_run(options, seed)) for seed in range(1, options.seeds + 1)]
    correct = [run.test.correct for run in runs]
    seconds = [run.summary.seconds / run.summary.epochs for run in runs]
    spread = statistics.stdev(correct) if len(correct) > 1 else 0.0
    print(f"final epoch, correct of {runs[0].test.total}: {correct}")
    print(f"n {len(correct)}  mean {statistics.mean(correct):.1f}  sd {spread:.1f}  min {min(correct)}")
    print(f"seconds an epoch: mean {statistics.mean(seconds):.1f}  epochs {runs[0].summary.epochs}")
    print(f"by epoch, mean correct on the {runs[0].summary.evaluated_on} pictures:")
    curves = ([epoch.correct for epoch in run.epochs] for run in runs)
    print([round(statistics.mean(of_epoch), 1) for of_epoch in zip(*curves, strict=True)])


if __name__ == "__main__":
    main()
