"""A network and a recipe of one's own, from their files through training to the live sheets and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("PIL", reason="Pillow is not installed")

from cnn.cli import cli

NETWORK = """
[[layers]]
kind = "conv"
out = 3
kernel = 5
stride = 2
bias = true
[[layers]]
kind = "relu"
[[layers]]
kind = "maxpool"
kernel = 3
[[layers]]
kind = "conv"
out = 5
kernel = 2
padding = 1
[[layers]]
kind = "batchnorm"
[[layers]]
kind = "relu"
[[layers]]
kind = "avgpool"
global = true
[[layers]]
kind = "linear"
out = 7
[[layers]]
kind = "relu"
[[layers]]
kind = "linear"
out = 10
bias = true
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a network, a recipe, and a run of both."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "little.toml").write_text(NETWORK)
    (folder / "short.toml").write_text('like = "fast"\nepochs = 1\nbatch_size = 64\n')
    done = cnn(folder, "train", "--net", folder / "little.toml", "--recipe", folder / "short.toml", "--json",
               "--data", "synthetic")  # fmt: skip
    assert done.exit_code == 0, done.stderr
    return folder


def cnn(folder: Path, *words: object) -> Result:
    return CliRunner().invoke(cli, [*map(str, words), "--runs-dir", str(folder / "runs")])


def test_the_run_tells_its_network_and_needs_its_files_no_more(place: Path) -> None:
    config = json.loads((place / "runs" / "little-short-1" / "config.json").read_text())
    assert config["plan"]["network"] == config["plan"]["own_network"]["name"] == "little"
    assert config["plan"]["recipe"]["batch_size"] == 64
    summary = json.loads((place / "runs" / "little-short-1" / "summary.json").read_text())
    assert summary["parameters"] == 3 * 25 + 3 + 5 * 3 * 4 + 10 + 5 * 7 + 70 + 10
    (place / "little.toml").rename(place / "moved.toml")
    try:
        evaluated = cnn(place, "evaluate", "little-short-1", "--json", "--device", "cpu")
    finally:
        (place / "moved.toml").rename(place / "little.toml")
    assert evaluated.exit_code == 0, evaluated.stderr
    assert json.loads(evaluated.stdout)["correct"] == summary["test"]["correct"]
    again = cnn(place, "train", "--run", "little-short-1", "--resume", "--net", place / "little.toml")
    assert again.exit_code == 2
    assert "--net little: leave that option out" in again.stderr


@pytest.mark.parametrize("learning", [True, False])
def test_it_is_alive_in_a_workbook_and_proven(learning: bool, place: Path, small_workbook: Path) -> None:
    """A stride, a kernel of 2, a pooling of 3, an inner linear layer; a stride has no sheets of learning."""
    words = [] if learning else ["--no-learning"]
    done = cnn(place, "sheet", "little-short-1", "--workbook", small_workbook, *words)
    assert done.exit_code == 0, done.stderr
    proof = CliRunner().invoke(cli, ["verify", str(small_workbook), "--json"])
    report = json.loads(proof.stdout)
    assert (proof.exit_code, report["differences"]) == (0, [])
    assert report["numbers"] > 1000
