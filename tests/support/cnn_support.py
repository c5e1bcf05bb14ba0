"""What the tests of `cnn` share: an environment, and a way to run commands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from outside import ROOT


def environment() -> dict[str, str]:
    """Return the environment for a command in another process: this working tree first, one thread."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def command(*words: object, cwd: Path, timeout: float = 100) -> subprocess.CompletedProcess[str]:
    """Run ``python -m cnn`` with these words."""
    return subprocess.run(
        [sys.executable, "-m", "cnn", *map(str, words)],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=timeout,
    )
