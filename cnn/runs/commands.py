"""The commands that go on with a run, complete with all that they need where this one was typed."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from cnn.runs.run import Run

DEFAULT_ROOT = "runs"
"""Where the commands look for runs unless they are told otherwise."""


def program(processes: int = 1) -> list[str]:
    """Return the words that start this program as it was started: its name, or a module of Python's or torchrun's."""
    if processes > 1:
        return ["torchrun", f"--nproc-per-node={processes}", "-m", "cnn"]
    return ["cnn"] if Path(sys.argv[0]).stem == "cnn" else [Path(sys.executable).name, "-m", "cnn"]


def typed(processes: int = 1) -> str:
    """Return the command that was typed."""
    return shlex.join([*program(processes), *sys.argv[1:]])


def resume_command(
    run: Run,
    processes: int = 1,
    *,
    workbook: Path | None = None,
    force: bool = False,
    data_dir: str | None = None,
) -> str:
    """Return the command that continues a run, and then writes it into a workbook where one is given.

    ``force`` is for a workbook that is signed or locked, ``data_dir`` for data that are no longer where the run found
    them.
    """
    option = "--run" if processes == 1 else "--run-name"  # torchrun has options that begin with --run
    words = ["train", option, run.name, "--resume", *_option("--data-dir", data_dir), *_into(workbook, force)]
    return shlex.join([*program(processes), *words, *_runs_dir(run)])


def tab_command(run: Run, workbook: Path, force: bool = False) -> str:
    """Return the command that writes a run into a workbook."""
    return shlex.join([*program(), "tab", run.name, *_into(workbook, force), *_runs_dir(run)])


def _into(workbook: Path | None, force: bool) -> Sequence[str]:
    return (*_option("--workbook", workbook), *(["--force"] if workbook and force else []))


def _runs_dir(run: Run) -> Sequence[str]:
    root = run.folder.parent
    return _option("--runs-dir", None if root == Path(DEFAULT_ROOT) else root)


def _option(name: str, value: Path | str | None) -> Sequence[str]:
    return () if value is None else (name, str(value))
