"""Sheets that several processes write: the same bytes as one writes, and nothing is left of a process that fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from outside import IMPORTED

from sheetgen import UsageError, build, load, override
from sheetgen.xlsx import workers

SMALL = override(load(), rates=[0.5, 2.0, 5.0], iterations=60)


@pytest.fixture
def side_by_side(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Three processes, however few cores and cells there are; the list gets those that are started."""
    monkeypatch.setattr(workers, "_LEAST_CELLS", 1)
    monkeypatch.setattr(workers, "cores", lambda: 3)
    started: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *arguments: object, **more: object) -> None:
            super().__init__(*arguments, **more)  # type: ignore[call-overload]
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    return started


@pytest.mark.parametrize("template", ["mlp-2-2-2", "xor", "ravine"])
def test_many_processes_write_what_one_does(
    template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    study = override(load(template), iterations=7)
    build(study, tmp_path / "one.xlsx", verify=False)
    started = request.getfixturevalue("side_by_side")
    build(study, tmp_path / "many.xlsx", verify=False)
    assert len(started) > 1
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "many.xlsx").read_bytes()
    assert all(process.returncode == 0 for process in started)


def test_what_they_write_is_verified(side_by_side: list[subprocess.Popen[bytes]], tmp_path: Path) -> None:
    built = build(SMALL, tmp_path / "b.xlsx")
    assert built.report is not None
    assert built.report.ok
    assert built.report.training_cells > 3 * 61 * 30
    assert len(side_by_side) == 3
    with zipfile.ZipFile(tmp_path / "b.xlsx") as archive:
        assert archive.testzip() is None


def test_few_cells_start_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a process was started"))
    build(SMALL, tmp_path / "b.xlsx", verify=False)


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_a_process_that_is_killed_is_told_in_a_line(
    side_by_side: list[subprocess.Popen[bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = workers._Worker.begin

    def killed(worker: workers._Worker) -> None:
        begin(worker)
        worker.process.send_signal(signal.SIGKILL)

    monkeypatch.setattr(workers._Worker, "begin", killed)
    with pytest.raises(UsageError, match="writing sheets was ended by signal 9, perhaps for want of memory; free"):
        build(SMALL, tmp_path / "b.xlsx")
    assert list(tmp_path.iterdir()) == []
    assert all(process.returncode is not None for process in side_by_side)


def test_a_mistake_in_a_process_is_shown(
    side_by_side: list[subprocess.Popen[bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_WORKER", "raise TypeError('a bug')")
    with pytest.raises(RuntimeError, match="TypeError: a bug"):
        build(SMALL, tmp_path / "b.xlsx", verify=False)
    assert list(tmp_path.iterdir()) == []


def test_a_process_runs_no_file_of_the_working_folder(
    side_by_side: list[subprocess.Popen[bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pickle.py").write_text("raise SystemExit('run')")
    monkeypatch.chdir(tmp_path)
    build(SMALL, tmp_path / "b.xlsx", verify=False)
    assert len(side_by_side) == 3


FULL = """
import resource, sys
from sheetgen import build, load, override
from sheetgen.xlsx import workers
workers._LEAST_CELLS, workers.cores = 1, lambda: 2
study = override(load(), iterations=3000)
begin = workers._Worker.begin
def limited(worker):
    resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (100_000, 100_000))
    begin(worker)
workers._Worker.begin = limited
build(study, sys.argv[1], verify=False)
"""


def test_a_process_that_finds_no_room(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="this system sets no limits on files")
    if not hasattr(resource, "prlimit"):
        pytest.skip("this system sets no limits on other processes")
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "b.xlsx")], capture_output=True, text=True, timeout=120,
        cwd=tmp_path.parent, env={**os.environ, "PYTHONPATH": str(IMPORTED)},
    )  # fmt: skip
    last = done.stderr.splitlines()[-1]
    assert last.endswith("b.xlsx was not written: File too large; what was there is untouched")
    assert list(tmp_path.iterdir()) == []


ENDLESS = """
from sheetgen.xlsx import workers
workers._LEAST_CELLS, workers.cores = 1, lambda: 2
slowly = "import time; from sheetgen.xlsx import worker; worker.deflate = lambda *_: time.sleep(600);"
workers._WORKER = slowly + workers._WORKER
from sheetgen.cli import main
main(["build", "-o", "b.xlsx", "--iterations", "2", "--no-verify"])
"""


@pytest.mark.skipif(not Path("/proc").exists(), reason="there is no /proc here")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_the_build(end: signal.Signals, tmp_path: Path) -> None:
    command, environment = [sys.executable, "-c", ENDLESS], {**os.environ, "PYTHONPATH": str(IMPORTED)}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, cwd=tmp_path, env=environment)
    until = time.monotonic() + 60
    while len(children := children_of(process.pid)) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    assert len(children) == 2
    time.sleep(1)  # until they are at work
    process.send_signal(end)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == (130 if end == signal.SIGINT else -signal.SIGKILL)
    assert b"Traceback" not in stderr
    while any(map(lives, children)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(lives, children))
    if end == signal.SIGINT:
        assert list(tmp_path.iterdir()) == []


def children_of(parent: int) -> list[int]:
    """Return the processes that a process has started."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(status.parent.name))
    return found


def lives(process: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has asked after does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_process_loads_neither_numpy_nor_openpyxl() -> None:
    code = (
        "import sys, sheetgen.xlsx.worker, sheetgen.network.trace;"
        "print(sorted({'numpy', 'openpyxl', 'click'} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(IMPORTED)}
    )
    assert found.stdout.strip() == "[]"
