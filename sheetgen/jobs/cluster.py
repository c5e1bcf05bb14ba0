"""The workers of a Dask cluster, asked through its scheduler (the extra ``sweep``)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from sheetgen.errors import UsageError
from sheetgen.jobs.work import Answer, Item, Result, carry_out, told

PATIENCE, FOR_WORKERS = 10, 60
"""The seconds in which the scheduler must answer, and the first of its workers be there: they take some to start."""


class Cluster:
    """A Dask cluster; its scheduler gives an item whose worker is lost to another one, up to its own limit."""

    def __init__(self, address: str) -> None:
        self._client = _connected(address)
        self._executor = self._client.get_executor(pure=False)
        self._futures: list[Future[Any]] = []

    def submit(self, work: Callable[[Item], Result], item: Item) -> Future[Answer[Result]]:
        """Hand an item to the scheduler."""
        future: Future[Answer[Result]] = self._executor.submit(carry_out, work, item)
        self._futures.append(future)
        return future

    def renew(self) -> None:
        """Do nothing: the cluster cares for its workers."""

    def stop(self) -> None:
        """Withdraw what has not begun; what has ends by itself."""
        for future in self._futures:
            future.cancel()

    def end(self) -> None:
        """Leave the cluster."""
        self._client.close(timeout=PATIENCE)


def _connected(address: str) -> Any:
    """Return a client of the scheduler at an address; raise UsageError where none answers, or it has no workers."""
    try:
        from distributed import Client
    except ImportError as error:
        problem = f"--scheduler needs Dask's distributed, which does not load ({error})"
        raise UsageError(problem, "type: pip install 'sheetgen[sweep]'") from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what it says of lost workers is no error here
    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        problem = f"--scheduler {address}: no Dask scheduler answers there ({told(error)})"
        raise UsageError(problem, "start one with: dask scheduler") from error
    try:
        client.wait_for_workers(1, timeout=FOR_WORKERS)
    except TimeoutError as error:
        client.close(timeout=2)
        problem = f"the Dask scheduler at {address} has no workers"
        raise UsageError(problem, f"start some: dask worker {address} --nthreads 1") from error
    return client
