"""What docs/results.md says of the chosen change, computed from its own table."""

from __future__ import annotations

import re

import numpy as np
import pytest
from outside import ROOT

stats = pytest.importorskip("scipy.stats", reason="SciPy is not installed")

PAGE = (ROOT / "docs/results.md").read_text("utf-8")
WORDS = " ".join(PAGE.split())


def table() -> dict[str, list[int]]:
    """Return the errors of each row of the table of 2026-11-25, by what was changed."""
    part = PAGE.partition("**On 2026-11-25**")[2].partition("**On 2026-11-23")[0]
    rows = re.findall(r"^\| ([^|]+?) \| \**([\d ]+?)\** \|", part, re.MULTILINE)
    return {name.strip("* "): [int(number) for number in numbers.split()] for name, numbers in rows}


def test_what_many_comparisons_leave_of_the_chosen_change() -> None:
    rows = table()
    nothing = rows.pop("nothing")
    chosen = next(errors for name, errors in rows.items() if name.startswith("scale and shear 10 %** (taken)"))
    assert len(rows) == 22
    six = {
        name: errors for name, errors in rows.items() if "15 epochs" not in name and not name.startswith(("…", "12"))
    }
    assert len(six) == 18
    fewer = np.array(nothing) - np.array(chosen)
    p = stats.ttest_rel(nothing, chosen).pvalue
    sidak = 1 - (1 - p) ** len(six)
    assert f"p = {p:.3f} (paired t-test, two-sided, n = {len(fewer)})" in WORDS
    assert f"1 − (1 − {p:.3f})¹⁸ = {sidak:.2f}" in WORDS
    several = [np.array(errors) for errors in (nothing, *six.values()) if len(errors) >= 4]
    squares = sum(((errors - errors.mean()) ** 2).sum() for errors in several)
    deviation = (squares / sum(len(errors) - 1 for errors in several)) ** 0.5
    assert f"standard deviation of one run, {deviation:.1f} errors" in WORDS
    random = np.random.default_rng(1)
    base = random.normal(0, deviation / len(nothing) ** 0.5, 100_000)
    best = np.max([base - random.normal(0, deviation / len(errors) ** 0.5, len(base)) for errors in six.values()], 0)
    assert f"seems {best.mean():.1f} errors better than nothing" in WORDS
    assert f"and {fewer.mean():.1f} or more in {100 * (best >= fewer.mean()).mean():.0f} % of the cases" in WORDS
