"""One mutant against the tests of its module, in a copy of the project and a process of its own.

The parent has imported the packages of others and none of ours, so that a process forked from it starts in no time and
reads our modules, the changed one among them, from the copy.
"""

from __future__ import annotations

import compileall
import contextlib
import importlib
import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from mutants.plan import ROOT

Outcome = Literal["survived", "killed", "timeout"]
_SECONDS = 300
"""What the tests of a mutant may take of a core: however busy the machine is, the outcome is the same."""
_PATIENCE = 6
"""So many times as long by the clock: a mutant may also wait for ever."""
_OF_OTHERS = "pytest numpy hypothesis mpmath sympy openpyxl formualizer click orjson torch PIL xdist"
_MEMORY = 12 * 2**30
_BY_EXIT: dict[int, Outcome] = {0: "survived", -signal.SIGXCPU: "timeout"}


def import_others() -> None:
    """Import what the tests use of others, where it is there; processes share the memory."""
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    for name in _OF_OTHERS.split():
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


@contextlib.contextmanager
def copy_of_the_project(parent: Path) -> Iterator[Path]:
    """Give a copy of the project to change, compiled."""
    copy = parent / "project"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__"))
    compileall.compile_dir(str(copy), quiet=2)
    try:
        yield copy
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def outcome(copy: Path, path: str, source: str, tests: list[str], log: Path, seconds: int = _SECONDS) -> Outcome:
    """Return what the tests make of a source in the place of a module of the copy; the module is put back.

    ``seconds`` are of the processor, for the process of the tests and for each that it starts.
    """
    file = copy / path
    original = file.read_bytes()
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
        compiled.unlink()
    file.write_text(source, "utf-8")
    try:
        return _tested(copy, tests, log, seconds)
    finally:
        file.write_bytes(original)


def _tested(copy: Path, tests: list[str], log: Path, seconds: int) -> Outcome:
    process = os.fork()
    if process == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 10))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        _test_and_exit(copy, tests, log)
    ends = time.monotonic() + _PATIENCE * seconds
    while time.monotonic() < ends:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            return _BY_EXIT.get(os.waitstatus_to_exitcode(status), "killed")
        time.sleep(0.02)
    os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return "timeout"


def _test_and_exit(copy: Path, tests: list[str], log: Path) -> None:
    """Run the tests, file by file, in this process, a child, to the first failure; only an exit code comes back."""
    code = 1
    try:
        os.setsid()
        os.chdir(copy)
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.environ["PATH"] = ""  # no LibreOffice and no validator: the quick tests only
        sys.path[:] = [str(copy), *(place for place in sys.path if Path(place or ".").resolve() != ROOT)]
        sys.dont_write_bytecode = True
        import pytest

        options = ["-x", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0", "-W", "default"]
        code = next((code for test in tests if (code := int(pytest.main([*options, test])))), 0)
        sys.stdout.flush()
    finally:
        os._exit(code)
