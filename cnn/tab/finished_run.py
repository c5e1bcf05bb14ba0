"""A run that is over, as its directory tells of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cnn.errors import RunError
from cnn.net.networks import LayerFacts, LayerKind
from cnn.runs.commands import resume_command
from cnn.runs.metrics import Epoch, best_epoch
from cnn.runs.run import Run
from cnn.runs.summary import Confusion, Summary, TestResult, contradiction
from cnn.training.config import Config, recorded_config


@dataclass(frozen=True)
class RunRecord:
    """What a run's directory tells of it; ``test`` and ``confusion`` are the summary's.

    ``layers`` are those of the network as it was trained, ``best`` is the best epoch.
    """

    name: str
    config: Config
    summary: Summary
    test: TestResult
    confusion: Confusion
    epochs: Sequence[Epoch]

    @property
    def layers(self) -> tuple[LayerFacts, ...]:
        """The layers as they were trained; summaries of earlier versions list a dropout of 0 as one that is used."""
        if self.config.plan.recipe.dropout:
            return self.summary.layers
        idle: LayerKind = "identity"
        return tuple(replace(layer, kind=idle) if layer.kind == "dropout" else layer for layer in self.summary.layers)

    @property
    def best(self) -> Epoch:
        """The best epoch, the one that the sheet's formulas find."""
        return best_epoch(self.epochs)


def run_record(run: Run) -> RunRecord:
    """Return what a run's directory tells; raise RunError where the run has not ended, or where a file is damaged."""
    summary = run.summary()
    if summary is None or summary.test is None or summary.confusion is None:
        command = resume_command(run, recorded_config(run).processes)
        raise RunError(f"{run.folder} has not ended; continue it with: {command}")
    if reason := contradiction(summary):
        raise RunError(f"{run.path('summary.json')} is damaged: {reason}")
    epochs = run.metrics()
    if len(epochs) != summary.epochs or not _may_be_best(summary.best_epoch, epochs):
        expected = f"{summary.epochs} epochs, the best of them {summary.best_epoch}"
        raise RunError(f"{run.path('metrics.csv')} is damaged: it is not that of summary.json, which has {expected}")
    return RunRecord(run.name, recorded_config(run), summary, summary.test, summary.confusion, epochs)


def _may_be_best(number: int, epochs: Sequence[Epoch]) -> bool:
    """Say whether a run may have recorded this epoch as its best one: the best, or one that an earlier version took.

    Where the loss of an epoch was no number, earlier versions took any of those that recognised as many pictures.
    """
    best = best_epoch(epochs)
    equals = [epoch for epoch in epochs if epoch.correct == best.correct]
    if any(math.isnan(epoch.loss) for epoch in equals):
        return number in (epoch.epoch for epoch in equals)
    return number == best.epoch
