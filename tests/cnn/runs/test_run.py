"""The run directory: what was written is read back, and what is broken is said in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn.errors import RunError, UsageError
from cnn.runs.run import Run, find_run, free_name, make_folder, planned_run


def new_run(root: Path, name: str) -> Run:
    run = planned_run(root, name)
    make_folder(run)
    return run


def test_json_is_read_back_and_never_half_written(tmp_path: Path) -> None:
    run = new_run(tmp_path / "runs", "one")
    run.write_json("config.json", {"η": 0.1})
    assert run.read_json("config.json")["η"] == 0.1
    with pytest.raises(TypeError):
        run.write_json("config.json", {"bad": object()})
    assert run.read_json("config.json")["η"] == 0.1
    assert sorted(path.name for path in run.folder.iterdir()) == ["config.json"]


def test_a_name_in_use_is_refused_and_a_free_one_is_found(tmp_path: Path) -> None:
    new_run(tmp_path, "a")
    with pytest.raises(RunError, match="--resume"):
        planned_run(tmp_path, "a")
    assert free_name(tmp_path, "a") == "a-2"
    new_run(tmp_path, "a-2")
    assert free_name(tmp_path, "a") == "a-3"
    assert free_name(tmp_path, "b") == "b"


def test_a_directory_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot be made"):
        new_run(tmp_path / "file", "a")


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 101, "a b"])
def test_a_name_that_is_no_directory_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot name a run"):
        planned_run(tmp_path, name)


def test_a_run_is_found_by_name_or_by_directory(tmp_path: Path) -> None:
    run = new_run(tmp_path / "runs", "one")
    run.write_json("config.json", {})
    assert find_run(tmp_path / "runs", "one") == run
    assert find_run(tmp_path, str(run.folder)) == run
    with pytest.raises(RunError, match="there are: one"):
        find_run(tmp_path / "runs", "two")
    with pytest.raises(RunError, match=r"no run 'onne' in .*; did you mean 'one'"):
        find_run(tmp_path / "runs", "onne")
    with pytest.raises(RunError, match="there are: none"):
        find_run(tmp_path, "two")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 99}'])
def test_a_damaged_file_is_one_clear_line(content: str, tmp_path: Path) -> None:
    run = Run(tmp_path)
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(RunError, match=r"config\.json is") as caught:
        run.read_json("config.json")
    assert "\n" not in str(caught.value)


def test_a_damaged_checkpoint_is_one_clear_line(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    run = Run(tmp_path)
    with pytest.raises(RunError, match="no epoch of it was finished"):
        run.checkpoint("last.pt")
    run.save_checkpoint("last.pt", {"model": {"w": torch.ones(3)}})
    assert torch.equal(run.checkpoint("last.pt")["model"]["w"], torch.ones(3))
    whole = (tmp_path / "last.pt").read_bytes()
    for broken in (b"", b"no zip", whole[: len(whole) // 2]):
        (tmp_path / "last.pt").write_bytes(broken)
        with pytest.raises(RunError, match="damaged"):
            run.checkpoint("last.pt")


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (tmp_path / "sprung",))  # type: ignore[return-value]

    torch.save({"format": 1, "model": Trap()}, tmp_path / "last.pt")
    with pytest.raises(RunError, match="damaged"):
        Run(tmp_path).checkpoint("last.pt")
    assert not (tmp_path / "sprung").exists()
