"""Nothing is lost and one line says why where files cannot grow: a full disk, or a limit on their size."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from outside import IMPORTED

resource = pytest.importorskip("resource", reason="this system sets no limits on files")

LIMITED = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
sys.argv[:2] = []
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def run(limit: int, *words: object, cwd: Path, **more: str) -> tuple[int, list[str]]:
    """Return the exit code of a program that may write no file longer than so many bytes, and its last lines."""
    command = [sys.executable, "-c", LIMITED, str(limit), *map(str, words)]
    environment = {**os.environ, "PYTHONPATH": str(IMPORTED), **more}
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, timeout=120)
    return done.returncode, [line for line in done.stderr.splitlines() if not line.endswith("…")]


@pytest.mark.parametrize("limit", [1_000, 60_000])
def test_a_build(tmp_path: Path, limit: int) -> None:
    (tmp_path / "b.xlsx").write_bytes(b"precious")
    code, lines = run(limit, "sheetgen", "build", "-o", "b.xlsx", "--force", cwd=tmp_path)
    assert code == 2
    assert lines == ["sheetgen: b.xlsx was not written: File too large; what was there is untouched"]
    assert (tmp_path / "b.xlsx").read_bytes() == b"precious"
    assert os.listdir(tmp_path) == ["b.xlsx"]


@pytest.mark.parametrize(("limit", "name"), [(100, "iris.toml"), (1_500, "iris.csv")])
def test_a_copy_of_a_template_loses_neither_of_the_old_files(tmp_path: Path, limit: int, name: str) -> None:
    for file in ("iris.toml", "iris.csv"):
        (tmp_path / file).write_text("precious")
    code, lines = run(limit, "sheetgen", "copy", "iris", "--force", cwd=tmp_path)
    assert (code, lines) == (2, [f"sheetgen: {name} was not written: File too large; what was there is untouched"])
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "iris.toml": "precious", "iris.csv": "precious"
    }  # fmt: skip


def test_a_sheet_added_to_a_workbook(small_workbook: Path) -> None:
    pytest.importorskip("PIL", reason="Pillow is not installed")
    from cnn_support import handmade_run

    folder = small_workbook.parent
    handmade_run(folder / "runs", "one")
    before = small_workbook.read_bytes()
    words = ("cnn", "tab", "one", "--workbook", small_workbook.name)
    code, lines = run(50_000, *words, cwd=folder)
    line = "cnn: small.xlsx was not written: File too large; what was there is untouched"
    assert (code, lines) == (2, [line])
    assert small_workbook.read_bytes() == before
    assert sorted(os.listdir(folder)) == ["runs", "small.xlsx"]


@pytest.mark.usefixtures("soffice")
def test_a_verification_in_libreoffice(small_workbook: Path) -> None:
    words = ("sheetgen", "verify", small_workbook, "--engine", "libreoffice")
    code, lines = run(1_000, *words, cwd=small_workbook.parent)
    assert code == 2
    assert len(lines) == 1
    assert lines[0].startswith("sheetgen: LibreOffice could not be used: a temporary file cannot be written or read")
    assert "File too large" in lines[0]


def test_a_folder_for_temporary_files_that_is_not_there_is_no_matter(tmp_path: Path) -> None:
    words = ("sheetgen", "build", "-o", "b.xlsx", "--iterations", 2, "--no-verify")
    assert run(10**7, *words, cwd=tmp_path, TMPDIR=str(tmp_path / "none"))[0] == 0
