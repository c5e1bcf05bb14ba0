"""A run directory: what is in it, written so that a reader never sees half a file.

======================  ======================================================================
``config.json``         how the run was started (`cnn.training.config.Config`)
``metrics.csv``         a row an epoch (`cnn.runs.metrics.Epoch`), written as it goes
``summary.json``        layers, result, confusion matrix, worst mistakes (`cnn.runs.summary.Summary`)
``last.pt, best.pt``    checkpoints of the last and the best epoch; load with ``weights_only=True``
``mistakes/NN.png``     the worst mistakes, 28 × 28 grey
``curves.png``          the four curves
======================  ======================================================================
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnn.errors import RunError, UsageError
from cnn.json_form import Mismatch, Record, from_json, to_json
from cnn.runs.epoch_table import from_csv, to_csv
from cnn.runs.metrics import Epoch
from cnn.runs.summary import Summary
from sheetgen.errors import did_you_mean
from sheetgen.files import read_file, replace_file

FORMAT = 1
_LARGEST = 64 * 1024**2
"""Bytes that a file of its records may have, far more than any run writes."""
CheckpointState = dict[str, Any]
"""What a checkpoint holds by name: ``model``, ``optimizers`` and ``history``, as tensors, numbers and text."""
RUN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class Run:
    """A run by its directory."""

    folder: Path

    @property
    def name(self) -> str:
        """Return the name of the run."""
        return self.folder.name

    def path(self, name: str) -> Path:
        """Return the path of one of its files."""
        return self.folder / name

    def write_json(self, name: str, content: dict[str, Any]) -> None:
        """Write one of its JSON files."""
        text = json.dumps({"format": FORMAT, **content}, indent=1, ensure_ascii=False)
        # bytes of a path that are no text become escapes of JSON's
        replace_file(self.path(name), (text + "\n").encode(errors="backslashreplace"))

    def read_json(self, name: str) -> dict[str, Any]:
        """Return one of its JSON files; raise `RunError` where it is absent, damaged or too new."""
        try:
            content = json.loads(read_file(self.path(name), _LARGEST))
        except OSError as error:
            raise RunError(f"{self.path(name)} cannot be read ({error.strerror}): is '{self.name}' a run?") from error
        except (ValueError, RecursionError) as error:
            raise RunError(f"{self.path(name)} is damaged: {error}") from error
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise RunError(f"{self.path(name)} is not of format {FORMAT}, the one this version reads")
        return content

    def write_record(self, name: str, record: object) -> None:
        """Write one of its JSON files: that of a record (a frozen dataclass)."""
        self.write_json(name, to_json(record))

    def read_record(self, name: str, record: type[Record]) -> Record:
        """Return the record that one of its JSON files holds; raise `RunError` where it holds none."""
        try:
            return from_json(record, self.read_json(name))
        except Mismatch as error:
            raise RunError(f"{self.path(name)} is damaged: {error}") from error

    def summary(self) -> Summary | None:
        """Return what came out of the run so far; None before its first epoch is over."""
        return self.read_record("summary.json", Summary) if self.path("summary.json").exists() else None

    def write_metrics(self, epochs: Iterable[Epoch]) -> None:
        """Write metrics.csv: the rows of all epochs so far."""
        replace_file(self.path("metrics.csv"), to_csv(epochs).encode())

    def metrics(self) -> list[Epoch]:
        """Return the rows of metrics.csv, none before the first epoch is over; raise `RunError` where it is
        damaged.
        """
        path = self.path("metrics.csv")
        try:
            return from_csv(read_file(path, _LARGEST).decode())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise RunError(f"{path} cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise RunError(f"{path} is damaged: {error}") from error

    def save_checkpoint(self, name: str, state: CheckpointState) -> None:
        """Write a checkpoint."""
        import torch

        content = io.BytesIO()
        torch.save({"format": FORMAT, **state}, content)
        replace_file(self.path(name), content.getvalue())

    def checkpoint(self, name: str, device: str = "cpu") -> CheckpointState:
        """Return a checkpoint, its tensors on ``device``; raise `RunError` where it is absent or damaged."""
        import torch

        path = self.path(name)
        if not path.is_file():
            raise RunError(f"{self.folder} has no {name}: no epoch of it was finished")
        try:
            state = torch.load(path, map_location=device, weights_only=True)
        except Exception as error:  # torch.load raises whatever its readers raise: zip, pickle, OS and runtime errors
            raise RunError(f"{path} is damaged: it does not load as a checkpoint") from error
        if not isinstance(state, dict) or state.get("format") != FORMAT:
            raise RunError(f"{path} is not a checkpoint of format {FORMAT}, the one this version reads")
        return state


def check_name(name: str) -> str:
    """Return the name of a run to be; raise `UsageError` where it would not do as a directory name."""
    if not RUN_NAME.fullmatch(name):
        raise UsageError(f"'{name}' cannot name a run: letters, digits, dot, dash and underscore only, 100 at most")
    return name


def planned_run(root: Path, name: str) -> Run:
    """Return a run to be, not on disk yet; raise `RunError` where one of that name is there."""
    run = Run(root / check_name(name))
    if run.folder.exists():
        raise RunError(f"{run.folder} is there already: continue it with --resume or choose another --run")
    return run


def make_folder(run: Run) -> None:
    """Make the directory of a planned run; raise `RunError` where that cannot be done."""
    try:
        run.folder.mkdir(parents=True)
    except FileExistsError as error:
        raise RunError(f"{run.folder} cannot be made: something of that name is there") from error
    except OSError as error:
        raise RunError(f"{run.folder} cannot be made: {error.strerror}") from error


def free_name(root: Path, name: str) -> str:
    """Return the name, or the name with the first number from 2 that no run has yet."""
    taken = {path.name for path in root.glob(f"{name}*")}
    number = 2
    candidate = name
    while candidate in taken:
        candidate, number = f"{name}-{number}", number + 1
    return candidate


def find_run(root: Path, name: str) -> Run:
    """Return the run of that name, or the one whose directory that is; raise `RunError` with the nearest name, or
    those there are.
    """
    for folder in (root / name, Path(name)):
        if (folder / "config.json").is_file():
            return Run(folder)
    names = [run.name for run in listed_runs(root)]
    there_are = f"there are: {', '.join(names) or 'none'}"
    raise RunError(f"no run '{name}' in {root}", did_you_mean(name, names, there_are))


def newest_run(root: Path) -> Run:
    """Return the run of a directory whose last epoch is the latest; raise `RunError` where none has one."""
    weights = {run.name: run.path("last.pt") for run in listed_runs(root)}
    made = {name: path.stat().st_mtime_ns for name, path in weights.items() if path.is_file()}
    if not made:
        raise RunError(f"there is no trained run in {root}", "train one: cnn train")
    return Run(root / max(made, key=lambda name: made[name]))


def listed_runs(root: Path) -> Iterator[Run]:
    """Yield the runs of a directory by name."""
    yield from (Run(path.parent) for path in sorted(root.glob("*/config.json")))
