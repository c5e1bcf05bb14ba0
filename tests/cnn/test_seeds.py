"""Runs that differ in their random seed alone, taken together: in words, in JSON, in the workbook."""

from __future__ import annotations

import json
import statistics
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from cnn_support import EPOCHS, confusion_of, handmade_run

from cnn.cli import cli
from cnn.options import Seeds
from cnn.runs import summary as summaries
from cnn.runs.run import Run, listed_runs
from cnn.seeds import seed_groups, seed_lines, span
from cnn.training.config import recorded_config

CORRECT = (198, 196, 199)


def seeded(root: Path, name: str, seed: int, correct: int, **changes: object) -> Run:
    """Write a run by hand, of this seed, with so many of 200 test pictures read rightly."""
    run = handmade_run(root, name)
    config, summary = recorded_config(run), run.summary()
    assert summary is not None
    run.write_record("config.json", replace(config, plan=replace(config.plan, seed=seed, **changes)))
    result = summaries.TestResult("last.pt", 0.1, correct, 200, correct / 200)
    run.write_record("summary.json", replace(summary, test=result, confusion=confusion_of(correct)))
    run.write_metrics((*EPOCHS[:-1], replace(EPOCHS[-1], correct=correct)))
    return run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    pytest.importorskip("PIL", reason="Pillow is not installed")
    for seed, correct in enumerate(CORRECT, start=1):
        seeded(tmp_path / "runs", f"a{seed}", seed, correct, threads=seed)
    seeded(tmp_path / "runs", "b", 2, 100)  # the same seed again
    seeded(tmp_path / "runs", "c", 4, 190, validation=50)
    (tmp_path / "runs" / "a1").rename(tmp_path / "runs" / "a0")
    broken = tmp_path / "runs" / "broken"
    broken.mkdir()
    (broken / "config.json").write_text("{")
    return tmp_path / "runs"


def test_seeds_are_taken_together_where_nothing_else_differs(root: Path) -> None:
    one, other = seed_groups(listed_runs(root))
    shares = [correct / 200 for correct in CORRECT]
    assert (one.seeds, one.n, one.accuracies) == ((1, 2, 3), 3, tuple(shares))
    assert one.mean == pytest.approx(statistics.fmean(shares))
    assert one.deviation == pytest.approx(statistics.stdev(shares))
    assert (one.least, one.largest) == (0.98, 0.995)
    assert (other.seeds, other.n, other.deviation) == ((4,), 1, None)
    head, row = seed_lines([one, other])
    assert head.split() == ["network", "recipe", "epochs", "data", "seeds", "n", "mean", "sd", "least", "largest"]
    assert row == "rf20     fast, changed  3       mnist  1..3   3  98.833%  0.764%  98.00%  99.50%"
    assert span([1, 2, 3, 7, 9, 10]) == "1..3,7,9..10"


def test_the_list_of_runs_ends_with_them(root: Path) -> None:
    words = ["runs", "--runs-dir", str(root)]
    told = CliRunner().invoke(cli, words).stdout.splitlines()
    assert told[-3:] == ["", *seed_lines(seed_groups(listed_runs(root)))]
    assert CliRunner().invoke(cli, [*words, "--by-seed"]).stdout.splitlines() == told[-2:]
    groups = json.loads(CliRunner().invoke(cli, [*words, "--by-seed", "--json"]).stdout)
    assert [group["n"] for group in groups] == [3, 1]
    assert len(json.loads(CliRunner().invoke(cli, [*words, "--json"]).stdout)) == 6
    empty = CliRunner().invoke(cli, ["runs", "--by-seed", "--runs-dir", str(root / "none")])
    assert empty.stdout.startswith("no runs yet that differ in their random seed alone")


def test_seeds_are_given_as_a_span() -> None:
    seeds = Seeds()
    assert seeds.convert("1..5", None, None) == (1, 2, 3, 4, 5)
    assert seeds.convert("1, 4..5", None, None) == (1, 4, 5)
    for wrong, says in (("5..1", "is no range of 1 to 1,000 seeds"), ("a..b", "is not a valid integer"), ("-1", "-1")):
        done = CliRunner().invoke(cli, ["sweep", "--seeds", wrong])
        assert (done.exit_code, len(done.stderr.strip().splitlines())) == (2, 1) or "Usage" in done.stderr
        assert says in done.stderr


def test_a_sweep_of_seeds_stands_in_the_workbook_with_its_statistics(tmp_path: Path, small_workbook: Path) -> None:
    """Two trainings of one epoch, on drawn digits."""
    pytest.importorskip("torch", reason="torch is not installed")
    words = ["sweep", "--seeds", "1..2", "--data", "synthetic", "--epochs", "1", "--jobs", "1", "--batch-size", "600",
             "--workbook", str(small_workbook), "--runs-dir", str(tmp_path / "runs")]  # fmt: skip
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.stderr
    cells = list(openpyxl.load_workbook(small_workbook, data_only=True)["CNN"].values)
    rows = {str(row[1]): row for row in cells if row[1]}
    (group,) = seed_groups(listed_runs(tmp_path / "runs"))
    column = next(row.index("test accuracy") for row in cells if "test accuracy" in row and row[1] == "run")
    found = {name: rows[name][column] for name in ("mean", "sd", "least")}
    assert found["mean"] == pytest.approx(group.mean)
    assert found["sd"] == pytest.approx(group.deviation)
    assert found["least"] == pytest.approx(group.least)
    assert {"sweep-rf20-fast-1", "sweep-rf20-fast-2"} <= set(rows)
