"""An audit with formulas compiled by their forms says what one says that computes each by itself, on a tape."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from gallery import small_workbook_of

from sheetgen.audit import programs
from sheetgen.audit.audit import audit
from sheetgen.audit.outcome import Report

NAMES = ("dead-relu", "logistic-regression", "mlp-2-2-2")
"""Kinks, counters that begin anew with each epoch, sigmoids."""


def said(path: Path) -> Report:
    return replace(audit(path), seconds=0.0)


@pytest.mark.parametrize("name", NAMES)
def test_the_verdicts_are_those_of_the_plain_way(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = small_workbook_of(name, tmp_path, iterations=13)
    compiled = said(path)
    monkeypatch.setattr(programs, "_OFTEN", 10**9)
    assert said(path) == compiled
    assert compiled.gradients.right > 0
