"""Fixtures shared by the tests: the seed's workbook, built once, and what this machine has."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sheetgen import build, load

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def seed_workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The seed's workbook, as `sheetgen build` writes it; not to be changed."""
    path = tmp_path_factory.mktemp("seed") / "backprop.xlsx"
    build(load(), path, verify=False)
    return path


@pytest.fixture
def small_workbook(tmp_path: Path) -> Path:
    """A small workbook of the seed's network: two learning rates, five updates."""
    from sheetgen import override

    path = tmp_path / "small.xlsx"
    build(override(load(), rates=[0.5, 2.0], iterations=5), path, verify=False)
    return path


@pytest.fixture(scope="session")
def soffice() -> str:
    """LibreOffice; tests that need it are skipped where it is absent."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        pytest.skip("LibreOffice is not installed (Debian: libreoffice-calc-nogui)")
    return found
