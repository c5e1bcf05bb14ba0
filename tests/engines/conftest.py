"""The engines start a LibreOffice of their own in these tests, even where one runs for other tests."""

from __future__ import annotations

import pytest
from warm_office import RUNNING


@pytest.fixture(autouse=True)
def nothing_runs_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(RUNNING, raising=False)
