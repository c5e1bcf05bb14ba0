"""Runs that differ in their random seed alone, taken together: mean, spread and least of what they reached."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cnn.errors import CnnError
from cnn.runs.run import Run
from cnn.runs.summary import TestResult
from cnn.training.config import recorded_config
from cnn.training.plan import Plan


@dataclass(frozen=True)
class SeedGroup:
    """Runs of one plan but for the random seed: the seeds, and the accuracies on the test pictures in their order.

    ``deviation`` is the sample standard deviation, None of a single run.
    """

    network: str
    recipe: str
    data: str
    epochs: int
    seeds: tuple[int, ...]
    n: int
    mean: float
    deviation: float | None
    least: float
    largest: float
    accuracies: tuple[float, ...]


def same_but_for_the_seed(plan: Plan) -> Plan:
    """Return a plan without its seed, and without what changes no more than the last digits of its numbers."""
    return replace(plan, seed=0, threads=1, device="auto", data_dir=None)


def seed_groups(runs: Iterable[Run]) -> list[SeedGroup]:
    """Return the groups of the runs that came to their end, in the order in which each first came.

    Of runs with the same seed the first counts: another tells the same again. Damaged runs are passed over.
    """
    together: dict[tuple[Plan, str], dict[int, TestResult]] = {}
    for run in runs:
        try:
            config, summary = recorded_config(run), run.summary()
        except CnnError:
            continue
        if summary is not None and summary.test is not None:
            key = same_but_for_the_seed(config.plan), config.data.fingerprint
            together.setdefault(key, {}).setdefault(config.plan.seed, summary.test)
    return [_group(plan, results) for (plan, _), results in together.items()]


def _group(plan: Plan, results: dict[int, TestResult]) -> SeedGroup:
    seeds = sorted(results)
    reached = [results[seed].accuracy for seed in seeds]
    deviation = statistics.stdev(reached) if len(reached) > 1 else None
    return SeedGroup(
        plan.network, plan.recipe.title, plan.data, plan.recipe.epochs, tuple(seeds), len(seeds),
        statistics.mean(reached), deviation, min(reached), max(reached), tuple(reached),
    )  # fmt: skip


def seed_lines(groups: Sequence[SeedGroup]) -> list[str]:
    """Return the groups of several runs as lines of a table, none where there is no such group."""
    several = [group for group in groups if group.n > 1]
    if not several:
        return []
    rows = [("network", "recipe", "epochs", "data", "seeds", "n", "mean", "sd", "least", "largest")]
    for group in several:
        reached = f"{group.mean:.3%}", f"{group.deviation:.3%}", f"{group.least:.2%}", f"{group.largest:.2%}"
        rows.append(
            (group.network, group.recipe, str(group.epochs), group.data, span(group.seeds), str(group.n), *reached)
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def span(seeds: Sequence[int]) -> str:
    """Return seeds in few characters: ``1..5,8``."""
    parts: list[list[int]] = []
    for seed in seeds:
        if parts and seed == parts[-1][-1] + 1:
            parts[-1].append(seed)
        else:
            parts.append([seed])
    return ",".join(f"{part[0]}..{part[-1]}" if len(part) > 1 else str(part[0]) for part in parts)
