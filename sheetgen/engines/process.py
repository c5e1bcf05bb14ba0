"""Run a command in a process group of its own, so that nothing of it survives the call."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProcessResult:
    """How a command ended; ``status`` is None when it ran out of time and was killed."""

    status: int | None
    output: str


def run(command: Sequence[str], timeout: float, env: Mapping[str, str] | None = None) -> ProcessResult:
    """Run ``command`` for at most ``timeout`` seconds, then kill whatever it started.

    Raises OSError when it cannot be started.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env=None if env is None else dict(env),
    )
    status: int | None = None
    try:
        output, _ = process.communicate(timeout=timeout)
        status = process.returncode
    except subprocess.TimeoutExpired:
        _signal(process.pid)
        output, _ = process.communicate()
    finally:
        _signal(process.pid)
        process.wait()
        _await_end(process.pid)
    return ProcessResult(status, output.decode("utf-8", "replace"))


def _signal(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _await_end(group: int) -> None:
    """Wait a moment until the group is gone: a dying process may still be writing files.

    Where nothing reaps orphans (in many containers) the group never is, so the moment is short.
    """
    give_up = time.monotonic() + 0.2
    with contextlib.suppress(ProcessLookupError, PermissionError):
        while time.monotonic() < give_up:
            os.killpg(group, 0)
            time.sleep(0.01)
