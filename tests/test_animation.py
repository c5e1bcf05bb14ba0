"""A sheet drawn from step to step: the pictures against those of workbooks in which the step was picked by hand."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from engine_routes import needs_uno
from faults import change_cell
from gallery import small_workbook_of
from outside import IMPORTED

from sheetgen.animation import MOST_STEPS, Animation, steps_of
from sheetgen.cli import cli
from sheetgen.engines.frames import Frames, draw
from sheetgen.errors import UsageError
from sheetgen.sheet_names import EXPLORER, PICTURES, SOURCE

NOT_LOOKED_AT = (SOURCE, "ZZ99")
"""A cell that no formula asks: what is typed there changes no picture."""


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with a drawing on Explorer, and a chart among the Pictures; not to be changed."""
    return small_workbook_of("linear-regression", tmp_path_factory.mktemp("animated"), iterations=12)


def pixels(picture: bytes) -> Any:
    images = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    numpy = pytest.importorskip("numpy")
    image = images.open(io.BytesIO(picture)).convert("RGBA")
    on_white = images.alpha_composite(images.new("RGBA", image.size, "white"), image)
    return numpy.asarray(on_white.convert("RGB"), numpy.int16)


def first_link(path: Path, sheet: str) -> int:
    """Return the column of the first row from which it links to other sheets, counted from 0."""
    return min(cell.column for cell in openpyxl.load_workbook(path)[sheet][1] if cell.hyperlink) - 1


def render(*words: object) -> Result:
    return CliRunner().invoke(cli, ["render", *map(str, words)])


# --- what is drawn ---


@needs_uno
@pytest.mark.parametrize("sheet", [EXPLORER, PICTURES])
def test_a_picture_is_that_of_a_workbook_in_which_the_step_was_picked_by_hand(
    sheet: str, workbook: Path, tmp_path: Path, soffice: str
) -> None:
    """Two workbooks whose own pick is changed in the file, opened afresh, and nothing typed that they depend on."""
    shares: list[float] = []
    drawn = Animation(sheet, range(3, 12, 4), tmp_path / "steps").draw(workbook, 120, shares.append)
    assert shares == sorted(shares)
    assert set(shares) <= {0, 1 / 3, 2 / 3, 1}
    by_hand = []
    for step in (3, 11):
        picked = change_cell(workbook, tmp_path / f"{step}.xlsx", EXPLORER, "D5", lambda xml, step=step: re.sub(
            r"<v>.*</v>", f"<v>{step}</v>", xml
        ))  # fmt: skip
        (picture,) = draw(picked, Frames(sheet, *NOT_LOOKED_AT, [1.0], first_link(workbook, sheet)), 120)
        by_hand.append(pixels(picture))
    first, between, last = map(pixels, drawn)
    assert (first == by_hand[0]).all()
    assert (last == by_hand[1]).all()
    assert (between != first).any()
    assert (between != last).any()


@needs_uno
def test_a_gif_has_a_frame_a_step(workbook: Path, tmp_path: Path, soffice: str) -> None:
    images = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    sequence = pytest.importorskip("PIL.ImageSequence")
    target = tmp_path / "steps.gif"
    done = render(workbook, "--sheet", EXPLORER, "--steps", "0..12..3", "--seconds", "0.5", "-o", target)
    assert (done.exit_code, done.stdout) == (0, f"wrote {target}: 5 steps, 0.5 s each\n")
    with images.open(target) as film:
        shown = [(frame.convert("RGB"), frame.info["duration"]) for frame in sequence.Iterator(film)]
        assert film.info["loop"] == 0
    assert [duration for _, duration in shown] == [500, 500, 500, 500, 2000]
    width, height = shown[0][0].size
    assert 1580 <= width <= 1600
    assert height <= 2400
    assert target.stat().st_size < 200_000 * len(shown)
    folder = tmp_path / "pictures"
    assert render(workbook, "--sheet", EXPLORER, "--steps", "0..12..3", "-o", folder).exit_code == 0
    names = [path.name for path in sorted(folder.iterdir())]
    assert names == ["step-00.png", "step-03.png", "step-06.png", "step-09.png", "step-12.png"]
    for name, (frame, _) in zip(names, shown, strict=True):
        true, file = pixels((folder / name).read_bytes()), io.BytesIO()
        frame.save(file, "PNG")
        off = abs(pixels(file.getvalue()) - true)
        assert off.max() <= 60  # few colours, but none that is another
        assert off.mean() < 0.5
        assert (true[0, 0] == 255).all()
        assert (pixels(file.getvalue())[0, 0] == 255).all()  # white is white
    for before, after in pairwise(names):
        assert (pixels((folder / before).read_bytes()) != pixels((folder / after).read_bytes())).any()


@needs_uno
def test_numbered_pictures_beside_a_name(workbook: Path, tmp_path: Path, soffice: str) -> None:
    done = render(workbook, "--sheet", PICTURES, "--steps", "9..10", "-o", tmp_path / "slide.png")
    assert done.stdout == f"wrote {tmp_path / 'slide-09.png'} … {tmp_path / 'slide-10.png'}\n"
    sizes = [pixels(path.read_bytes()).shape for path in sorted(tmp_path.iterdir())]
    assert len(sizes) == 2
    assert sizes[0] == sizes[1]


# --- what is refused ---


def test_the_steps() -> None:
    assert steps_of("0..100") == range(101)
    assert list(steps_of("2..11..4")) == [2, 6, 10]
    assert list(steps_of("7..7")) == list(steps_of("7")) == [7]
    assert len(steps_of(f"0..{MOST_STEPS - 1}")) == MOST_STEPS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("9..3", "'9..3' goes backwards"),
        ("0..9..0", "'0..9..0' never goes on"),
        *((text, "names no iterations; write them as 0..100") for text in
          ("", "0..", "..5", "a..b", "0-5", "0..5..", "1.5..3", "-1..3", "0..5..1..2", "0..٣", "0..5\n")),
        ("0..10000", "names 10,001 iterations, and at most 500 are drawn; leave some out: --steps 0..10000..21"),
    ],
)  # fmt: skip
def test_steps_that_are_none(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        steps_of(text)


def test_the_steps_that_are_proposed_are_few_enough() -> None:
    for last in (500, 999, 10_000, 999_999_999):
        with pytest.raises(UsageError) as refused:
            steps_of(f"0..{last}")
        proposed = str(refused.value).rpartition(" ")[2]
        assert MOST_STEPS / 2 <= len(steps_of(proposed)) <= MOST_STEPS


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--steps", "0..2"], "an animation needs --sheet and --steps; such as --sheet Explorer --steps 0..100"),
        (["--sheet", "Explorer"], "an animation needs --sheet and --steps"),
        (["--sheet", "Explorer", "--steps", "0..2", "--all"], "an animation is of one sheet, not of --all"),
        (["--sheet", "Explorer", "--steps", "2..0"], "--steps '2..0' goes backwards"),
        (["--sheet", "Explorer", "--steps", "0..13"], "book.xlsx has no iteration 13; its last one is 12"),
        (["--sheet", "explorer", "--steps", "0..2"], "has no sheet 'explorer'; did you mean 'Explorer'?"),
        (["--sheet", "nothing", "--steps", "0..2"], "has no sheet 'nothing'; name Explorer or Pictures"),
        (["--sheet", "Error", "--steps", "0..2"], "the sheet 'Error' does not follow the iteration that is picked"),
        (["--sheet", "Explorer", "--steps", "0..2", "-o", "a.mp4"], "a.mp4 cannot be an animation's name"),
        (["--sheet", "Explorer", "--steps", "0..2", "-o", "no/a.gif"], "there is no folder no; make it"),
        (["--sheet", "Explorer", "--steps", "0..2", "-o", "mine.gif"], "mine.gif exists; replace it with --force"),
        (["--sheet", "Explorer", "--steps", "0..2", "-o", "mine.png"], "mine-1.png exists; replace it with --force"),
        (["--sheet", "Explorer", "--steps", "0..2", "--seconds", "0"], "0.0 is not a number of seconds above 0"),
    ],
)
def test_what_cannot_be_drawn_gets_one_line(
    words: list[str], said: str, workbook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    there = {"book.xlsx": workbook.read_bytes(), "mine.gif": b"mine", "mine-1.png": b"mine"}
    for name, content in there.items():
        Path(name).write_bytes(content)
    refused = render("book.xlsx", *words)
    (line,) = refused.stderr.splitlines()
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert said in line
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == there


def test_without_pillow_there_are_pictures_but_no_gif(
    workbook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    monkeypatch.setattr("sheetgen.engines.frames.draw", lambda path, wanted, *_: [b"a picture"] * len(wanted.numbers))
    target = tmp_path / "a.gif"
    refused = render(workbook, "--sheet", EXPLORER, "--steps", "0..2", "-o", target)
    assert refused.exit_code == 2
    (line,) = refused.stderr.splitlines()
    assert line.startswith("sheetgen: a GIF needs Pillow, which does not load")
    assert line.endswith("install it (pip install pillow), or have PNGs: name a .png or a folder with -o")
    assert not target.exists()
    assert render(workbook, "--sheet", EXPLORER, "--steps", "0..2", "-o", target.with_suffix(".png")).exit_code == 0
    assert len(list(tmp_path.iterdir())) == 3


def test_without_libreoffice(workbook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    monkeypatch.delenv("SHEETGEN_SOFFICE", raising=False)
    refused = render(workbook, "--sheet", EXPLORER, "--steps", "0..2", "-o", tmp_path / "a.png")
    assert refused.exit_code == 2
    assert refused.stderr.startswith("sheetgen: LibreOffice was not found: install it (Debian: libreoffice-calc-nogui)")
    assert len(refused.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_filled_is_as_it_was(
    workbook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pictures(path: Path, wanted: Frames, *_: object) -> list[bytes]:
        (tmp_path / "there").mkdir()
        (tmp_path / "there" / "step-2.png").mkdir()  # what a file cannot take the place of
        return [b"a picture"] * len(wanted.numbers)

    monkeypatch.setattr("sheetgen.engines.frames.draw", pictures)
    refused = render(workbook, "--sheet", EXPLORER, "--steps", "0..2", "-o", tmp_path / "there")
    assert refused.exit_code == 2
    assert "step-2.png is no regular file" in refused.stderr
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["step-2.png"]


@needs_uno
def test_an_interrupted_drawing_leaves_nothing(workbook: Path, tmp_path: Path) -> None:
    office, scratch, folder = tmp_path / "soffice", tmp_path / "scratch", tmp_path / "here"
    office.write_text(f"#!/bin/sh\necho $$ > {tmp_path / 'pid'}\nexec sleep 60\n")
    office.chmod(0o755)
    scratch.mkdir()
    folder.mkdir()
    environment = {**os.environ, "SHEETGEN_SOFFICE": str(office), "TMPDIR": str(scratch), "PYTHONPATH": str(IMPORTED)}
    environment.pop("SHEETGEN_SOFFICE_PIPE", None)
    command = [sys.executable, "-m", "sheetgen", "render", str(workbook), "--sheet", EXPLORER, "--steps", "0..3"]
    process = subprocess.Popen(
        [*command, "-o", "steps.gif"], cwd=folder, env=environment, stderr=subprocess.PIPE, text=True
    )
    while not (tmp_path / "pid").exists() and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said.lstrip()) == (130, "interrupted; nothing was changed\n")
    assert list(folder.iterdir()) == list(scratch.iterdir()) == []
    state = Path(f"/proc/{int((tmp_path / 'pid').read_text())}/stat")
    assert not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z"
