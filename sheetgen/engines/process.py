"""Run a command in a process group of its own, so that nothing of it survives the call."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

_LOOK = 0.5
"""The seconds after which somebody who waits looks again."""


@dataclass(frozen=True, slots=True)
class ProcessResult:
    """How a command ended; ``status`` is None when it ran out of time and was killed."""

    status: int | None
    output: str


def run(
    command: Sequence[str],
    timeout: float,
    env: Mapping[str, str] | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> ProcessResult:
    """Run ``command`` for at most ``timeout`` seconds, then kill whatever it started.

    ``meanwhile`` is called now and then as long as it runs. Raises OSError when it cannot be started.
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
        output = _output(process, timeout, meanwhile)
        status = process.returncode
    except subprocess.TimeoutExpired:
        _signal(process.pid)
        output, _ = process.communicate()
    finally:
        _signal(process.pid)
        process.wait()
        _await_end(process.pid)
    return ProcessResult(status, output.decode("utf-8", "replace"))


def _output(process: subprocess.Popen[bytes], timeout: float, meanwhile: Callable[[], None] | None) -> bytes:
    """Return what a process says until it ends; raise TimeoutExpired where that takes too long."""
    give_up = time.monotonic() + timeout
    while meanwhile and give_up - time.monotonic() > _LOOK:
        try:
            return process.communicate(timeout=_LOOK)[0]
        except subprocess.TimeoutExpired:
            meanwhile()
    return process.communicate(timeout=give_up - time.monotonic())[0]


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
