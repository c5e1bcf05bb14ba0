"""Fixtures shared by the tests: the seed's workbook, built once, and what this machine has."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from warm_office import RUNNING, WarmOffice

from sheetgen import build, engines, load

if TYPE_CHECKING:
    from cnn.runs.run import Run


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
"""Shells start what runs in the background deaf to Ctrl-C, and the programs that tests start would inherit that."""

settings.register_profile("same every time", derandomize=True, database=None)
settings.load_profile("same every time")
"""Random cases are the same in every run; `make stress` tries others."""


@pytest.fixture(scope="session")
def seed_workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The seed's workbook, as `sheetgen build` writes it; not to be changed."""
    path = tmp_path_factory.mktemp("seed") / "backprop.xlsx"
    build(load(), path, verify=False)
    return path


@pytest.fixture(scope="session")
def built_small_workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small workbook of the seed's network: two learning rates, five updates; not to be changed."""
    from sheetgen import override

    path = tmp_path_factory.mktemp("small") / "small.xlsx"
    build(override(load(), rates=[0.5, 2.0], iterations=5), path, verify=False)
    return path


@pytest.fixture
def small_workbook(built_small_workbook: Path, tmp_path: Path) -> Path:
    """A copy of the small workbook, which may be changed."""
    return Path(shutil.copy(built_small_workbook, tmp_path / "small.xlsx"))


@pytest.fixture(scope="session")
def warm_office() -> Iterator[WarmOffice]:
    """One LibreOffice that calculates the workbooks of all tests: a start of its own for each takes seconds."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("LibreOffice is not installed (Debian: libreoffice-calc-nogui)")
    with WarmOffice(program) as office:
        yield office


@pytest.fixture
def soffice(warm_office: WarmOffice, monkeypatch: pytest.MonkeyPatch) -> str:
    """LibreOffice; tests that need it are skipped where it is absent."""
    warm_office.await_it()
    monkeypatch.setenv(RUNNING, warm_office.pipe)
    return warm_office.program


@pytest.fixture(params=engines.NAMES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine by its name, LibreOffice where it is installed."""
    if request.param == "libreoffice":
        request.getfixturevalue("soffice")
    return str(request.param)


@pytest.fixture
def engine(engine_name: str) -> engines.Engine:
    """Each engine."""
    return engines.get(engine_name)


@pytest.fixture(scope="session")
def drawn_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of four epochs on drawn digits, which reads printed ones; not to be changed."""
    for package in ("torch", "torchvision", "PIL"):
        pytest.importorskip(package, reason="the extra cnn is not installed")
    from dataclasses import replace

    from cnn.runs.metrics import Silent
    from cnn.runs.run import Run
    from cnn.training.fit import fit
    from cnn.training.plan import Plan
    from cnn.training.processes import Processes
    from cnn.training.recipe import FAST

    run = Run(tmp_path_factory.mktemp("runs") / "drawn")
    plan = Plan("rf20", replace(FAST, epochs=4), data="synthetic", device="cpu")
    fit(plan, run, Processes(), Silent(), "cnn train", resumed=False)
    return run
