"""Drafts of dead makers are swept by the next maker in their folder; those of living ones stay."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from outside import IMPORTED

from sheetgen import drafts
from sheetgen.files import drafting, replace_file

pytest.importorskip("fcntl", reason="this system has no locks on files")

MAKER = """
import sys
from pathlib import Path
from sheetgen.files import drafting
with drafting(Path(sys.argv[1])) as (file, draft):
    file.write(b"half")
    file.flush()
    print(draft.name, flush=True)
    sys.stdin.read()
"""


def maker(path: Path) -> tuple[subprocess.Popen[str], Path]:
    """Start a process that makes a draft; return it when the draft is there, and the draft."""
    command = [sys.executable, "-c", MAKER, str(path)]
    environment = {**os.environ, "PYTHONPATH": str(IMPORTED)}
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    return process, path.parent / process.stdout.readline().strip()


def test_the_draft_of_a_killed_maker_is_swept_and_that_of_a_living_one_is_not(tmp_path: Path) -> None:
    killed, left = maker(tmp_path / "killed.xlsx")
    living, growing = maker(tmp_path / "living.xlsx")
    with killed, living:
        killed.kill()
        killed.wait(60)
        assert drafts.is_draft(left.name)
        assert left.read_bytes() == b"half"
        replace_file(tmp_path / "next.json", b"new")
        assert sorted(entry.name for entry in tmp_path.iterdir()) == sorted([growing.name, "next.json"])
        living.communicate("", timeout=60)
    assert living.returncode == 0
    assert (tmp_path / "living.xlsx").read_bytes() == b"half"
    assert len(list(tmp_path.iterdir())) == 2


def test_only_what_bears_the_name_of_a_draft_is_swept(tmp_path: Path) -> None:
    names = [".sheetgen-abcd", ".sheetgen-abcdefgh.xlsx.old", "x.sheetgen-abcdefgh.xlsx", ".backprop.abcdefgh.xlsx"]
    for name in names:
        (tmp_path / name).touch()
    (tmp_path / ".sheetgen-folder12").mkdir()
    (tmp_path / ".sheetgen-linked12.xlsx").symlink_to(names[0])
    drafts.sweep(tmp_path)
    assert len(list(tmp_path.iterdir())) == 6
    (tmp_path / ".sheetgen-abcd_fgh.xlsx").touch()
    (tmp_path / ".sheetgen-abcdefgh").touch()
    drafts.sweep(tmp_path)
    assert len(list(tmp_path.iterdir())) == 6


def test_where_nothing_can_be_locked_only_what_is_old_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr("fcntl.flock", no_locks)
    old, new = tmp_path / ".sheetgen-abcdefgh.pt", tmp_path / ".sheetgen-ijklmnop.pt"
    for path, age in ((old, 90_000), (new, 80_000)):
        path.touch()
        os.utime(path, (time.time() - age,) * 2)
    with drafting(tmp_path / "last.pt") as (file, draft):
        file.write(b"new")
        assert {entry.name for entry in tmp_path.iterdir()} == {new.name, draft.name}
    assert (tmp_path / "last.pt").read_bytes() == b"new"


def test_a_draft_that_is_swept_before_it_is_locked_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, made = drafts._lock, []

    def late(handle: int, wait: bool) -> bool | None:
        if wait and not made:
            made.extend(tmp_path.iterdir())
            drafts.sweep(tmp_path)
        return lock(handle, wait)

    monkeypatch.setattr(drafts, "_lock", late)
    with drafting(tmp_path / "b.xlsx") as (file, draft):
        file.write(b"new")
        assert made not in ([], [draft])
    assert [entry.name for entry in tmp_path.iterdir()] == ["b.xlsx"]
