"""A file that is replaced shows its old content or its new one, and leaves nothing beside it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO

import pytest

from sheetgen.errors import UsageError
from sheetgen.files import ABSENT, drafting, reject, replace_file, replacing, version_of, write_several

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
def test_several_files_are_all_there_or_none(tmp_path: Path) -> None:
    new, other = tmp_path / "new", tmp_path / "other"
    write_several({new / name: name.encode() for name in "ab"}, ABSENT)
    assert {file.name: file.read_bytes() for file in new.iterdir()} == {"a": b"a", "b": b"b"}
    with pytest.raises(UsageError, match="another program has made a file of that name"):
        write_several({new / name: b"other" for name in "cdb"}, ABSENT)
    assert {file.name: file.read_bytes() for file in new.iterdir()} == {"a": b"a", "b": b"b"}
    with pytest.raises(TypeError):
        write_several({other / "a": b"a", other / "b": None}, ABSENT)  # type: ignore[dict-item]
    assert not other.exists()
    with pytest.raises(OSError, match="No such file or directory"):
        write_several({tmp_path / "no" / "folder" / "a": b"a"}, ABSENT)


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


# --- names and kinds of files ---


@pytest.mark.parametrize("ending", [".xlsx", ".json", "x", "." + "x" * 200])
def test_a_name_as_long_as_names_may_be(tmp_path: Path, ending: str) -> None:
    path = tmp_path / ("ä" * ((255 - len(ending)) // 2) + ending)
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    with drafting(path) as (file, draft):
        file.write(b"worse")
        file.flush()
        rejected = reject(draft, path)
    assert rejected.read_bytes() == b"worse"
    assert rejected.name.startswith("ää")
    assert rejected.name.endswith(".rejected")
    assert len(list(tmp_path.iterdir())) == 2


def test_a_name_that_is_too_long_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written: File name too long"), replacing(tmp_path / ("x" * 256)):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="making links and pipes needs POSIX")
def test_a_symbolic_link_stays_and_its_target_is_replaced(path: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.json"
    link.symlink_to("../run.json")
    replace_file(link, b"new")
    assert link.is_symlink()
    assert path.read_bytes() == b"new"
    dangling = tmp_path / "elsewhere" / "dangling.json"
    dangling.symlink_to("../first.json")
    replace_file(dangling, b"first", seen=ABSENT)
    assert (tmp_path / "first.json").read_bytes() == b"first"
    assert dangling.is_symlink()
    endless = tmp_path / "endless.json"
    endless.symlink_to("endless.json")
    message = r"endless\.json cannot be written: Too many levels of symbolic links"
    with pytest.raises(UsageError, match=message), replacing(endless):
        pass
    assert {entry.name for entry in tmp_path.rglob("*")} == {
        "run.json", "first.json", "elsewhere", "link.json", "dangling.json", "endless.json"
    }  # fmt: skip


@pytest.mark.skipif(os.name != "posix", reason="making links and pipes needs POSIX")
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_what_is_no_regular_file_is_not_replaced(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "b.xlsx"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/null")
    else:
        path.mkdir()
    before = path.lstat()
    with pytest.raises(UsageError, match=r"is no regular file, so it is not replaced; name another file"):
        replace_file(path, b"new")
    assert path.lstat() == before
    assert alone(path)


# --- several writers ---


def test_a_file_that_was_not_there_is_not_replaced_where_it_appeared(path: Path) -> None:
    with pytest.raises(UsageError, match=r"run\.json was not written: another program has made a file of that name"):
        replace_file(path, b"new", seen=ABSENT)
    assert path.read_bytes() == b"old"
    assert alone(path)
    path.unlink()
    replace_file(path, b"new", seen=ABSENT)
    assert path.read_bytes() == b"new"
    assert alone(path)


def test_a_file_system_without_links(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_link(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_link)
    test_a_file_that_was_not_there_is_not_replaced_where_it_appeared(path)


@pytest.mark.parametrize(
    ("change", "there"),
    [
        (lambda path: replace_file(path, b"abc"), [b"abc"]),
        (lambda path: path.write_bytes(b"abcd"), [b"abcd"]),
        (lambda path: path.unlink(), []),
    ],
)
def test_a_file_that_was_changed_meanwhile_is_not_replaced(
    path: Path, change: Callable[[Path], object], there: list[bytes]
) -> None:
    seen = version_of(path)
    change(path)
    with pytest.raises(UsageError, match=r"run\.json was not written: another program has changed it meanwhile"):
        replace_file(path, b"new", seen)
    assert [entry.read_bytes() for entry in path.parent.iterdir()] == there


def test_a_file_that_is_as_it_was_is_replaced(path: Path) -> None:
    replace_file(path, b"new", seen=version_of(path))
    assert path.read_bytes() == b"new"
    assert alone(path)
