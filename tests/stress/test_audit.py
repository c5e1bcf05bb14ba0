"""Five hundred faults drawn at random from every kind: the audit finds, locates and names them."""

from __future__ import annotations

import os

import pytest
from audited.trials import table, trials

pytestmark = pytest.mark.stress

FAULTS = int(os.environ.get("SHEETGEN_STRESS", "8000")) // 16
SEED = int(os.environ.get("SHEETGEN_SEED", "1"))
DETECTED, LOCATED, NAMED = 0.99, 0.90, 0.75


def test_five_hundred_faults() -> None:
    found = list(trials(FAULTS, SEED))
    shown = table(found)
    print(shown)
    assert len(found) == FAULTS
    for least, name in ((DETECTED, "detected"), (LOCATED, "located"), (NAMED, "named")):
        assert sum(getattr(trial, name) for trial in found) >= least * FAULTS, f"{name}\n{shown}"
