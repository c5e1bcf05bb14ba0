"""Mistakes, and pictures of one's own, as they were read."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

pytest.importorskip("PIL", reason="the extra cnn is not installed")

from cnn_support import handmade_run, sheet_texts
from PIL import Image, ImageDraw, ImageFont
from workbook_lint import lint

from cnn.cli import cli
from cnn.runs.run import Run
from cnn.tab.pictures import Picture, put
from cnn.tab.write import write
from sheetgen import verify
from sheetgen.page.page import Page
from sheetgen.sheet_names import CNN


def seven(path: Path) -> Path:
    """Draw a seven in dark blue on light paper."""
    picture = Image.new("RGB", (200, 260), (240, 235, 220))
    font = ImageFont.load_default(150)
    ImageDraw.Draw(picture).text((90, 120), "7", fill=(20, 20, 90), font=font, anchor="mm")
    picture.save(path)
    return path


def invoke(command: str, run: Run, *words: object) -> Result:
    return CliRunner().invoke(cli, [command, run.name, "--runs-dir", str(run.folder.parent), *map(str, words)])


def test_pictures_carry_a_description(workbook: Path, tmp_path: Path) -> None:
    write(workbook, [handmade_run(tmp_path, "one")])
    with zipfile.ZipFile(workbook) as package:
        drawings = [package.read(name).decode() for name in package.namelist() if "drawings/drawing" in name]
    assert any('descr="A 3 that was read as 5."' in drawing for drawing in drawings)


def test_pictures_of_one_s_own_are_shown_as_they_were_read(
    workbook: Path, tmp_path: Path, drawn_run: Run, engine_name: str
) -> None:
    path = seven(tmp_path / "seven.png")
    done = invoke("tab", drawn_run, "--workbook", workbook, "--image", path)
    assert done.exit_code == 0, done.stderr
    (read,) = json.loads(invoke("predict", drawn_run, path, "--json").stdout)
    assert read["digit"] == 7
    rows = sheet_texts(workbook)
    assert rows["file"][0] == "seven.png"
    assert rows["read as"][0] == 7
    assert rows["probability"][0] == pytest.approx(max(read["probabilities"]), abs=1e-9)
    with zipfile.ZipFile(workbook) as package:
        (drawing,) = [name for name in package.namelist() if b"seven.png, read as 7." in package.read(name)]
        media = [package.read(name) for name in package.namelist() if name.endswith(".png")]
    assert "drawings/drawing" in drawing
    shown = [np.asarray(Image.open(io.BytesIO(content)).convert("L").resize((28, 28), 0)) for content in media]
    assert any((255 - image == np.array(read["mnist"])).all() for image in shown)
    report = verify(workbook, engine_name, timeout=120)
    assert report.ok, report.diffs
    assert CNN in [sheet.name for sheet in report.sheets]
    assert lint(workbook) == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("seven.png", "seven.png"),
        ("IMG_20260101_123456_scan.png", "IMG_20260101_123456_scan.png"),
        ("a" * 40 + "b" * 40 + ".png", "a" * 23 + "…" + "b" * 19 + ".png"),
        ("七" * 40 + ".png", "七" * 12 + "…" + "七" * 8 + ".png"),
    ],
)
def test_a_long_name_fits_below_its_picture(name: str, shown: str) -> None:
    page = Page(CNN)
    put(page, "Ours", "", ("file",), [Picture(Image.new("L", (28, 28)), name, (name,))], 1)
    cell = page.cells[3, 3]
    assert (cell.content, cell.style.wrap) == (shown, True)
    wide = sum(2 if character == "七" else 1 for character in shown)
    assert page.heights[3] >= 9 * 1.2 * (wide / 13)  # lines of 9 points in a column of 13 characters


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
