"""`cnn sweep`: a training in each of several processes, one of them killed, to the results of single trainings."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev

import pytest
from cnn_support import command, environment, handmade_run

from cnn.errors import RunError, UsageError
from cnn.runs.run import Run
from cnn.sweep import Item, Trained, items, trained
from cnn.sweep_table import groups, line, table
from cnn.training.plan import TrainOptions

WORDS = ("sweep", "--data", "synthetic", "--device", "cpu", "--epochs", "2", "--threads", "1")
ONE = Trained("sweep-1", "rf20", "fast", 0.01, 0.01, 1, 6, 50.0, 0.02, 99, 100, 0.99)


def children(process: int) -> list[int]:
    """Return the workers that a process has started."""
    found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(child) for child in found if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="there is no /proc to find a worker in")
def test_a_killed_worker_takes_nothing_along(tmp_path: Path) -> None:
    """Its training goes on from its last epoch, to the result of a training that nothing interrupted."""
    for package in ("torch", "PIL"):
        pytest.importorskip(package, reason="the extra cnn is not installed")
    words = [sys.executable, "-m", "cnn", *WORDS, "--seed", "1", "--seed", "2", "--jobs", "2", "--json"]
    with subprocess.Popen(
        words, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as sweeping:
        first = [tmp_path / "runs" / f"sweep-rf20-fast-{seed}" / "metrics.csv" for seed in (1, 2)]
        while sweeping.poll() is None and not any(path.exists() for path in first):
            time.sleep(0.02)
        assert sweeping.poll() is None, sweeping.stderr
        victim, *others = children(sweeping.pid)
        os.kill(victim, signal.SIGKILL)
        out, err = sweeping.communicate(timeout=200)
    assert (sweeping.returncode, err, len(others)) == (0, "", 1)
    *rows, last = [json.loads(text) for text in out.splitlines()]
    assert [row["run"] for row in sorted(rows, key=lambda row: row["seed"])] == [path.parent.name for path in first]
    (group,) = last["groups"]
    accuracies = [row["accuracy"] for row in rows]
    assert (group["n"], group["mean"], group["deviation"]) == (2, mean(accuracies), stdev(accuracies))
    plain = command("train", *WORDS[1:], "--seed", "1", "--run", "plain", cwd=tmp_path)
    assert plain.returncode == 0, plain.stderr
    runs = [Run(tmp_path / "runs" / name) for name in ("plain", "sweep-rf20-fast-1")]
    untimed = [[replace(row, seconds=0.0) for row in run.metrics()] for run in runs]
    assert untimed[0] == untimed[1]
    for row in rows:
        assert Run(tmp_path / "runs" / row["run"]).read_json("summary.json")["test"]["loss"] == row["loss"]
    again = command(*WORDS, "--seed", "1", cwd=tmp_path)  # read, not trained again
    assert again.stdout.splitlines()[0] == line(Trained(**next(row for row in rows if row["seed"] == 1)))
    other = command(*WORDS, "--seed", "1", "--batch-size", "64", cwd=tmp_path)
    assert other.returncode == 1
    assert "is a run of another plan; choose another --name" in other.stdout


def test_the_trainings_of_every_combination(tmp_path: Path) -> None:
    axes = {"net": [], "recipe": ["fast", "best"], "lr": [0.01, 0.02], "dropout": [], "seed": [3, 4]}
    found = items(TrainOptions(epochs=1, threads=2), axes, tmp_path, "s", "cnn sweep")
    assert len(found) == len({item.folder for item in found}) == 8
    first = found[0]
    assert Path(first.folder) == tmp_path / "s-rf20-fast-lr0.01-3"
    plan = first.plan
    assert (plan.network, plan.recipe.name, plan.recipe.epochs, plan.threads) == ("rf20", "fast", 1, 2)
    assert (plan.recipe.learning_rate, plan.seed) == (0.01, 3)
    with pytest.raises(UsageError, match="--seed 3 is given twice; give it once"):
        items(TrainOptions(), {"seed": [3, 3]}, tmp_path, "s", "cnn sweep")
    with pytest.raises(UsageError, match="no recipe is called 'nope'"):
        items(TrainOptions(), {"recipe": ["nope"]}, tmp_path, "s", "cnn sweep")


def test_a_finished_run_is_read_and_that_of_another_plan_refused(tmp_path: Path) -> None:
    """Without torch: nothing is trained."""
    run = handmade_run(tmp_path, "one")
    from cnn.training.config import recorded_config

    plan = replace(recorded_config(run).plan, threads=5, data_dir="elsewhere")
    result = trained(Item(str(run.folder), plan, "cnn sweep"))
    assert (result.run, result.correct, result.total, result.error) == ("one", 198, 200, "")
    with pytest.raises(RunError, match="is a run of another plan; choose another --name or --runs-dir"):
        trained(Item(str(run.folder), replace(plan, seed=8), "cnn sweep"))


def test_what_is_said_of_a_sweep() -> None:
    other = replace(ONE, seed=2, correct=97, accuracy=0.97, seconds=70.0)
    best = replace(ONE, recipe="best")
    failed = replace(ONE, seed=3, error="why")
    assert line(ONE) == "sweep-1: 99/100 = 99.00%, loss 0.0200, 6 epochs, 50.0 s"
    assert line(failed) == "sweep-1: failed: why"
    fast, alone = groups([ONE, other, failed, best])
    assert (fast.n, fast.mean, fast.least, fast.largest, fast.seconds) == (2, 0.98, 0.97, 0.99, 60.0)
    assert fast.deviation == pytest.approx(0.02 / 2**0.5)
    assert (alone.recipe, alone.n, alone.deviation) == ("best", 1, None)
    head, first, second = table([fast, alone])
    assert head.split() == ["network", "recipe", "rate", "dropout", "n", "mean", "sd", "least", "largest", "seconds"]
    assert first.split() == ["rf20", "fast", "0.01", "0.01", "2", "98.000%", "1.414%", "97.00%", "99.00%", "60.0"]
    assert second.split() == ["rf20", "best", "0.01", "0.01", "1", "99.000%", "99.00%", "99.00%", "50.0"]
    assert table(groups([failed])) == []
