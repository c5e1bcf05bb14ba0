"""A sweep: trainings of every network, recipe, rate and seed asked for, each into a run of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from cnn.digits import idx
from cnn.errors import RunError, UsageError
from cnn.runs.metrics import Silent
from cnn.runs.run import Run, check_name
from cnn.runs.summary import Summary
from cnn.training.config import FILE, recorded_config
from cnn.training.plan import Plan, TrainOptions, new_plan
from sheetgen.jobs.outcomes import outcomes

_ALONE = threading.Lock()
"""Held by a training, whose random numbers are those of the whole process: a Dask worker may have several threads."""


@dataclass(frozen=True)
class Item:
    """A training of a sweep: its plan, the directory of its run, and the command that was typed."""

    folder: str
    plan: Plan
    command: str


@dataclass(frozen=True)
class Trained:
    """What came of a training: its settings, and the result on the test pictures; None where it failed, with why."""

    run: str
    network: str
    recipe: str
    learning_rate: float
    dropout: float
    seed: int
    epochs: int | None = None
    seconds: float | None = None
    loss: float | None = None
    correct: int | None = None
    total: int | None = None
    accuracy: float | None = None
    error: str = ""


def items(options: TrainOptions, axes: Mapping[str, Sequence[Any]], root: Path, name: str, command: str) -> list[Item]:
    """Return a training for every combination of the values of the ``axes``, by the names of their options.

    An axis without values leaves its option as it is. The names of the runs say what was asked for. Raises UsageError
    for a value that is given twice, and for a plan that cannot be.
    """
    for option, values in axes.items():
        if twice := [value for value in values if values.count(value) > 1]:
            raise UsageError(f"--{option} {twice[0]} is given twice", "give it once")
    found = []
    for values in product(*(axis or (getattr(options, option),) for option, axis in axes.items())):
        chosen: dict[str, Any] = dict(zip(axes, values, strict=True))
        plan = new_plan(replace(options, **chosen))
        marks = (f"{option}{chosen[option]:g}" for option in ("lr", "dropout") if chosen.get(option) is not None)
        run = check_name("-".join([name, plan.network, plan.recipe.name, *marks, str(plan.seed)]))
        found.append(Item(str(root / run), plan, command))
    return found


def for_any_machine(item: Item) -> Item:
    """Return the item with places that other machines find, where they have the same files."""
    folder = str(idx.data_folder(item.plan.data_dir).absolute())
    return replace(item, folder=str(Path(item.folder).absolute()), plan=replace(item.plan, data_dir=folder))


def sweep(items: Sequence[Item], jobs: int, scheduler: str | None = None) -> Iterator[Trained]:
    """Carry out all trainings and yield what came of each as it ends.

    What an earlier sweep finished is read, what it began goes on. Raises UsageError where there is nobody to do it,
    and DataError where MNIST is absent and cannot be downloaded. Close the iterator to stop what is still being done.
    """
    if scheduler:
        items = [for_any_machine(item) for item in items]
    for item in items:
        if item.plan.data == "mnist" and not idx.is_there(idx.data_folder(item.plan.data_dir)):
            from cnn.digits.datasets import load_mnist  # once, and not by every process

            load_mnist(idx.data_folder(item.plan.data_dir))
    with closing(outcomes(trained, items, jobs, scheduler)) as came:  # type: ignore[type-var]
        for outcome in came:
            yield outcome.result or _of(outcome.item, None, outcome.reason)


def trained(item: Item) -> Trained:
    """Carry out a training, or go on with it, or read what came of it; raise `RunError` where the run is another's."""
    run = Run(Path(item.folder))
    begun = run.path(FILE).exists()
    plan = _recorded(run, item.plan) if begun else item.plan
    summary = run.summary()
    if summary is None or summary.test is None:
        with _ALONE:
            summary = _fitted(run, plan, item.command, begun)
    return _of(item, summary, "")


def _recorded(run: Run, plan: Plan) -> Plan:
    """Return the plan of a run that was begun, with the data where they are now; raise `RunError` for another plan."""
    recorded = recorded_config(run).plan
    if replace(plan, threads=recorded.threads, data_dir=recorded.data_dir) != recorded:
        raise RunError(f"{run.folder} is a run of another plan", "choose another --name or --runs-dir")
    return replace(recorded, data_dir=plan.data_dir)


def _fitted(run: Run, plan: Plan, command: str, begun: bool) -> Summary:
    """Train, from where the run stands."""
    from cnn.training.fit import fit
    from cnn.training.processes import Processes

    if not begun:
        with suppress(OSError):  # what a worker left that was lost at its very beginning
            run.folder.rmdir()
    summary = fit(plan, run, Processes(), Silent(), command, begun)
    assert summary is not None
    return summary


def _of(item: Item, summary: Summary | None, error: str) -> Trained:
    plan, recipe = item.plan, item.plan.recipe
    asked = Trained(Path(item.folder).name, plan.network, recipe.name, recipe.learning_rate, recipe.dropout, plan.seed)
    if summary is None or summary.test is None:
        return replace(asked, error=error or "it was interrupted")
    test = summary.test
    return replace(
        asked,
        epochs=summary.epochs,
        seconds=summary.seconds,
        loss=test.loss,
        correct=test.correct,
        total=test.total,
        accuracy=test.accuracy,
    )
