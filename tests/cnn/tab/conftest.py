"""What the tests of the sheet CNN share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def workbook(small_workbook: Path, tmp_path: Path) -> Path:
    """A workbook to put the sheet into."""
    return Path(shutil.copy(small_workbook, tmp_path / "b.xlsx"))
