"""A file that is replaced shows its old content or its new one, and leaves nothing beside it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO

import pytest

from sheetgen.errors import UsageError
from sheetgen.files import drafting, reject, replace_file, replacing

Replacing = Callable[[Path], AbstractContextManager[tuple[IO[bytes], Path]]]
BOTH = pytest.mark.parametrize("replacement", [drafting, replacing])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file whose content is ``old``, alone in its folder."""
    (tmp_path / "run.json").write_bytes(b"old")
    return tmp_path / "run.json"


@pytest.fixture
def no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the disk be full when a file is brought to it."""

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)


@pytest.fixture
def mask() -> Iterator[None]:
    """Let new files be readable by their owner and group alone."""
    before = os.umask(0o027)
    yield
    os.umask(before)


def alone(path: Path) -> bool:
    return [entry.name for entry in path.parent.iterdir()] == [path.name]


@BOTH
def test_the_old_content_is_there_until_the_new_is_whole(path: Path, replacement: Replacing) -> None:
    with replacement(path) as (file, draft):
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
        assert draft.parent == path.parent
        assert draft.read_bytes() == b"new"
    assert path.read_bytes() == b"new"
    assert alone(path)


@BOTH
def test_a_block_that_fails_changes_nothing(path: Path, replacement: Replacing) -> None:
    contents: dict[str, bytes] = {}
    with pytest.raises(KeyError), replacement(path) as (file, _):
        file.write(b"half of" + contents["the other half"])
    assert path.read_bytes() == b"old"
    assert alone(path)


@pytest.mark.parametrize(("name", "end"), [("last.pt", ".pt"), ("b.xlsx", ".xlsx"), ("B.XLSX", ".xlsx")])
def test_a_draft_ends_as_its_file_does(name: str, end: str, tmp_path: Path) -> None:
    with drafting(tmp_path / name) as (_, draft):
        assert draft.suffix == end
        assert draft.name.startswith(".")


def test_content_is_replaced_in_one_call(path: Path) -> None:
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    replace_file(path.with_name("other.json"), b"first")
    assert path.with_name("other.json").read_bytes() == b"first"
    assert len(list(path.parent.iterdir())) == 2


@pytest.mark.usefixtures("no_disk")
def test_a_full_disk_is_told_and_leaves_the_old_content(path: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        replace_file(path, b"new")
    message = r"run\.json was not written: No space left.*; what was there is untouched"
    with pytest.raises(UsageError, match=message), replacing(path) as (file, _):
        file.write(b"new")
    assert path.read_bytes() == b"old"
    assert alone(path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "run.json"
    with pytest.raises(FileNotFoundError):
        replace_file(path, b"new")
    message = r"run\.json cannot be written: No such file or directory \(.*nowhere\)"
    with pytest.raises(UsageError, match=message), replacing(path):
        pass


@pytest.mark.usefixtures("mask")
def test_rights_are_those_of_a_file_that_open_makes(path: Path) -> None:
    ordinary = path.with_name("ordinary")
    ordinary.touch()
    replace_file(path, b"new")
    assert path.stat().st_mode == ordinary.stat().st_mode
    with drafting(path) as (_, draft):
        rejected = reject(draft, path)
    assert rejected.stat().st_mode == ordinary.stat().st_mode


def test_a_rejected_draft_leaves_the_file_as_it_is(path: Path) -> None:
    with replacing(path) as (file, draft):
        file.write(b"new")
        file.flush()
        rejected = reject(draft, path)
    assert path.read_bytes() == b"old"
    assert rejected == path.with_name("run.json.rejected")
    assert rejected.read_bytes() == b"new"
