"""Ordinary changes drawn at random: each is found, or passes for a reason that the workbook itself bears out."""

from __future__ import annotations

from pathlib import Path

import pytest
from gallery import small_workbook_of
from random_changes import CHANGES
from trials import try_change

TEMPLATES = ("diverging", "ravine", "perceptron")
SEEDS = 3 * len(CHANGES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("genuine")


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_change_is_found_or_passes_for_a_reason(seed: int, folder: Path) -> None:
    template = TEMPLATES[seed // len(CHANGES)]
    trial = try_change((small_workbook_of(template, folder), seed))
    assert trial.told or trial.reason, trial
