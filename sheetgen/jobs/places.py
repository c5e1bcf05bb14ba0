"""Where items of work are carried out: at places, each of which takes one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, Protocol

from sheetgen.jobs.work import Answer, Item, Result


class Place(Protocol):
    """Where one item at a time is carried out."""

    def submit(self, work: Callable[[Item], Result], item: Item) -> Future[Answer[Result]]:
        """Begin with an item; the future raises ``BrokenExecutor`` where the worker is lost."""

    def renew(self) -> None:
        """Get a new worker for one that was lost."""

    def stop(self) -> None:
        """Interrupt what the worker is doing."""

    def end(self) -> None:
        """Let the worker go."""


@contextmanager
def places(count: int, jobs: int, scheduler: str | None) -> Iterator[list[Place]]:
    """Give places for ``count`` items: ``jobs`` processes here, or those of the Dask scheduler at an address.

    Raises UsageError where there is no scheduler, or no worker that it could ask. What is still being carried out when
    the block fails, or is left by a Ctrl-C, is stopped.
    """
    there: list[Any]
    if scheduler is None:
        from sheetgen.jobs.local import Process, share

        there = [Process(share(jobs)) for _ in range(min(count, jobs))]
    else:
        from sheetgen.jobs.cluster import Cluster

        there = [Cluster(scheduler)] * count  # the scheduler decides which worker takes what, and when
    once_each = tuple(dict.fromkeys(there))
    try:
        yield list(there)
    except BaseException:
        for place in once_each:
            place.stop()
        raise
    finally:
        for place in once_each:
            place.end()
