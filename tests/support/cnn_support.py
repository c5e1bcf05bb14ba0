"""What the tests of `cnn` share: an environment, a way to run commands, and a run that was never trained."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
from outside import IMPORTED

from cnn.net.layer_table import network_facts
from cnn.net.networks import find_network
from cnn.runs.metrics import Epoch
from cnn.runs.run import Run, make_folder, planned_run
from cnn.runs.summary import Confusion, Mistake, Summary, TestResult
from cnn.training.config import Config, DataFacts, Machine
from cnn.training.plan import Plan
from cnn.training.recipe import FAST
from sheetgen.sheet_names import CNN


def environment() -> dict[str, str]:
    """Return the environment for a command in another process: this working tree first, one thread."""
    return {**os.environ, "PYTHONPATH": str(IMPORTED), "OMP_NUM_THREADS": "1"}


def command(*words: object, cwd: Path, timeout: float = 100) -> subprocess.CompletedProcess[str]:
    """Run ``python -m cnn`` with these words."""
    return subprocess.run(
        [sys.executable, "-m", "cnn", *map(str, words)],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=timeout,
    )


EPOCHS = (
    Epoch(1, 0.001, 0.002, 0.5, 900, 1000, "test", 0.25, 180, 200, 1.5),
    Epoch(2, 0.002, 0.001, 0.3, 950, 1000, "test", 0.125, 199, 200, 1.5),
    Epoch(3, 0.001, 0.0, 0.2, 980, 1000, "test", 0.1, 198, 200, 1.5),
)


def confusion_of(correct: int) -> Confusion:
    """Return a confusion matrix of 200 pictures, 20 a digit, of which so many were recognised; threes first."""
    rows = [[20 * (label == digit) for digit in range(10)] for label in range(10)]
    for number in range(200 - correct):
        label = (3 + number // 20) % 10
        rows[label][label] -= 1
        rows[label][(label + 2) % 10] += 1
    return tuple(map(tuple, rows))


def handmade_run(root: Path, name: str, network: str = "rf20", epochs: Sequence[Epoch] = EPOCHS, best: int = 2) -> Run:
    """Write a run directory by hand, as a training would leave it; ``best`` is the best epoch it names."""
    from PIL import Image

    run = planned_run(root, name)
    make_folder(run)
    run.write_record("config.json", config(network))
    run.write_metrics(epochs)
    run.path("mistakes").mkdir()
    Image.new("L", (28, 28), 40).save(run.path("mistakes/01.png"))
    run.write_record("summary.json", summary(network, epochs, best))
    return run


def config(network: str) -> Config:
    """Return the record of a training on MNIST."""
    return Config(
        command="cnn train",
        started="2026-01-01T00:00:00+00:00",
        plan=Plan(network, replace(FAST, epochs=3), seed=7),
        device="cpu",
        processes=1,
        data=DataFacts("mnist", True, "ab" * 32, 1000, 0, 200),
        machine=Machine("Linux", "x86_64"),
        versions={"python": "3.11"},
    )


def summary(network: str, epochs: Sequence[Epoch], best: int) -> Summary:
    """Return the record of what came out of these epochs."""
    last = epochs[-1]
    return Summary(
        **vars(network_facts(find_network(network))),
        stopped="finished",
        epochs=len(epochs),
        seconds=1.5 * len(epochs),
        evaluated_on=last.evaluated_on,
        best_epoch=best,
        best_epoch_picked_on_test_data=last.evaluated_on == "test",
        test=TestResult("last.pt", last.loss, last.correct, last.total, last.correct / last.total),
        confusion=confusion_of(last.correct),
        mistakes=(Mistake(5, 3, 5, 0.93, 0.05, "mistakes/01.png"),),
        data="mnist",
    )


def sheet_texts(path: Path) -> dict[str, list[Any]]:
    """Return the rows of the sheet CNN by the text in their second column, as cached."""
    sheet = openpyxl.load_workbook(path, data_only=True)[CNN]
    return {str(row[1]): list(row[2:]) for row in sheet.iter_rows(values_only=True) if row[1] is not None}
