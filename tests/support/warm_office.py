"""A LibreOffice that runs already, as somebody has it who verifies many workbooks."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sheetgen.engines.soffice import profile_option, remove_pipes, write_profile

RUNNING = "SHEETGEN_SOFFICE_PIPE"


@contextmanager
def warm_office(soffice: str) -> Iterator[None]:
    """Let a LibreOffice run, which the engine then uses instead of starting one for each workbook."""
    with tempfile.TemporaryDirectory(prefix="sheetgen-warm-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        write_profile(folder)
        command = [soffice, "--headless", "--norestore", "--nologo", profile_option(folder)]
        process = subprocess.Popen(
            [*command, f"--accept=pipe,name={folder.name};urp;"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "SAL_USE_VCLPLUGIN": "svp"},
        )
        try:
            await_pipe(folder.name)
            os.environ[RUNNING] = folder.name
            yield
        finally:
            os.environ.pop(RUNNING, None)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            remove_pipes(folder)


def await_pipe(name: str) -> None:
    """Wait until LibreOffice listens."""
    for _ in range(600):
        if any(Path(parent, f"OSL_PIPE_{os.getuid()}_{name}").exists() for parent in ("/tmp", "/var/tmp")):
            return
        time.sleep(0.1)
    raise TimeoutError("LibreOffice does not listen")
