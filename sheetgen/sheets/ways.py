"""The ways in which a study is trained, as the sheet Equations lists them: each optimiser with a schedule, once."""

from __future__ import annotations

from collections.abc import Iterator

from sheetgen.network.optimizers import SGD, optimizer_of, schedule_of
from sheetgen.network.study import Study


def ways(study: Study) -> Iterator[tuple[int, str]]:
    """Yield the first variant that is trained in each way, and the heading of its updates.

    The heading names the schedule where any has one, and the sheet where the ways differ.
    """
    for variant in study.ways:
        yield variant, f"Update: from one iteration to the next ({_told(study, variant)})"


def _told(study: Study, variant: int) -> str:
    one = study.variants[variant]
    title = "gradient descent" if one.optimizer == SGD else optimizer_of(one.optimizer).title
    schedule = f", {schedule_of(one.schedule).title}" if study.scheduled else ""
    sheet = "" if study.shares_settings else f", on the sheet {one.sheet}"
    return f"{title}{schedule}{sheet}"
