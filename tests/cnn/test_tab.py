"""The sheet CNN: grafted beside the training sheets, recalculated by both engines, and in agreement with torch."""

from __future__ import annotations

import io
import json
import math
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner, Result

pytest.importorskip("PIL", reason="the extra cnn is not installed")

from cnn_support import EPOCHS, handmade_run
from PIL import Image, ImageDraw, ImageFont
from workbook_lint import lint

from cnn.cli import cli
from cnn.errors import RunError
from cnn.net.networks import find_network
from cnn.runs.metrics import best_epoch
from cnn.runs.run import Run
from cnn.tab.finished_run import run_record
from cnn.tab.sections import share_axis
from cnn.tab.write import page, write
from sheetgen import engines, verify
from sheetgen.sheet_names import CNN


@pytest.fixture
def workbook(small_workbook: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(small_workbook, tmp_path / "b.xlsx"))


def texts(path: Path) -> dict[str, list[Any]]:
    """Return the rows of the sheet by the text in their second column, as cached."""
    sheet = openpyxl.load_workbook(path, data_only=True)[CNN]
    return {str(row[1]): list(row[2:]) for row in sheet.iter_rows(values_only=True) if row[1] is not None}


@pytest.mark.parametrize("network", ["rf20", "seed"])
@pytest.mark.parametrize("engine", engines.NAMES)
def test_every_cell_is_recalculated_and_right(
    workbook: Path, tmp_path: Path, network: str, engine: str, request: pytest.FixtureRequest
) -> None:
    if engine == "libreoffice":
        request.getfixturevalue("soffice")
    write(workbook, [handmade_run(tmp_path, "one", network), handmade_run(tmp_path, "two")])
    report = verify(workbook, engine, timeout=120)
    assert report.ok, report.diffs
    (sheet,) = (sheet for sheet in report.sheets if sheet.name == CNN)
    assert sheet.status == "recalculated"
    assert sheet.cells > 200
    assert lint(workbook) == []


def test_the_targets_and_the_best_epoch(workbook: Path, tmp_path: Path) -> None:
    write(workbook, [handmade_run(tmp_path, "one")])
    rows = texts(workbook)
    assert rows["test accuracy"][:3] == [0.994, 0.99, "no"]
    assert rows["best epoch's test accuracy"][:3] == [0.994, 0.995, "yes"]
    assert rows["parameters, fewer than"][:3] == [20000, 8320, "yes"]
    assert rows["epochs, fewer than"][:3] == [20, 3, "yes"]
    for kind, count in (("batch norm", 6), ("dropout", 1), ("fully connected layer", 1), ("global average pool", 1)):
        assert rows[f"{kind} used"][:3] == [1, count, "yes"]
    sheet = openpyxl.load_workbook(workbook, data_only=True)[CNN]
    (best,) = [row for row in sheet.iter_rows(values_only=True) if row[2] == "is the best epoch, on the test pictures"]
    assert (best[1], best[9], best[11]) == (2, 199, 0.995)
    assert "picked on the test pictures" in " ".join(rows)
    assert rows["It reads 99 % of the test pictures correctly."] is not None


TIES = {
    "the lowest loss of those with the most": ([(190, 0.3), (199, 0.12), (199, 0.11), (198, 0.05)], 3, [4, 2, 1, 3]),
    "the first of equals": ([(199, 0.2), (199, 0.1), (199, 0.1), (199, 0.3)], 2, [3, 1, 1, 4]),
    "all alike": ([(150, 0.5)] * 3, 1, [1, 1, 1]),
    "one epoch": ([(150, 0.5)], 1, [1]),
    "no number": ([(199, math.nan), (199, 9.0), (150, math.inf), (150, math.nan)], 2, [2, 1, 3, 3]),
}


@pytest.mark.parametrize(("results", "best", "ranks"), TIES.values(), ids=TIES)
@pytest.mark.parametrize("engine", engines.NAMES)
def test_where_epochs_tie_all_name_the_same_best_epoch(
    workbook: Path,
    tmp_path: Path,
    results: list[tuple[int, float]],
    best: int,
    ranks: list[int],
    engine: str,
    request: pytest.FixtureRequest,
) -> None:
    if engine == "libreoffice":
        request.getfixturevalue("soffice")
    epochs = [
        replace(EPOCHS[0], epoch=number, correct=correct, loss=loss)
        for number, (correct, loss) in enumerate(results, start=1)
    ]
    assert best_epoch(epochs).epoch == best  # as summary.json names it
    run = handmade_run(tmp_path, "tied", epochs=epochs, best=best)
    write(workbook, [run, handmade_run(tmp_path, "other")])
    rows = engines.get(engine).recalculate(workbook, 120).grid(CNN, 160, 16)
    head = next(index for index, row in enumerate(rows) if row[1] == "epoch" and row[2] == "learning rate, first step")
    column = {label: index for index, label in enumerate(rows[head])}
    table = rows[head + 1 : head + 1 + len(epochs)]
    assert [row[column["rank"]] for row in table] == ranks
    named = rows[head + 1 + len(epochs)]
    assert named[2] == "is the best epoch, on the test pictures"
    assert (named[column["epoch"]], named[column["test correct"]]) == (best, results[best - 1][0])
    by_label = {str(row[1]): row for row in rows}
    accuracy = pytest.approx(results[best - 1][0] / 200)
    assert named[column["test accuracy"]] == by_label["best epoch's test accuracy"][3] == accuracy
    compared = next(row for row in rows if row[1] == "run" and row[2] == "network")
    assert by_label["tied"][compared.index("best epoch")] == best
    assert by_label["best epoch"][2] == f"epoch {best}, picked on the test pictures"
    report = verify(workbook, engine, timeout=120)
    assert report.ok, report.diffs


@pytest.mark.parametrize(("network", "before", "after"), [("rf20", 20, 28), ("seed", 26, 32)])
def test_the_layer_table_agrees_with_torch(
    workbook: Path, tmp_path: Path, network: str, before: int, after: int, soffice: str
) -> None:
    """Parameters counted by torch, layer by layer, against the recalculated formulas of the sheet."""
    torch = pytest.importorskip("torch", reason="the extra cnn is not installed")
    from cnn.net.modules import build_modules

    write(workbook, [handmade_run(tmp_path, "one", network)])
    values = engines.get("libreoffice").recalculate(workbook, 120).grid(CNN, 140, 16)
    head = next(i for i, row in enumerate(values) if row[1] == "layer")
    column = {label: index for index, label in enumerate(values[head])}
    rows = values[head + 2 : head + 2 + len(find_network(network).layers)]
    model = build_modules(find_network(network))
    counted = [sum(p.numel() for p in module.parameters()) for module in model.modules() if not list(module.children())]
    weighty = [count for count in counted if count]
    assert [row[column["parameters"]] for row in rows if row[column["parameters"]]] == weighty
    assert sum(weighty) == sum(p.numel() for p in model.parameters()) == 8320
    fields = [row[column["receptive field"]] for row in rows]
    assert fields[-1] == after
    assert before in fields
    shape = torch.zeros(1, 1, 28, 28)
    assert model(shape).shape == (1, rows[-1][column["channels out"]])


def test_a_replaced_tab_leaves_no_trace_of_the_first(workbook: Path, tmp_path: Path) -> None:
    run = handmade_run(tmp_path, "one")
    write(workbook, [run])
    once = workbook.read_bytes()
    write(workbook, [run])
    assert workbook.read_bytes() == once


def test_pages_begin_with_a_section_and_accuracies_end_at_one(workbook: Path, tmp_path: Path) -> None:
    write(workbook, [handmade_run(tmp_path, "one"), handmade_run(tmp_path, "two")])
    sheet = openpyxl.load_workbook(workbook)[CNN]
    starts = [sheet.cell(page_break.id + 1, 2).value for page_break in sheet.row_breaks.brk]
    assert starts == ["The network, layer by layer", "The worst mistakes"]
    with zipfile.ZipFile(workbook) as package:
        charts = [package.read(name).decode() for name in package.namelist() if "charts/chart" in name]
    shares = [chart for chart in charts if "accuracy" in chart]
    assert len(shares) == 3
    for chart in shares:
        axis = chart.rpartition("<valAx>")[2]
        assert re.search('<max val="1(.0)?" ?/>', axis)
        assert 'formatCode="0.0%"' in axis


@pytest.mark.parametrize(
    ("lowest", "start"), [(0.58, 0.5), (0.83, 0.8), (0.9, 0.9), (0.971, 0.96), (0.995, 0.98), (1.0, 0.98)]
)
def test_an_axis_of_accuracies_begins_at_a_round_number(lowest: float, start: float) -> None:
    assert share_axis([1.0, lowest]) == (start, 1.0)


def test_pictures_carry_a_description(workbook: Path, tmp_path: Path) -> None:
    write(workbook, [handmade_run(tmp_path, "one")])
    with zipfile.ZipFile(workbook) as package:
        drawings = [package.read(name).decode() for name in package.namelist() if "drawings/drawing" in name]
    assert any('descr="A 3 that was read as 5."' in drawing for drawing in drawings)


def test_drawn_digits_are_never_called_mnist(tmp_path: Path) -> None:
    run = handmade_run(tmp_path, "one")
    content = run.read_json("config.json")
    content["data"] |= {"name": "synthetic", "is_mnist": False}
    run.write_json("config.json", content)
    cells = [cell.content for cell in page([run_record(run)]).cells.values() if isinstance(cell.content, str)]
    assert any("drawn digits, not MNIST" in text for text in cells)
    assert any("synthetic digits, NOT MNIST" in text for text in cells)


def test_a_run_that_has_not_ended(workbook: Path, tmp_path: Path) -> None:
    run = handmade_run(tmp_path, "one")
    run.path("summary.json").unlink()
    with pytest.raises(RunError, match="has not ended"):
        write(workbook, [run])


def test_the_command(workbook: Path, tmp_path: Path) -> None:
    handmade_run(tmp_path / "runs", "one")
    arguments = ["tab", "one", "--runs-dir", str(tmp_path / "runs"), "--workbook"]
    assert CliRunner().invoke(cli, [*arguments, str(workbook)]).exit_code == 0
    assert openpyxl.load_workbook(workbook).sheetnames[-1] == CNN
    absent = CliRunner().invoke(cli, [*arguments, str(tmp_path / "no.xlsx")])
    assert absent.exit_code == 2
    assert "there is no file" in absent.output
    unknown = CliRunner().invoke(
        cli, ["tab", "nine", "--runs-dir", str(tmp_path / "runs"), "--workbook", str(workbook)]
    )
    assert unknown.exit_code == 2
    assert "no run 'nine'" in unknown.output


def seven(path: Path) -> Path:
    """Draw a seven in dark blue on light paper."""
    picture = Image.new("RGB", (200, 260), (240, 235, 220))
    font = ImageFont.load_default(150)
    ImageDraw.Draw(picture).text((90, 120), "7", fill=(20, 20, 90), font=font, anchor="mm")
    picture.save(path)
    return path


def invoke(command: str, run: Run, *words: object) -> Result:
    return CliRunner().invoke(cli, [command, run.name, "--runs-dir", str(run.folder.parent), *map(str, words)])


@pytest.mark.parametrize("engine", engines.NAMES)
def test_pictures_of_one_s_own_are_shown_as_they_were_read(
    workbook: Path, tmp_path: Path, drawn_run: Run, engine: str, request: pytest.FixtureRequest
) -> None:
    if engine == "libreoffice":
        request.getfixturevalue("soffice")
    path = seven(tmp_path / "seven.png")
    done = invoke("tab", drawn_run, "--workbook", workbook, "--image", path)
    assert done.exit_code == 0, done.stderr
    (read,) = json.loads(invoke("predict", drawn_run, path, "--json").stdout)
    assert read["digit"] == 7
    rows = texts(workbook)
    assert rows["file"][0] == "seven.png"
    assert rows["read as"][0] == 7
    assert rows["probability"][0] == pytest.approx(max(read["probabilities"]), abs=1e-9)
    with zipfile.ZipFile(workbook) as package:
        (drawing,) = [name for name in package.namelist() if b"seven.png, read as 7." in package.read(name)]
        media = [package.read(name) for name in package.namelist() if name.endswith(".png")]
    assert "drawings/drawing" in drawing
    shown = [np.asarray(Image.open(io.BytesIO(content)).convert("L").resize((28, 28), 0)) for content in media]
    assert any((255 - image == np.array(read["mnist"])).all() for image in shown)
    report = verify(workbook, engine, timeout=120)
    assert report.ok, report.diffs
    assert CNN in [sheet.name for sheet in report.sheets]
    assert lint(workbook) == []


def test_a_picture_that_cannot_be_read_leaves_the_workbook_untouched(
    workbook: Path, tmp_path: Path, drawn_run: Run
) -> None:
    good = seven(tmp_path / "seven.png")
    text = tmp_path / "text.png"
    text.write_text("seven")
    blank = tmp_path / "blank.png"
    Image.new("L", (90, 90), 200).save(blank)
    before = workbook.read_bytes()
    for bad, why in (
        (text, "not an image that can be read"),
        (blank, "no digit found: nothing stands out from the background"),
        (tmp_path / "absent.png", "cannot be read: No such file or directory"),
    ):
        done = invoke("tab", drawn_run, "--workbook", workbook, "--image", good, "--image", bad)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr == f"cnn: {bad}: {why}\n"
        assert workbook.read_bytes() == before
    assert [path.name for path in workbook.parent.iterdir() if workbook.name in path.name] == [workbook.name]


def test_the_workbook_is_checked_before_the_first_epoch(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the extra cnn is not installed")
    (tmp_path / "b.xlsx").write_text("no workbook")
    arguments = ["train", "--data", "synthetic", "--runs-dir", str(tmp_path / "runs"), "--workbook"]
    for name in ("b.xlsx", "absent.xlsx"):
        result = CliRunner().invoke(cli, [*arguments, str(tmp_path / name)])
        assert result.exit_code == 2
    assert not (tmp_path / "runs").exists()
