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


THIRTY = PAGE.partition("## Thirty epochs")[2].partition("\n## ")[0]
SAID = " ".join(THIRTY.split())


def row_of(page: str, recipe: str) -> list[str]:
    """Return the cells of the row of a recipe, with its results by random seed."""
    (row,) = re.findall(rf"^\| `rf20` \| `{recipe}` \| \d+ \| (?:0.01 \| )?(\d+ \|.*\d{{4}} \d{{4}}.*) \|$", page, re.M)
    return [cell.strip(" *") for cell in row.split("|")]


def by_seed(page: str, recipe: str) -> list[int]:
    """Return the results of a recipe by random seed, its n, mean, sd and least being theirs."""
    n, mean, deviation, least, each, _ = row_of(page, recipe)
    found = [int(number) for number in each.split()]
    assert int(n) == len(found)
    assert mean == f"{np.mean(found):,.1f} ({np.mean(found) / 100:.2f} %)"
    assert deviation == f"{np.std(found, ddof=1):.1f}"
    assert least == f"{min(found):,}"
    return found


def test_what_thirty_epochs_reach_is_what_their_runs_reach() -> None:
    found, best = by_seed(THIRTY, "long"), by_seed(PAGE.partition("## Goals")[0], "best")
    mean, error = np.mean(found), np.std(found, ddof=1) / len(found) ** 0.5
    assert f"over ten random seeds, final epoch: **{'reached' if mean >= 9960 else 'not reached'}**" in SAID
    assert f"The mean is {mean / 100:.3f} % with a standard error of {error / 100:.3f} %" in SAID
    assert f"by {9960 - mean:.1f} pictures" in SAID
    assert sum(count > 9960 for count in found) == 4
    assert "Four of the ten runs are above it." in SAID
    assert min(found) > 9948.8
    side = "above" if mean >= 9960 else "below"
    assert f", {abs(mean - 9960) / error:.1f} standard errors {side} the goal" in SAID
    p = stats.ttest_ind(found, best, equal_var=False).pvalue
    assert f"it is {mean - np.mean(best):.1f} pictures more (Welch's t-test, two-sided: p = {p:.3f})" in SAID


def test_how_far_validation_and_test_disagree_is_what_the_runs_say() -> None:
    rows = re.findall(r"^\| ([^|]+?) \| (\d\d) \| (\d+) \| ([\d.]+) \| (\d+) \| (\d+) \| ([\d.]+) \|$", THIRTY, re.M)
    assert len(rows) == 7
    held, loss, errors, first, test_loss = (np.array(column, float) for column in list(zip(*rows, strict=True))[2:])
    mean = {
        change: [np.mean([column[i] for i, row in enumerate(rows) if change in row[0]]) for column in (held, errors)]
        for change in ("nothing", "0.5 px")
    }
    assert (
        f"there were {mean['0.5 px'][0]:.1f} errors in the mean where nothing changed made {mean['nothing'][0]:.1f}"
        in SAID
    )
    assert f"the same runs made {mean['0.5 px'][1]:.1f} and {mean['nothing'][1]:.1f} errors" in SAID
    alike = stats.pearsonr(held, errors)[0], stats.pearsonr(loss, test_loss)[0]
    assert "correlate by {:.2f}, the losses by {:.2f}".format(*alike).replace("-", "−") in SAID
    assert f"{held.mean() / 50:.2f} % of the pictures held out and {errors.mean() / 100:.2f} % of the test" in SAID
    assert f"{first.mean() / 50:.2f} % and {(errors - first).mean() / 50:.2f} % of the first and the last 5,000" in SAID
