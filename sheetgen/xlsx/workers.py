"""Large sheet parts, spelled and compressed side by side by several processes, where there are cores for them.

The processes are no forks, which threads and some systems forbid, nor `multiprocessing`'s, which run the caller's
script again: each is a plain Python that is handed its share of the parts, pickled. The bytes of a part are the same
wherever it is made.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import SpooledTemporaryFile, TemporaryFile
from typing import IO, cast

from sheetgen.errors import UsageError
from sheetgen.machine import cores
from sheetgen.xlsx.deflated import Deflated, deflate
from sheetgen.xlsx.sheet_rows import SheetPart
from sheetgen.xlsx.worker import FACTS, FAILED

_LEAST_CELLS = 500_000
"""The cells from which on processes are started; fewer are written before those would be at work."""
_MOST_PROCESSES = 16
_MOST_IN_MEMORY = 2**18
_WORKER = (
    "import pickle, sys; sys.path[:], job = pickle.load(sys.stdin.buffer);"
    "from sheetgen.xlsx.worker import main; main(job)"
)

Compressed = Callable[[str], Deflated]
"""Gives a part, compressed, by its name."""


@contextmanager
def compressing(parts: Mapping[str, SheetPart], folder: Path | None) -> Iterator[Compressed]:
    """Compress parts, side by side or each when it is asked for; what there is of them vanishes at the end.

    ``folder`` is where they are put meanwhile. Raises OSError where they cannot be, and UsageError where a process is
    killed; at the end, whatever it is, none of them is left.
    """
    with ExitStack() as closing:
        if (count := _processes(parts)) == 1:
            yield lambda name: deflate(parts[name].pieces(), closing.enter_context(_scratch(folder)))
            return
        workers = [closing.enter_context(_working(share, folder)) for share in _shares(parts, count)]
        for worker in workers:
            worker.begin()
        in_charge = {name: worker for worker in workers for name in worker.share}
        yield lambda name: in_charge[name].done[name]


def _processes(parts: Mapping[str, SheetPart]) -> int:
    """Return how many processes are worth starting; 1 is this one itself, also where Python has no program."""
    large = sum(map(_cells, parts.values())) >= _LEAST_CELLS
    may_start = sys.executable and not hasattr(sys, "frozen")
    return min(cores(), len(parts), _MOST_PROCESSES) if large and may_start else 1


def _cells(part: SheetPart) -> int:
    return part.table.rows * len(part.table.columns) if part.table else 0


def _scratch(folder: Path | None) -> IO[bytes]:
    return cast(IO[bytes], SpooledTemporaryFile(_MOST_IN_MEMORY, dir=None if folder is None else str(folder)))


def _shares(parts: Mapping[str, SheetPart], count: int) -> list[dict[str, SheetPart]]:
    """Divide parts into shares of about as many cells, the largest parts first."""
    shares: list[dict[str, SheetPart]] = [{} for _ in range(count)]
    for name in sorted(parts, key=lambda name: -_cells(parts[name])):
        min(shares, key=lambda share: sum(map(_cells, share.values())))[name] = parts[name]
    return shares


@dataclass(frozen=True)
class _Worker:
    """A process, its share of the parts, and the files that it writes them, and complaints, to."""

    process: subprocess.Popen[bytes]
    share: Mapping[str, SheetPart]
    output: IO[bytes]
    complaints: IO[bytes]

    def begin(self) -> None:
        """Hand the process its share."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # one that has ended already is told of when it is waited for
            pickle.dump((sys.path, pickle.dumps(list(self.share.values()))), self.process.stdin)
            self.process.stdin.flush()

    @cached_property
    def done(self) -> Mapping[str, Deflated]:
        """Its parts, when all of them are compressed."""
        self._require_success(self.process.wait())
        self.output.seek(-FACTS.size * len(self.share), os.SEEK_END)
        facts = FACTS.iter_unpack(self.output.read())
        return {name: Deflated(self.output, *of_part) for name, of_part in zip(self.share, facts, strict=True)}

    def _require_success(self, code: int) -> None:
        if code < 0:
            problem = f"a process that was writing sheets was ended by signal {-code}, perhaps for want of memory"
            raise UsageError(problem, "free memory, or do it again")
        if code > FAILED:
            raise OSError(code - FAILED, os.strerror(code - FAILED))
        if code:
            self.complaints.seek(0)
            raise RuntimeError(self.complaints.read().decode("utf-8", "replace"))


@contextmanager
def _working(share: Mapping[str, SheetPart], folder: Path | None) -> Iterator[_Worker]:
    """Start a process for a share of the parts, and end it."""
    with TemporaryFile(dir=folder) as output, TemporaryFile(dir=folder) as complaints:
        command = [sys.executable, "-P", "-c", _WORKER]  # -P: a pickle.py of the person's folder is not ours
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=complaints)
        try:
            yield _Worker(process, share, output, complaints)
        finally:
            process.kill()
            with suppress(BrokenPipeError):
                process.communicate()
