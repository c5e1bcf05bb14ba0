"""What a person sees of a training: what begins, and the bar with the loss and the time left."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cnn_support import EPOCHS, command

from cnn.runs.metrics import Beginning
from cnn.show import Bar, beginning_lines, duration

BEGINNING = Beginning(
    "runs/one", "rf20", 8320, "fast", 6, 0, "MNIST", 55_000, 5000, 10_000, 128, "cpu", 1, 1,
)  # fmt: skip


def test_what_begins_is_said() -> None:
    assert beginning_lines(BEGINNING) == [
        "runs/one: rf20, 8,320 parameters, recipe fast, 6 epochs",
        "MNIST: 55,000 training pictures, 5,000 held out, 10,000 test pictures, 128 a batch; on cpu, 1 thread",
    ]
    first, second = beginning_lines(replace(BEGINNING, done=2, validation=0, processes=2, threads=3))
    assert first.endswith("6 epochs, from epoch 3 on")
    assert (
        second == "MNIST: 55,000 training pictures, 10,000 test pictures, 128 a batch; on cpu, 2 processes, 3 threads"
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 s"),
        (59.4, "59 s"),
        (60, "1 min 00 s"),
        (200.2, "3 min 20 s"),
        (3599.6, "1 h 00 min"),
        (3720, "1 h 02 min"),
    ],
)
def test_a_time_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize("done", [0, 2])
def test_the_bar_has_the_loss_and_the_time_that_is_left(done: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Each batch takes a second; of six epochs of ten batches some are over."""
    now = [100.0]
    bar = Bar(6, lambda: now[0])
    bar.on_terminal = True
    bar.begin(replace(BEGINNING, done=done))
    asked = []
    for batch in range(1, 6):
        now[0] += 1
        bar.batch(done + 1, batch, 10, lambda: asked.append(1) or 0.25)  # type: ignore[func-returns-value]
    left = duration((6 - done) * 10 - 5)
    last = capsys.readouterr().err.rpartition("\r")[2]
    assert last == f"\x1b[Kepoch {done + 1}/6 [###############...............] 5/10  loss 0.2500  {left} left"
    assert len(asked) == 5
    bar.batch(done + 1, 5, 10, lambda: pytest.fail("asked again for a bar that did not grow"))


def test_in_a_pipe_there_is_no_bar_and_no_loss_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar(3)
    bar.begin(BEGINNING)
    bar.batch(1, 5, 10, lambda: pytest.fail("asked in a pipe"))
    bar.epoch(EPOCHS[0])
    lines = capsys.readouterr().err.splitlines()
    assert lines[:2] == beginning_lines(BEGINNING)
    assert (len(lines), lines[2][:10]) == (3, "epoch  1/3")


def test_a_training_in_a_pipe_begins_with_its_name_and_sizes(tmp_path: Path) -> None:
    for package in ("torch", "PIL"):
        pytest.importorskip(package, reason="the extra cnn is not installed")
    done = command("train", "--data", "synthetic", "--device", "cpu", "--epochs", 1, "--val", 600, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[:2] == [
        "runs/rf20-fast-1: rf20, 8,320 parameters, recipe fast, changed, 1 epoch",
        "drawn digits, not MNIST: 5,400 training pictures, 600 held out, 1,000 test pictures, 128 a batch; "
        "on cpu, 1 thread",
    ]
