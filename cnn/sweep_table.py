"""What is said of a sweep: a line a training, and a table of means and spreads over the random seeds."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cnn.sweep import Trained


@dataclass(frozen=True)
class Group:
    """The trainings that differ in their random seed alone: how many, and the accuracies on the test pictures.

    ``deviation`` is the sample standard deviation, None for a single one; ``seconds`` the mean time of a training.
    """

    network: str
    recipe: str
    learning_rate: float
    dropout: float
    n: int
    mean: float
    deviation: float | None
    least: float
    largest: float
    seconds: float


def groups(trainings: Iterable[Trained]) -> list[Group]:
    """Return the groups of the trainings that did not fail, in the order in which each first came."""
    together: dict[tuple[str, str, float, float], list[Trained]] = {}
    for one in trainings:
        if not one.error:
            together.setdefault((one.network, one.recipe, one.learning_rate, one.dropout), []).append(one)
    return [_group(settings, members) for settings, members in together.items()]


def _group(settings: tuple[str, str, float, float], members: Sequence[Trained]) -> Group:
    reached = [one.accuracy or 0.0 for one in members]
    deviation = statistics.stdev(reached) if len(reached) > 1 else None
    seconds = statistics.mean(one.seconds or 0.0 for one in members)
    return Group(*settings, len(members), statistics.mean(reached), deviation, min(reached), max(reached), seconds)


def line(one: Trained) -> str:
    """Return a training as a line of text."""
    if one.error:
        return f"{one.run}: failed: {one.error}"
    result = f"{one.correct}/{one.total} = {one.accuracy:.2%}, loss {one.loss:.4f}"
    return f"{one.run}: {result}, {one.epochs} epochs, {one.seconds:.1f} s"


def table(found: Sequence[Group]) -> list[str]:
    """Return the groups as lines of a table, none where there is no group."""
    if not found:
        return []
    head = ("network", "recipe", "rate", "dropout", "n", "mean", "sd", "least", "largest", "seconds")
    rows = [head, *(_cells(group) for group in found)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _cells(group: Group) -> tuple[str, ...]:
    deviation = "" if group.deviation is None else f"{group.deviation:.3%}"
    settings = group.network, group.recipe, f"{group.learning_rate:g}", f"{group.dropout:g}"
    reached = f"{group.mean:.3%}", deviation, f"{group.least:.2%}", f"{group.largest:.2%}"
    return *settings, str(group.n), *reached, f"{group.seconds:.1f}"
