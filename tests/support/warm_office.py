"""A LibreOffice that runs already, as somebody has it who verifies many workbooks."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from sheetgen.engines.soffice import profile_option, remove_pipes, write_profile

RUNNING = "SHEETGEN_SOFFICE_PIPE"


class WarmOffice:
    """A LibreOffice that listens at ``pipe`` while it is entered; the engine uses it where RUNNING names the pipe."""

    def __init__(self, program: str) -> None:
        self.program = program
        self._scratch = tempfile.TemporaryDirectory(prefix="sheetgen-warm-", ignore_cleanup_errors=True)
        self._folder = Path(self._scratch.name)
        self.pipe = self._folder.name
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> WarmOffice:
        write_profile(self._folder)
        self.await_it()
        return self

    def await_it(self) -> None:
        """Start it, again where a test brought it down, and wait until it listens."""
        if self._process is not None and self._process.poll() is None:
            return
        remove_pipes(self._folder)
        command = [self.program, "--headless", "--norestore", "--nologo", profile_option(self._folder)]
        self._process = subprocess.Popen(
            [*command, f"--accept=pipe,name={self.pipe};urp;"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "SAL_USE_VCLPLUGIN": "svp"},
        )
        _await_pipe(self.pipe)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        remove_pipes(self._folder)
        self._scratch.cleanup()


def _await_pipe(name: str) -> None:
    for _ in range(600):
        if any(Path(parent, f"OSL_PIPE_{os.getuid()}_{name}").exists() for parent in ("/tmp", "/var/tmp")):
            return
        time.sleep(0.1)
    raise TimeoutError("LibreOffice does not listen")
