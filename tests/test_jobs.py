"""Items of work on this machine and on a Dask cluster: streamed, with a worker killed, with an item that fails."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from items import double
from outside import IMPORTED, ROOT

from sheetgen.errors import UsageError
from sheetgen.jobs.local import share
from sheetgen.jobs.outcomes import TRIES, outcomes
from sheetgen.machine import cores

SUPPORT = ROOT / "tests" / "support"
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(IMPORTED), str(SUPPORT)]), "OMP_NUM_THREADS": "1"}


def begun(folder: Path, name: str) -> list[int]:
    """Return the processes that began with an item, once for each time."""
    file = folder / f"{name}.begun"
    return [int(line) for line in file.read_text().splitlines()] if file.exists() else []


def is_there(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def until(condition: Callable[[], object]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come true within a minute")


def test_two_processes_and_one_is_killed_during_its_item(tmp_path: Path) -> None:
    names = ["a", "killed once", "b", "wrong", "mistaken", "c"]
    came = list(outcomes(double, [(str(tmp_path), name) for name in names], jobs=2))
    found = {outcome.item[1]: outcome for outcome in came}
    assert sorted(found) == sorted(names)
    for name in ("a", "b", "c", "killed once"):
        assert (found[name].result, found[name].reason) == (name * 2, "")
    assert found["wrong"].reason == "this item is wrong; say another"
    assert found["mistaken"].reason == "ZeroDivisionError: of our own"
    assert found["wrong"].result is None
    assert {name: len(begun(tmp_path, name)) for name in names} == {**dict.fromkeys(names, 1), "killed once": 2}
    processes = {process for name in names for process in begun(tmp_path, name)}
    assert len(processes) == 3  # two, and one for the one that was killed
    assert os.getpid() not in processes
    until(lambda: not any(map(is_there, processes)))


def test_an_item_that_kills_every_worker_is_given_up_and_stops_no_other(tmp_path: Path) -> None:
    names = ["killed always", "a", "b"]
    found = {o.item[1]: o for o in outcomes(double, [(str(tmp_path), name) for name in names], jobs=1)}
    assert found["killed always"].reason == f"its worker was lost {TRIES} times"
    assert [found[name].result for name in ("a", "b")] == ["aa", "bb"]
    assert [len(begun(tmp_path, name)) for name in names] == [TRIES, 1, 1]


def test_outcomes_come_as_they_are_there_and_leaving_stops_the_rest(tmp_path: Path) -> None:
    items = [(str(tmp_path), name) for name in ("slow", "a")]
    with closing(outcomes(double, items, jobs=2)) as came:  # type: ignore[type-var]
        assert next(came).item[1] == "a"
        until(lambda: begun(tmp_path, "slow"))
    assert (tmp_path / "put in order").exists()
    assert not any(map(is_there, begun(tmp_path, "slow")))


SWEEPING = """
import sys
from items import double
from sheetgen.jobs.outcomes import outcomes
if __name__ == "__main__":
    for outcome in outcomes(double, [(sys.argv[1], "slow")] * 2, jobs=2):
        print(outcome)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_outlives_the_program(number: signal.Signals, tmp_path: Path) -> None:
    script = tmp_path / "sweeping.py"
    script.write_text(SWEEPING)
    with subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        until(lambda: len(begun(tmp_path, "slow")) == 2)
        program.send_signal(number)
        program.communicate(timeout=60)
    until(lambda: not any(map(is_there, begun(tmp_path, "slow"))))


def test_workers_get_their_share_of_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [share(cores()), share(1), share(10 * cores())] == [1, cores(), 1]
    monkeypatch.setattr("sheetgen.jobs.local.cores", lambda: 7)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("MKL_NUM_THREADS", "5")
    ((name, outcome),) = [(o.item[1], o.result) for o in outcomes(double, [(str(tmp_path), "threads")], jobs=2)]
    assert (name, outcome) == ("threads", "3 5")
    assert "OMP_NUM_THREADS" not in os.environ


# --- a Dask cluster ---


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler on this machine with two worker processes; one that is killed is gone."""
    pytest.importorskip("distributed", reason="the extra sweep is not installed")
    folder = tmp_path_factory.mktemp("dask")
    words = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0"]
    log = folder / "scheduler.log"
    started = [_dask(words, folder, log)]
    try:
        until(lambda: re.search(r"Scheduler at: +(tcp://\S+)", log.read_text()))
        found = re.search(r"Scheduler at: +(tcp://\S+)", log.read_text())
        assert found is not None
        for number in range(2):
            words = ["worker", found[1], "--nthreads", "1", "--no-nanny", "--no-dashboard"]
            started.append(_dask(words, folder, folder / f"worker-{number}.log"))
        yield found[1]
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(60)


def _dask(words: list[str], folder: Path, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as file:
        command = [sys.executable, "-m", "dask", *words]
        return subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=file, stderr=file)


def test_a_cluster_of_two_workers_and_one_is_killed_during_its_item(cluster: str, tmp_path: Path) -> None:
    names = ["a", "killed once", "b", "wrong"]
    came = list(outcomes(double, [(str(tmp_path), name) for name in names], jobs=1, scheduler=cluster))
    found = {outcome.item[1]: outcome for outcome in came}
    assert [found[name].result for name in ("a", "b", "killed once")] == ["aa", "bb", "killed once" * 2]
    assert found["wrong"].reason == "this item is wrong; say another"
    first, second = begun(tmp_path, "killed once")
    assert first != second


def test_where_no_scheduler_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="the extra sweep is not installed")
    monkeypatch.setattr("sheetgen.jobs.cluster.PATIENCE", 1)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with pytest.raises(UsageError, match=f"--scheduler {address}: no Dask scheduler answers there") as caught:
            next(outcomes(double, [(str(tmp_path), "a")], jobs=1, scheduler=address))
        assert "\n" not in str(caught.value)


def test_what_to_type_where_dask_is_not_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=re.escape("pip install 'sheetgen[sweep]'")):
        next(outcomes(double, [(str(tmp_path), "a")], jobs=1, scheduler="tcp://127.0.0.1:9"))
