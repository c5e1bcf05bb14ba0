"""Programs killed at random moments, again and again: the old file or the new one, whole, and what is left is swept.

Run by ``make stress``; the environment says how often: SHEETGEN_KILLS (of each program), SHEETGEN_SEED.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from outside import IMPORTED

from sheetgen.drafts import is_draft

pytestmark = pytest.mark.stress
KILLS = int(os.environ.get("SHEETGEN_KILLS", "3"))
CHANCE = random.Random(int(os.environ.get("SHEETGEN_SEED", "1")))


def start(*words: object, cwd: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(IMPORTED)}
    command = [sys.executable, "-m", *map(str, words)]
    return subprocess.Popen(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Return the exit code and what was said on stderr."""
    _, errors = process.communicate(timeout=300)
    assert "Traceback" not in errors, errors
    return process.returncode, errors


def drafts_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob(".*") if is_draft(path.name)]


def kill_again_and_again(folder: Path, check: Callable[[], None], *words: object) -> None:
    """Kill a program at random moments of its run, check each time, and let it end once: nothing must be left."""
    begin = time.monotonic()
    assert finish(start(*words, cwd=folder))[0] == 0
    usual = time.monotonic() - begin
    for _ in range(KILLS):
        process = start(*words, cwd=folder)
        time.sleep(usual * CHANCE.random())
        process.kill()
        process.communicate(timeout=60)
        check()
    assert finish(start(*words, cwd=folder))[0] == 0
    check()
    assert drafts_in(folder) == []


def require_whole(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None


@pytest.mark.parametrize("more", [("50", "--no-verify"), ("2500",)], ids=["small", "large"])
def test_builds_that_are_killed(small_workbook: Path, more: tuple[str, ...]) -> None:
    """The large one has 620,000 cells, which processes of their own spell and compress, and is verified."""
    words = ("sheetgen", "build", "-o", small_workbook.name, "--force", "--iterations", *more)
    kill_again_and_again(small_workbook.parent, lambda: require_whole(small_workbook), *words)


def test_copies_of_a_template_that_are_killed(tmp_path: Path) -> None:
    """Each of the two files is the old one or the new one, whole."""
    words = ("sheetgen", "copy", "iris", "--force")
    assert finish(start(*words, cwd=tmp_path))[0] == 0
    new = {name: (tmp_path / name).read_bytes() for name in ("iris.toml", "iris.csv")}
    old = {name: b"precious " + content for name, content in new.items()}

    def check() -> None:
        for name in new:
            assert (tmp_path / name).read_bytes() in (old[name], new[name])
            (tmp_path / name).write_bytes(old[name])

    check()
    kill_again_and_again(tmp_path, check, *words)


def test_sheets_added_by_programs_that_are_killed(small_workbook: Path) -> None:
    pytest.importorskip("PIL", reason="Pillow is not installed")
    from cnn_support import handmade_run

    handmade_run(small_workbook.parent / "runs", "one")
    words = ("cnn", "tab", "one", "--workbook", small_workbook.name)
    kill_again_and_again(small_workbook.parent, lambda: require_whole(small_workbook), *words)


def test_networks_put_into_a_workbook_by_programs_that_are_killed(small_workbook: Path) -> None:
    for package in ("PIL", "torch"):
        pytest.importorskip(package, reason="the extra cnn is not installed")
    from live_networks import untrained_run

    untrained_run(small_workbook.parent / "runs", "one")
    words = ("cnn", "sheet", "one", "--workbook", small_workbook.name)
    kill_again_and_again(small_workbook.parent, lambda: require_whole(small_workbook), *words)


def test_a_training_that_is_killed_goes_on(tmp_path: Path) -> None:
    for package in ("torch", "torchvision"):
        pytest.importorskip(package, reason="the extra cnn is not installed")
    from cnn.runs.run import Run, find_run
    from cnn.show import listed_run

    words = ("cnn", "train", "--data", "synthetic", "--epochs", "2", "--run", "one")
    for _ in range(max(1, KILLS // 3)):
        begun = find_run(tmp_path / "runs", "one") if (tmp_path / "runs" / "one" / "config.json").exists() else None
        process = start(*words, *(["--resume"] if begun else []), cwd=tmp_path)
        time.sleep(3 + 7 * CHANCE.random())
        process.kill()
        process.communicate(timeout=60)
        if (tmp_path / "runs" / "one" / "config.json").exists():
            assert getattr(listed_run(Run(tmp_path / "runs" / "one")), "state", "") != "damaged"
    begun = (tmp_path / "runs" / "one" / "config.json").exists()
    name = "one" if begun or not (tmp_path / "runs" / "one").exists() else "two"
    assert finish(start(*words[:-1], name, *(["--resume"] if begun else []), cwd=tmp_path))[0] == 0
    assert drafts_in(tmp_path / "runs" / name) == []


def test_of_two_builds_into_a_new_name_one_is_told(tmp_path: Path) -> None:
    words = ("sheetgen", "build", "-o", "b.xlsx", "--iterations", "20", "--no-verify")
    ends = [finish(process) for process in [start(*words, cwd=tmp_path) for _ in range(2)]]
    assert sorted(code for code, _ in ends) == [0, 2]
    said = next(errors for code, errors in ends if code == 2)
    assert "another program has made a file of that name meanwhile" in said or "exists" in said
    require_whole(tmp_path / "b.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["b.xlsx"]


def test_a_sheet_added_while_the_workbook_is_built_anew_is_not_lost_without_a_word(small_workbook: Path) -> None:
    pytest.importorskip("PIL", reason="Pillow is not installed")
    from cnn_support import handmade_run

    folder = small_workbook.parent
    handmade_run(folder / "runs", "one")
    build = start("sheetgen", "build", "-o", small_workbook.name, "--force", "--iterations", "300", cwd=folder)
    tab = start("cnn", "tab", "one", "--workbook", small_workbook.name, cwd=folder)
    ends = [finish(tab), finish(build)]
    require_whole(small_workbook)
    for code, errors in ends:
        assert code == 0 or "another program has changed it meanwhile" in errors
    assert any(code == 0 for code, _ in ends)
    assert drafts_in(folder) == []
