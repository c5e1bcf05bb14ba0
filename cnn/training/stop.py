"""Ctrl-C during a training: the first lets the epoch end, the second does not."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

ECHO = 2.0
"""Seconds in which torchrun passes on a Ctrl-C that its processes have had from the terminal already."""


class Stop:
    """Whether the person has asked to stop: the first Ctrl-C lets the epoch end, a second one does not.

    ``echoed`` says that each Ctrl-C may come twice: one that follows the first at once is then taken for its echo.
    """

    def __init__(self, echoed: bool = False) -> None:
        self.asked_at: float | None = None
        self._echo_due = echoed

    def __call__(self, number: int, frame: object) -> None:
        """Take note of a Ctrl-C."""
        now = time.monotonic()
        if self.asked_at is None:
            self.asked_at = now
            print("\nstopping after this epoch; Ctrl-C again to stop now", file=sys.stderr, flush=True)
        elif self._echo_due and now - self.asked_at <= ECHO:
            self._echo_due = False
        else:
            raise KeyboardInterrupt


@contextmanager
def stop_on_interrupt() -> Iterator[Stop]:
    """Catch Ctrl-C for the time of a training."""
    stop = Stop(echoed="TORCHELASTIC_RUN_ID" in os.environ)
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
