"""Worker processes of this machine, each a pool of its own, so that one that is lost takes no other's item along."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.process import BaseProcess
from types import FrameType

from sheetgen.jobs.work import Answer, Item, Result, carry_out
from sheetgen.machine import cores

GRACE = 5.0
"""The seconds in which a worker that is stopped may put things in order."""
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def share(jobs: int) -> int:
    """Return how many threads each of so many processes may compute with, so that together they fill the cores."""
    return max(1, cores() // jobs)


class Process:
    """A worker process: a pool of one, made anew where it is lost.

    It computes with so many ``threads``, unless the environment says otherwise.
    """

    def __init__(self, threads: int) -> None:
        self._environment = {name: os.environ.get(name, str(threads)) for name in _THREADS}
        self._killed_at: float | None = None
        self.renew()

    def renew(self) -> None:
        """Get a new process; it starts with its first item."""
        self._pool = ProcessPoolExecutor(1, get_context("spawn"), _prepare)
        self._process: set[BaseProcess] = set()

    def submit(self, work: Callable[[Item], Result], item: Item) -> Future[Answer[Result]]:
        """Begin with an item."""
        before = set(active_children())
        with _environment(self._environment):  # the process starts here
            try:
                future = self._pool.submit(_carry_out, work, item)
            except BrokenProcessPool:  # lost between two items
                self.renew()
                future = self._pool.submit(_carry_out, work, item)
        self._process |= set(active_children()) - before
        return future

    def stop(self) -> None:
        """Interrupt the process's item; the process is killed where it does not heed that."""
        for process in self._process:
            process.terminate()
        self._killed_at = time.monotonic() + GRACE

    def end(self) -> None:
        """Let the process go."""
        if self._killed_at is not None:
            for process in self._process:
                process.join(max(0.0, self._killed_at - time.monotonic()))
                process.kill()
        self._pool.shutdown()


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Let processes that are started meanwhile find variables that this one does not have, or has otherwise."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _prepare() -> None:
    """Make a worker deaf to the terminal, whose Ctrl-C the parent answers for all, and let it leave with the parent."""
    if hasattr(os, "setsid"):
        os.setsid()
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _carry_out(work: Callable[[Item], Result], item: Item) -> Answer[Result]:
    """Do the work of an item; to be terminated is a KeyboardInterrupt meanwhile, so that drafts are put away."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        return carry_out(work, item)
    except KeyboardInterrupt:
        os._exit(1)  # nobody waits for an answer
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
