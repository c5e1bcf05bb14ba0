"""What the tests of `cnn` share: torch or a reason to skip, MNIST or a reason to skip, small data, a way to
run commands.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def mnist_folder() -> Path:
    """Return the torchvision root that holds MNIST, or skip the test."""
    candidates = [os.environ.get("SHEETGEN_DATA"), ROOT.parent / "shared" / "data"]
    for one in candidates:
        if one and (Path(one) / "MNIST" / "raw" / "train-images-idx3-ubyte").is_file():
            return Path(one)
    pytest.skip("MNIST is not here: set SHEETGEN_DATA to the torchvision root that holds it")


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
