"""Audits of files that nobody vouches for: each in a process of its own, within limits of time and memory.

A file that takes too long, needs too much memory or breaks the reader ends its own process, and stops no other.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sheetgen.audit.outcome import Report, failed
from sheetgen.audit.told import Told
from sheetgen.errors import UsageError
from sheetgen.jobs.local import Process
from sheetgen.jobs.work import Answer
from sheetgen.machine import free_memory

KINDS = (".xlsx", ".xlsm")
"""What the names of the workbooks in a folder end with."""
_SHARE, _LEAST_MEMORY = 0.75, 1 << 30
"""The share of the free memory that all processes together may take, and what each may take at least, in bytes."""

USUAL, A_MEGABYTE, LONGEST = 120.0, 60.0, 1800.0
"""The seconds that a file may take where nobody says how many: at least, more for each MB of it, and at most."""


@dataclass(frozen=True)
class Order:
    """A file to audit, what a person tells of it, the seconds that it may take, and its bytes of memory.

    None stands for any number of bytes.
    """

    path: Path
    told: Told
    thorough: bool = False
    seconds: float = USUAL
    memory: int | None = None

    @property
    def patience(self) -> float:
        """The seconds that an engine may take."""
        return self.seconds / 2


def workbooks(paths: Sequence[Path]) -> list[Path]:
    """Return files, and in place of a folder the workbooks in it and its folders, each once.

    Raises UsageError for a folder without workbooks. Lock files and hidden ones are left out.
    """
    found: dict[Path, None] = {}
    for path in paths:
        inside = _inside(path) if path.is_dir() else [path]
        if not inside:
            raise UsageError(f"there is no workbook in the folder {path}", "name a folder with .xlsx or .xlsm files")
        found.update(dict.fromkeys(inside))
    return list(found)


def _inside(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in KINDS and not path.name.startswith((".", "~$")) and path.is_file()
    )


def seconds_for(path: Path) -> float:
    """Return how long a file may take: the larger it is, the longer."""
    with suppress(OSError):
        return min(LONGEST, USUAL + A_MEGABYTE * path.stat().st_size / 1e6)
    return USUAL


def orders(paths: Sequence[Path], told: Told, thorough: bool, jobs: int, timeout: float | None) -> list[Order]:
    """Return what to do about each file, so many at once, each within so many seconds, None for those of its size.

    The memory that is free is shared among them, and an engine gets half of the time.
    """
    free = free_memory()
    memory = None if free is None else max(_LEAST_MEMORY, int(_SHARE * free / jobs))
    return [Order(path, told, thorough, timeout or seconds_for(path), memory) for path in paths]


def audited(order: Order) -> Report:
    """Audit a file in this process, whose memory is limited from now on."""
    from sheetgen.audit.audit import audit

    if order.memory is not None:
        limit_memory(order.memory)
    return audit(order.path, order.told, thorough=order.thorough, patience=order.patience)


def limit_memory(size: int) -> None:
    """Let this process have no more memory, where the system can say so."""
    try:
        import resource
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (size if most < 0 else min(size, most), most))


@dataclass(frozen=True)
class _Running:
    """An order that is being carried out, where, and until when it may take."""

    order: Order
    place: Process
    until: float


def audits(orders: Sequence[Order], jobs: int, work: Callable[[Order], Report] = audited) -> Iterator[Report]:
    """Audit all files, so many at once, and yield the reports as they come; a file that fails has one too.

    Close the iterator to stop what is still being done.
    """
    ahead, running, free = deque(orders), dict[Future[Answer[Report]], _Running](), list[Process]()
    try:
        while ahead or running:
            while ahead and len(running) < jobs:
                order, place = ahead.popleft(), free.pop() if free else Process(1)
                running[place.submit(work, order)] = _Running(order, place, time.monotonic() + order.seconds)
            first_end = min(entry.until for entry in running.values()) - time.monotonic()
            done = wait(running, timeout=max(0.0, first_end), return_when=FIRST_COMPLETED).done
            for future in done:
                entry = running.pop(future)
                report = _report(future, entry.order)
                if future.exception() is None:
                    free.append(entry.place)
                else:
                    entry.place.end()
                yield report
            for future in [future for future, entry in running.items() if entry.until <= time.monotonic()]:
                entry = running.pop(future)
                _stop([entry.place])
                path, seconds = entry.order.path, round(entry.order.seconds, 1)
                yield failed(path, f"{path} took longer than {seconds:g} s; allow more by --timeout")
    finally:
        _stop([entry.place for entry in running.values()])
        for place in free:
            place.end()


def _stop(places: Sequence[Process]) -> None:
    for place in places:
        place.stop()
    for place in places:
        place.end()


def _report(future: Future[Answer[Report]], order: Order) -> Report:
    """Return what came of an order."""
    try:
        answer = future.result()
    except BrokenExecutor:
        return failed(order.path, f"{order.path}: its process was lost, perhaps for lack of memory")
    except Exception as error:
        return failed(order.path, f"{order.path}: {type(error).__name__}: {error}")
    if answer.result is not None:
        return answer.result
    named = answer.reason if str(order.path) in answer.reason else f"{order.path}: {answer.reason}"
    return failed(order.path, named)
