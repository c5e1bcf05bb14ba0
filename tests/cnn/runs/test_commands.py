"""The commands that are told to a person: each is taken apart by the program's own parser, and finds the run."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import pytest

from cnn.cli import cli
from cnn.runs.commands import program, resume_command, tab_command, typed
from cnn.runs.run import Run, find_run
from sheetgen.console import SETTINGS

PLACES = ["runs", "my runs", "/tmp/it's/runs", ".", "a/b"]


def parsed(command: str) -> dict[str, object]:
    """Return the options of a command as the command line reads them."""
    words = shlex.split(command)
    name, *rest = words[words.index("-m") + 2 :] if "-m" in words else words[1:]
    subcommand = cli.commands[name]
    assert isinstance(subcommand, click.Command)
    # With the program's own context above it: a command remembers the first help option that it is asked for.
    return subcommand.make_context(name, rest, parent=click.Context(cli, info_name="cnn", **SETTINGS)).params


def found_by(options: dict[str, object], name: object) -> Path:
    root = options["runs_dir"]
    assert isinstance(root, Path)
    return root / str(name)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ["rf20-fast-1", "renamed by hand"])
@pytest.mark.parametrize("processes", [1, 3])
def test_a_continuation_finds_the_run_and_brings_what_it_needs(place: str, name: str, processes: int) -> None:
    run = Run(Path(place) / name)
    command = resume_command(run, processes, workbook=Path("my book.xlsx"), force=True, data_dir="my data")
    options = parsed(command)
    assert found_by(options, options["name"]) == run.folder
    assert options["resume"] is True
    assert (options["workbook"], options["force"]) == (Path("my book.xlsx"), True)
    assert options["data_dir"] == "my data"
    assert (f"torchrun --nproc-per-node={processes} -m cnn train --run-name" in command) == (processes > 1)
    bare = parsed(resume_command(run, processes))
    assert (bare["workbook"], bare["force"], bare["data_dir"]) == (None, False, None)


@pytest.mark.parametrize("place", PLACES)
def test_a_run_is_written_into_a_workbook_later(place: str) -> None:
    run = Run(Path(place) / "one")
    options = parsed(tab_command(run, Path("my book.xlsx"), force=True))
    assert [found_by(options, name) for name in options["names"]] == [run.folder]  # type: ignore[attr-defined]
    assert (options["workbook"], options["force"]) == (Path("my book.xlsx"), True)
    assert parsed(tab_command(run, Path("b.xlsx")))["force"] is False


def test_a_run_that_was_named_by_its_folder_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deep" / "one").mkdir(parents=True)
    (tmp_path / "deep" / "one" / "config.json").write_text("{}")
    for start, name in (("", "deep/one"), ("deep", "one"), ("", str(tmp_path / "deep" / "one"))):
        monkeypatch.chdir(tmp_path / start)
        options = parsed(resume_command(find_run(Path("runs"), name)))
        assert found_by(options, options["name"]).resolve() == tmp_path / "deep" / "one"


def test_the_program_is_called_as_it_was_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["/usr/bin/cnn", "train", "--run", "a b"])
    assert typed() == "cnn train --run 'a b'"
    assert typed(2) == "torchrun --nproc-per-node=2 -m cnn train --run 'a b'"
    monkeypatch.setattr("sys.argv", ["/somewhere/cnn/__main__.py", "train"])
    monkeypatch.setattr("sys.executable", "/usr/bin/python3.11")
    assert program() == ["python3.11", "-m", "cnn"]
