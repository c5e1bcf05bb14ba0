"""The commands as a person types them: each in a process of its own, since what matters is what reaches the
terminal and the disk.
"""

from __future__ import annotations

import csv
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import openpyxl
import pytest
from click.testing import CliRunner, Result
from cnn_support import command, environment
from outside import ROOT, mnist_folder

from cnn.cli import cli

WITH_TORCH = pytest.mark.skipif(
    subprocess.run([sys.executable, "-c", "import torch, torchvision, PIL"], capture_output=True).returncode != 0,
    reason="torch, torchvision or Pillow is not installed",
)
DRAWN = ("--data", "synthetic", "--device", "cpu")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with one finished run, ``whole``, of two epochs on drawn digits."""
    folder = tmp_path_factory.mktemp("runs")
    done = command("train", *DRAWN, "--epochs", 2, "--run", "whole", "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    (folder / "whole.json").write_text(done.stdout)
    return folder


def one_line_of(result: Result) -> str:
    """Return the one line of an error, checked to be one, with exit code 2 and nothing on stdout."""
    assert result.exit_code == 2, result.stderr
    assert result.stdout == ""
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("cnn: ")
    return lines[0]


def here(*words: object) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(cli, [str(word) for word in words])


def weights(folder: Path, run: str) -> dict[str, object]:
    import torch

    state = torch.load(folder / "runs" / run / "last.pt", weights_only=True)
    return {name: value.tolist() for name, value in state["model"].items()}


def rows(folder: Path, run: str) -> list[dict[str, str]]:
    with (folder / "runs" / run / "metrics.csv").open(newline="") as file:
        return [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]


@WITH_TORCH
def test_a_run_holds_what_a_reader_wants(place: Path) -> None:
    run = place / "runs" / "whole"
    names = {path.name for path in run.iterdir()}
    assert names == {
        "config.json",
        "metrics.csv",
        "summary.json",
        "last.pt",
        "best.pt",
        "curves.png",
        "mistakes",
    }
    summary = json.loads((run / "summary.json").read_text())
    assert {"format": 1, **json.loads((place / "whole.json").read_text())} == summary
    assert summary["stopped"] == "finished"
    assert sum(layer["parameters"] for layer in summary["layers"]) == 8320
    assert sum(map(sum, summary["confusion"])) == summary["test"]["total"] == 1000
    assert summary["best_epoch_picked_on_test_data"] is True
    for mistake in summary["mistakes"]:
        assert (run / mistake["picture"]).read_bytes().startswith(b"\x89PNG")
    config = json.loads((run / "config.json").read_text())
    assert config["data"]["is_mnist"] is False
    assert len(config["data"]["fingerprint"]) == 64
    assert [row["epoch"] for row in rows(place, "whole")] == ["1", "2"]
    assert rows(place, "whole")[-1]["correct"] == str(summary["test"]["correct"])


@WITH_TORCH
def test_evaluate_finds_the_recorded_result_and_tells_where_it_does_not(place: Path) -> None:
    good = here("evaluate", "whole", "--json", "--runs-dir", place / "runs")
    assert good.exit_code == 0, good.stderr
    evaluation = json.loads(good.stdout)
    assert evaluation["recorded"] == evaluation["correct"]
    path = place / "runs" / "whole" / "summary.json"
    before = path.read_text()
    changed = json.loads(before)
    changed["test"]["correct"] -= 1
    path.write_text(json.dumps(changed))
    try:
        bad = here("evaluate", "whole", "--runs-dir", place / "runs")
    finally:
        path.write_text(before)
    assert bad.exit_code == 1
    assert "differs from" in bad.stdout
    assert "not MNIST" in bad.stdout


@WITH_TORCH
def test_runs_lists_them_and_survives_a_damaged_one(place: Path) -> None:
    broken = place / "runs" / "broken"
    broken.mkdir(exist_ok=True)
    (broken / "config.json").write_text("{")
    listed = json.loads(here("runs", "--json", "--runs-dir", place / "runs").stdout)
    assert {row["run"]: row["state"] for row in listed}["broken"] == "damaged"
    text = here("runs", "--runs-dir", place / "runs").stdout
    assert "whole" in text
    assert "synthetic" in text


def go_on(line: str, place: Path) -> None:
    """Run the command that a line says continues a training, as it is printed."""
    words = shlex.split(line.removeprefix("continue it"))
    done = subprocess.run(words, cwd=place, env=environment(), capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr


@WITH_TORCH
def test_ctrl_c_twice_at_once_stops_at_once_and_says_how_to_go_on(place: Path, small_workbook: Path) -> None:
    book, root = place / "my book.xlsx", place / "my runs"
    book.write_bytes(small_workbook.read_bytes())
    words = [sys.executable, "-m", "cnn", "train", *DRAWN, "--epochs", "1", "--run", "twice", "--recipe", "seed"]
    words += ["--workbook", book.name, "--runs-dir", root.name]
    with subprocess.Popen(words, cwd=place, env=environment(), stderr=subprocess.PIPE, text=True) as process:
        while not (root / "twice" / "config.json").exists() and process.poll() is None:
            time.sleep(0.01)
        time.sleep(0.2)
        assert process.stderr is not None
        process.send_signal(signal.SIGINT)
        stopping = "stopping after this epoch; Ctrl-C again to stop now\n"
        assert any(line == stopping for line in process.stderr)
        process.send_signal(signal.SIGINT)
        said = process.stderr.readlines()
    assert process.returncode == 130, said
    assert not (root / "twice" / "summary.json").exists(), "the second Ctrl-C waited for the end of the epoch"
    told, line, farewell = (text for text in said if text.strip())
    assert told == f"{book.name} was not written: the training was interrupted, and its continuation writes it\n"
    assert farewell == "cnn: stopped\n"
    assert book.read_bytes() == small_workbook.read_bytes()
    go_on(line, place)
    assert json.loads((root / "twice" / "summary.json").read_text())["stopped"] == "finished"
    assert openpyxl.load_workbook(book).sheetnames[-1] == "CNN"


@WITH_TORCH
def test_ctrl_c_ends_the_epoch_and_resume_gives_the_uninterrupted_result(place: Path) -> None:
    words = [sys.executable, "-m", "cnn", "train", *DRAWN, "--epochs", "2", "--run", "cut"]
    folder = place / "runs" / "cut"
    with subprocess.Popen(
        words, cwd=place, env=environment(), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        while not (folder / "config.json").exists() and process.poll() is None:
            time.sleep(0.01)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        said, text = process.communicate()
    assert process.returncode == 130, text
    assert "stopping after this epoch" in text
    assert "Traceback" not in text
    cut = json.loads((folder / "summary.json").read_text())
    assert (cut["stopped"], cut["epochs"], cut["test"]) == ("interrupted", 1, None)
    assert len(rows(place, "cut")) == 1
    (line,) = (line for line in said.splitlines() if line.startswith("continue it"))
    go_on(line, place)
    assert weights(place, "cut") == weights(place, "whole")
    assert rows(place, "cut") == rows(place, "whole")


@WITH_TORCH
def test_a_killed_training_goes_on_to_the_same_result(place: Path) -> None:
    words = [sys.executable, "-m", "cnn", "train", *DRAWN, "--epochs", "2", "--run", "killed"]
    with subprocess.Popen(words, cwd=place, env=environment(), stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("epoch  1/"):
                break
        while not (place / "runs" / "killed" / "summary.json").exists():
            time.sleep(0.01)
        process.kill()
    assert command("train", "--run", "killed", "--resume", cwd=place).returncode == 0
    assert weights(place, "killed") == weights(place, "whole")


@pytest.fixture(scope="module")
def two(place: Path) -> Path:
    """Return the place, with a run of two epochs by two processes in it."""
    words = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m", "cnn"]
    words += ["train", *DRAWN, "--epochs", "2", "--run-name", "two"]
    done = subprocess.run(words, cwd=place, env=environment(), capture_output=True, text=True, timeout=150)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("epoch  1/2") == 1
    assert "Grad strides" not in done.stderr
    return place


@WITH_TORCH
def test_two_processes_train_one_network(two: Path) -> None:
    config = json.loads((two / "runs" / "two" / "config.json").read_text())
    assert config["processes"] == 2
    both, alone = rows(two, "two"), rows(two, "whole")
    assert [row["train_total"] for row in both] == ["6000", "6000"]
    assert [row["learning_rate"] for row in both] == [row["learning_rate"] for row in alone]
    assert int(both[-1]["correct"]) > 900
    assert "started with 2 processes" in one_line_of(
        here("train", "--resume", "--run", "two", "--runs-dir", two / "runs")
    )
    evaluated = json.loads(here("evaluate", "two", "--json", "--runs-dir", two / "runs").stdout)
    assert evaluated["correct"] == int(both[-1]["correct"])


@WITH_TORCH
def test_mistakes_of_a_person_are_one_line_each(place: Path) -> None:
    def error_of(*words: object) -> str:
        return one_line_of(here(*words, "--runs-dir", place / "runs"))

    assert "rf20, seed" in error_of("train", "--net", "lenet")
    assert "fast, best, long, seed" in error_of("train", "--recipe", "slow")
    assert "--resume" in error_of("train", *DRAWN, "--run", "whole")
    assert "needs --val" in error_of("train", *DRAWN, "--patience", 2)
    assert "add --run" in error_of("train", "--resume")
    assert "no run 'nobody'" in error_of("train", "--resume", "--run", "nobody")
    assert "with --epochs 2" in error_of("train", "--resume", "--run", "whole", "--epochs", 9)
    assert "--val 6000" in error_of("train", *DRAWN, "--val", 6000)
    assert "'--lr': -1.0" in error_of("train", "--lr", -1)
    for option in ("--lr", "--dropout"):
        assert "nan is not a number" in error_of("train", *DRAWN, option, "nan")
    for option, why in (
        ("--run", "cannot name a run"),
        ("--net", "rf20, seed"),
        ("--recipe", "fast, best, long, seed"),
    ):
        assert why in error_of("train", *DRAWN, option, "")
    assert "is a file" in one_line_of(here("runs", "--runs-dir", place / "whole.json"))
    assert "--nett" in error_of("train", "--nett", "seed")
    assert "No such command 'tarin'" in one_line_of(here("tarin"))
    assert "--help)" in one_line_of(here("tarin"))
    assert "no run 'nobody'" in error_of("evaluate", "nobody")
    assert not (place / "runs" / "rf20-fast-1").exists(), "a training that cannot start leaves no run behind"


def unread(stream: str, *words: object, cwd: Path) -> int:
    """Run a command while nobody reads one of its streams; return its exit code, checked to leave no traceback."""
    line = [sys.executable, "-m", "cnn", *map(str, words)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(line, cwd=cwd, env=environment(), text=True, **pipes) as process:
        closed, other = (process.stdout, process.stderr) if stream == "stdout" else (process.stderr, process.stdout)
        assert closed is not None
        assert other is not None
        closed.close()
        assert "Traceback" not in other.read()
    return process.returncode


def test_a_report_that_nobody_reads_is_no_error(tmp_path: Path) -> None:
    assert unread("stdout", "summary", cwd=tmp_path) == 0


@WITH_TORCH
def test_an_unread_pipe_changes_no_exit_code_and_stops_no_training(place: Path) -> None:
    summary = place / "runs" / "whole" / "summary.json"
    content = summary.read_text()
    changed = json.loads(content)
    changed["test"]["correct"] -= 1
    try:
        summary.write_text(json.dumps(changed))
        assert unread("stdout", "evaluate", "whole", cwd=place) == 1
    finally:
        summary.write_text(content)
    assert unread("stderr", "train", *DRAWN, "--epochs", 2, "--run", "unread", cwd=place) == 0
    assert (place / "runs" / "unread" / "mistakes").is_dir()


@WITH_TORCH
def test_no_mnist_and_no_network_is_one_line_and_leaves_no_run(tmp_path: Path) -> None:
    guard = tmp_path / "sitecustomize.py"
    guard.write_text("from torchvision.datasets import MNIST\nMNIST.mirrors = ['http://127.0.0.1:9/']\n")
    env = {**environment(), "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    env.pop("SHEETGEN_DATA", None)
    words = [sys.executable, "-m", "cnn", "train", "--data-dir", "nowhere"]
    result = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=100)
    assert result.returncode == 2
    assert "cnn: MNIST is not in nowhere" in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "runs").exists()


@WITH_TORCH
def test_mnist_itself_can_be_trained_on(tmp_path: Path) -> None:
    folder = mnist_folder()
    words = (
        "train",
        "--data-dir",
        folder,
        "--val",
        54_000,
        "--epochs",
        1,
        "--run",
        "m",
        "--json",
        "--runs-dir",
        tmp_path,
    )
    done = here(*words)
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["test"]["accuracy"] > 0.8


def test_help_needs_no_torch_and_names_an_example_for_every_command() -> None:
    code = (
        "import sys\nfrom cnn.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\nsys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True).returncode == 0
    for name, subcommand in cli.commands.items():
        assert isinstance(subcommand, click.Command)
        shown = CliRunner().invoke(cli, [name, "--help"])
        assert shown.exit_code == 0
        assert f"cnn {name}" in shown.output.split("Options:")[0].replace("Usage: main", ""), name


def test_summary_shows_the_true_receptive_field() -> None:
    shown = CliRunner().invoke(cli, ["summary", "--net", "seed"])
    assert "26 before the pooling to 1×1, 32 after it" in shown.output
    facts = json.loads(CliRunner().invoke(cli, ["summary", "--json"]).output)
    assert (facts["parameters"], facts["receptive_field"], len(facts["layers"])) == (8320, 20, 21)
