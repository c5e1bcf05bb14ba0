"""Predictions of a network trained on drawn digits, from picture files to what is printed and drawn."""

from __future__ import annotations

import io
import json
import os
import shutil
from pathlib import Path

import numpy as np
import openpyxl
import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("torchvision", reason="torchvision is not installed")
pytest.importorskip("PIL", reason="Pillow is not installed")
pytest.importorskip("scipy", reason="SciPy is not installed")
from click.testing import CliRunner, Result
from PIL import Image, ImageDraw, ImageFont

from cnn.cli import cli
from cnn.errors import RunError
from cnn.runs.metrics import Epoch
from cnn.runs.plots import curves, write_curves
from cnn.runs.run import Run
from cnn.trained import trained_network


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return ten files, each the picture of a digit in dark blue on light paper."""
    folder = tmp_path_factory.mktemp("pictures")
    paths = []
    for digit in range(10):
        picture = Image.new("RGB", (200, 260), (240, 235, 220))
        font = ImageFont.load_default(150)
        ImageDraw.Draw(picture).text((90, 120), str(digit), fill=(20, 20, 90), font=font, anchor="mm")
        paths.append(folder / f"{digit}.png")
        picture.save(paths[-1])
    return paths


def predict(run: Run, *words: object) -> Result:
    return CliRunner().invoke(cli, ["predict", run.name, "--runs-dir", str(run.folder.parent), *map(str, words)])


def test_the_ten_digits_are_read(drawn_run: Run, pictures: list[Path]) -> None:
    result = predict(drawn_run, *pictures, "--json")
    assert result.exit_code == 0, result.stderr
    readings = json.loads(result.stdout)
    assert [reading["digit"] for reading in readings] == list(range(10))
    for reading in readings:
        assert sum(reading["probabilities"]) == pytest.approx(1)
        assert np.argmax(reading["probabilities"]) == reading["digit"]
        assert np.array(reading["mnist"]).shape == (28, 28)


def test_one_bad_file_is_told_and_the_others_are_read_and_drawn(
    drawn_run: Run, pictures: list[Path], tmp_path: Path
) -> None:
    out = tmp_path / "read.png"
    result = predict(drawn_run, pictures[3], tmp_path / "absent.png", pictures[7], "--out", out)
    assert result.exit_code == 2
    assert result.stderr.strip() == f"cnn: {tmp_path / 'absent.png'}: cannot be read: No such file or directory"
    assert f"{pictures[3]}: 3 (" in result.stdout
    assert f"{pictures[7]}: 7 (" in result.stdout
    assert min(Image.open(io.BytesIO(out.read_bytes())).size) > 300
    nowhere = predict(drawn_run, pictures[3], "--out", tmp_path / "no" / "read.png")
    assert nowhere.exit_code == 2
    assert "cannot be written" in nowhere.stderr


def test_two_digits_and_an_unsure_reading_are_told(drawn_run: Run, tmp_path: Path) -> None:
    picture = Image.new("L", (300, 200), 255)
    ImageDraw.Draw(picture).text((150, 100), "42", fill=0, font=ImageFont.load_default(120), anchor="mm")
    picture.save(tmp_path / "42.png")
    (reading,) = json.loads(predict(drawn_run, tmp_path / "42.png", "--json").stdout)
    assert (reading["digits_seen"], reading["temperature"]) == (2, None)
    assert reading["unsure"] is (max(reading["probabilities"]) < 0.9)
    first = predict(drawn_run, tmp_path / "42.png").stdout.splitlines()[0]
    assert first.endswith("; there seem to be 2 digits, read as one")
    assert ("; unsure, perhaps a " in first) is reading["unsure"]


@pytest.mark.parametrize(("suffix", "kind"), [("jpg", "JPEG"), ("png", "PNG"), ("webp", "WEBP")])
def test_what_is_drawn_has_the_format_that_its_name_says(
    suffix: str, kind: str, drawn_run: Run, pictures: list[Path], tmp_path: Path
) -> None:
    out = tmp_path / f"read.{suffix}"
    assert predict(drawn_run, pictures[3], "--out", out).exit_code == 0
    with Image.open(out) as drawn:
        assert drawn.format == kind
    refused = predict(drawn_run, pictures[3], "--out", tmp_path / "read.txt")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "its name should end with one of .png" in refused.stderr


def test_a_temperature_that_a_run_found_divides_its_scores(
    drawn_run: Run, pictures: list[Path], tmp_path: Path
) -> None:
    run = Run(shutil.copytree(drawn_run.folder, tmp_path / "hot"))
    run.write_json("summary.json", {**run.read_json("summary.json"), "temperature": 2.5})
    plain, hot = (json.loads(predict(one, pictures[3], "--json").stdout)[0] for one in (drawn_run, run))
    powers = np.array(plain["probabilities"]) ** (1 / 2.5)
    np.testing.assert_allclose(hot["probabilities"], powers / powers.sum(), rtol=1e-6)
    assert (plain["temperature"], hot["temperature"]) == (None, 2.5)


def test_weights_of_another_network_are_refused(drawn_run: Run, tmp_path: Path) -> None:
    import torch

    config = drawn_run.read_json("config.json")
    other = Run(tmp_path)
    other.write_json("config.json", {**config, "plan": {**config["plan"], "network": "seed"}})
    (tmp_path / "last.pt").write_bytes(drawn_run.path("last.pt").read_bytes())
    with pytest.raises(RunError, match="does not fit the network"):
        trained_network(other, "last", torch.device("cpu"))


def row(number: int) -> Epoch:
    return Epoch(number, 0.1, 0.1, 1 / number, 50, 100, "validation", 2 / number, 60 + number, 100, 1.0)


def test_the_curves_are_four_panels_and_the_same_each_time(tmp_path: Path) -> None:
    rows = [row(number) for number in range(1, 6)]
    first = curves(rows, "five epochs")
    assert first == curves(rows, "five epochs")
    assert Image.open(io.BytesIO(first)).size == (1000, 700)
    pixels = np.asarray(Image.open(io.BytesIO(first)).convert("RGB")).astype(int)
    for vertical in (slice(30, 365), slice(365, 700)):
        for across, colour in ((slice(0, 500), (31, 119, 180)), (slice(500, 1000), (255, 127, 14))):
            assert (np.abs(pixels[vertical, across] - colour).sum(-1) < 12).sum() > 100
    with pytest.raises(RunError, match="no epoch is over"):
        curves([], "none")
    write_curves(Run(tmp_path), rows[:1], "one epoch")
    assert (tmp_path / "curves.png").stat().st_size > 1000


def test_a_picture_whose_name_is_no_text_is_read_drawn_and_put_into_a_workbook(
    drawn_run: Run, pictures: list[Path], small_workbook: Path, tmp_path: Path
) -> None:
    picture = tmp_path / os.fsdecode(b"\xff\x01$x$.png")
    try:
        picture.write_bytes(pictures[3].read_bytes())
    except OSError:
        pytest.skip("this file system takes names in UTF-8 only")
    done = predict(drawn_run, picture, "--json", "--out", tmp_path / "read.png")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)[0]["path"] == str(picture)
    with Image.open(tmp_path / "read.png") as drawn:
        drawn.load()
    words = ["tab", drawn_run.name, "--runs-dir", str(drawn_run.folder.parent), "--workbook", str(small_workbook)]
    done = CliRunner().invoke(cli, [*words, "--image", str(picture)])
    assert done.exit_code == 0, done.stderr
    cells = [cell for row in openpyxl.load_workbook(small_workbook)["CNN"].values for cell in row]
    assert "\ufffd\ufffd$x$.png" in cells


def test_weights_that_are_no_numbers_are_told(drawn_run: Run, pictures: list[Path], tmp_path: Path) -> None:
    run = Run(shutil.copytree(drawn_run.folder, tmp_path / "one"))
    state = run.checkpoint("last.pt")
    next(iter(state["model"].values())).view(-1)[0] = float("nan")
    run.save_checkpoint("last.pt", state)
    result = predict(run, pictures[3])
    assert result.exit_code == 2
    line = f"cnn: {run.path('last.pt')} holds weights that are no numbers: train the network anew"
    assert result.stderr.splitlines() == [line]


def test_without_a_run_the_newest_one_reads(drawn_run: Run, pictures: list[Path], tmp_path: Path) -> None:
    older, newer, unfinished = (Run(tmp_path / "runs" / name) for name in ("zz", "aa", "begun"))
    for run, moment in ((older, 1_000_000_000), (newer, 1_000_000_500)):
        shutil.copytree(drawn_run.folder, run.folder)
        os.utime(run.path("last.pt"), (moment, moment))
    unfinished.folder.mkdir()
    shutil.copy(drawn_run.path("config.json"), unfinished.folder)
    for named in (pictures[7:8], pictures[2:4]):
        words = ["predict", *map(str, named), "--runs-dir", str(tmp_path / "runs"), "--json"]
        done = CliRunner().invoke(cli, words)
        assert (done.exit_code, done.stderr) == (0, "with the newest run, aa\n")
        assert [reading["digit"] for reading in json.loads(done.stdout)] == [int(path.stem) for path in named]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["one"], "'one' is a run, and no picture is named; add one: cnn predict one IMAGE"),
        (["onw", "7.png"], "no run 'onw' in runs; did you mean 'one'?"),
        (["7.png"], "there is no trained run in runs; train one: cnn train"),
    ],
)
def test_a_picture_or_a_run_that_is_not_there(
    words: list[str], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Run(Path("runs/one")).folder.mkdir(parents=True)
    Path("runs/one/config.json").write_text("{}")
    done = CliRunner().invoke(cli, ["predict", *words, "--runs-dir", "runs"])
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"cnn: {line}\n")
