"""A command and all that it started end with the call."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from sheetgen.engines.process import ProcessResult, run


def test_status_and_output_of_a_command() -> None:
    script = "import sys; print('∂'); print('to stderr', file=sys.stderr, flush=True); sys.exit(3)"
    result = run([sys.executable, "-X", "utf8", "-c", script], 60)
    assert result.status == 3
    assert sorted(result.output.splitlines()) == ["to stderr", "∂"]


def test_its_environment_is_what_it_is_given() -> None:
    script = "import os; print(os.environ.get('SHEETGEN_TEST'), 'HOME' in os.environ)"
    assert run([sys.executable, "-c", script], 60, {"SHEETGEN_TEST": "1"}) == ProcessResult(0, "1 False\n")


def test_a_command_that_takes_too_long_is_killed() -> None:
    start = time.monotonic()
    result = run(["sh", "-c", "echo begun; sleep 60"], 1)
    assert result == ProcessResult(None, "begun\n")
    assert time.monotonic() - start < 30


def test_somebody_looks_in_meanwhile() -> None:
    looks: list[float] = []
    begun = time.monotonic()
    result = run(["sh", "-c", "echo begun; sleep 1.8; echo done"], 60, meanwhile=lambda: looks.append(time.monotonic()))
    assert result == ProcessResult(0, "begun\ndone\n")
    assert 2 <= len(looks) <= 4
    assert run(["sh", "-c", "echo begun; sleep 60"], 1, meanwhile=lambda: None) == ProcessResult(None, "begun\n")
    assert time.monotonic() - begun < 30


def test_what_it_left_running_is_killed_too(tmp_path: Path) -> None:
    result = run(["sh", "-c", f'sleep 60 >/dev/null 2>&1 & echo $! > "{tmp_path}/pid"'], 30)
    assert result.status == 0
    pid = int((tmp_path / "pid").read_text())
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return
    if state != "Z":
        os.kill(pid, signal.SIGKILL)
        pytest.fail(f"the process {pid} is still there")


def test_a_command_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        run(["/nowhere/command"], 5)
