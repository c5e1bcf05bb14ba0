"""`sheetgen sweep`: results against torch and against single templates, streamed, and one line for every mistake."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from autograd import by_autograd
from outside import IMPORTED

from sheetgen import loads
from sheetgen.errors import UsageError
from sheetgen.sweep import Row, carried_out, items
from sheetgen.template.load import load_drawn
from sheetgen.template.shipped import template_text

ROW = Row(1, "xor", 7, 20, "lr 0.5", 0.5, 0.7, 0.6, 2, 1234, 0, 1.5)


STEEP = """
rates = [0.1]
iterations = 300
inputs.x = 1
parameters.w = 1
forward.y = "w*x"
loss.E = "y^2"
"""


def run(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(IMPORTED)}
    command = [sys.executable, "-m", "sheetgen", "sweep", *words]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300)


def test_a_sweep_of_workbooks(tmp_path: Path) -> None:
    words = "--rate 0.5 --rate 2 --iterations 3 --iterations 4 --jobs 2 --json -o found.csv"
    done = run(*words.split(), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {(row["rate"], row["iterations"]) for row in rows} == {(0.5, 3), (0.5, 4), (2.0, 3), (2.0, 4)}
    for row in rows:
        assert (row["template"], row["seed"], row["differences"], row["error"]) == ("mlp-2-2-2", None, 0, "")
        assert row["formula_cells"] > 1000
        for name, iteration in (("first_loss", 0), ("last_loss", row["iterations"])):
            neurons, _ = by_autograd(row["rate"], iteration)
            assert row[name] == pytest.approx(neurons["E_total"][0], rel=1e-12)
    listed = list(csv.DictReader((tmp_path / "found.csv").read_text().splitlines()))
    assert [row["item"] for row in listed] == ["1", "2", "3", "4"]
    assert {(float(row["rate"]), float(row["last_loss"])) for row in listed} == {
        (row["rate"], row["last_loss"]) for row in rows
    }
    assert [path.name for path in tmp_path.iterdir()] == ["found.csv"]  # no workbook, no draft


def test_an_item_that_fails_stops_no_other_and_is_told(tmp_path: Path) -> None:
    (tmp_path / "steep.toml").write_text(STEEP)
    done = run("steep.toml", "--rate", "0.25", "--rate", "1e9", "--train-only", "--jobs", "1", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    lines = sorted(done.stdout.splitlines())
    assert lines[0].startswith("steep, 300 iterations, rate 0.25: loss 1 → ")
    assert lines[1].startswith("steep, rate 1e+09: failed: ")
    assert "has no value at iteration" in lines[1]


def test_a_seed_draws_what_the_template_draws() -> None:
    for seed in (1, 5):
        by_hand, count = re.subn(r"(?m)^seed = \d+", f"seed = {seed}", template_text("xor"))
        assert count == 1
        assert load_drawn("xor", seed).values == loads(by_hand).values
    assert load_drawn("xor", 1).values != load_drawn("xor", 5).values
    (item,) = items(["xor"], [1.0], [5], [5], workbook=False)
    assert (item.template, item.study().values) == ("xor", load_drawn("xor", 5).values)
    (row,) = carried_out(item)
    assert (row.seed, row.iterations, row.rate, row.formula_cells, row.differences) == (5, 5, 1.0, None, None)


DRAWN_INPUTS = """
title = "t"
rates = [0.1]
iterations = 2
seed = 4
[inputs]
x = { shape = [2], init = "normal" }
[parameters]
w = { shape = [2], init = "zeros" }
[forward]
y = "w @ x"
[loss]
E = "(y - 1)^2"
"""


def test_a_seed_draws_inputs_and_nothing_that_is_not_drawn(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(DRAWN_INPUTS)
    assert load_drawn(path, 5).values == loads(DRAWN_INPUTS.replace("seed = 4", "seed = 5")).values
    assert load_drawn(path, 5).values != load_drawn(path, 4).values
    path.write_text(DRAWN_INPUTS.replace("normal", "ones"))
    with pytest.raises(UsageError, match="draws nothing at random"):
        load_drawn(path, 5)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("nope", "no template or file 'nope'"),
        ("--seed 3", "mlp-2-2-2 draws nothing at random"),
        ("--rate 1 --rate 1", "the rate 1.0 is given twice; give it once"),
        ("--rate -1", "greater than 0"),
        ("--iterations 0", "from 1 to 1,048,571"),
        ("--jobs 0", "is not in the range x>=1"),
        ("-o there.csv", "there.csv exists; replace it with --force"),
        ("-o nowhere/there.csv", "nowhere/there.csv cannot be written"),
    ],
)
def test_a_mistake_gets_one_line_and_nothing_is_begun(words: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "there.csv").write_text("mine")
    done = run(*words.split(), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr
    assert (tmp_path / "there.csv").read_text() == "mine"


def test_what_a_row_says() -> None:
    assert ROW.line() == "xor, seed 7, 20 iterations, rate 0.5: loss 0.7 → 0.6, 1.50 s, 1,234 formula cells, OK"
    assert ROW.ok
    differs = replace(ROW, differences=3)
    assert differs.line().endswith("1,234 formula cells, 3 differ")
    assert not differs.ok
    failed = replace(ROW, error="why")
    assert failed.line().endswith("rate 0.5: failed: why")
    assert not failed.ok


def test_every_item_is_tried_before_any_is_begun() -> None:
    with pytest.raises(UsageError, match="draws nothing"):
        items(["xor", "mlp-2-2-2"], [], [], [1], workbook=True)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="there is no /proc to find a worker in")
@pytest.mark.parametrize(
    ("program", "words", "farewell"),
    [
        ("sheetgen", "iris --iterations 150 --seed 1 --seed 2 -o found.csv", "interrupted; nothing was changed"),
        ("cnn", "--data synthetic --epochs 500 --seed 1 --seed 2", "cnn: stopped"),
    ],
)
def test_an_interrupt_ends_the_workers_too(program: str, words: str, farewell: str, tmp_path: Path) -> None:
    if program == "cnn":
        pytest.importorskip("torch", reason="torch is not installed")
    environment = {**os.environ, "PYTHONPATH": str(IMPORTED), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", program, "sweep", *words.split(), "--jobs", "2"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as sweeping:
        while sweeping.poll() is None and len(workers := working(sweeping.pid)) < 2:
            time.sleep(0.05)
        time.sleep(1)
        sweeping.send_signal(signal.SIGINT)
        _, said = sweeping.communicate(timeout=60)
    assert (sweeping.returncode, said.strip()) == (130, farewell)
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]
    assert not list(tmp_path.glob("found.csv*"))
    assert not list(tmp_path.glob("sheetgen-*"))  # the folders of the workbooks


def working(process: int) -> list[str]:
    """Return the workers that a process has started and that have left its session, as they do when they are ready."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [
        child for child in children if Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[3] == child
    ]
