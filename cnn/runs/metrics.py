"""What is measured of a training: a score, a row an epoch, and who is told of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Evaluated = Literal["test", "validation"]
"""Which pictures judge an epoch."""


@dataclass(frozen=True)
class Score:
    """The mean loss over a part of the data, and how many of its ``total`` pictures were recognised."""

    loss: float
    correct: int
    total: int

    @property
    def accuracy(self) -> float:
        """Return the fraction recognised."""
        return self.correct / self.total


@dataclass(frozen=True)
class Epoch:
    """One row of metrics.csv; the learning rates are those of its first and last step.

    Training loss and accuracy are means over the epoch, on augmented pictures and while the weights still
    changed. Raises ValueError where there were no pictures.
    """

    epoch: int
    learning_rate: float
    learning_rate_end: float
    train_loss: float
    train_correct: int
    train_total: int
    evaluated_on: Evaluated
    loss: float
    correct: int
    total: int
    seconds: float

    def __post_init__(self) -> None:
        if self.train_total < 1 or self.total < 1:
            raise ValueError("an epoch needs pictures")


@dataclass(frozen=True)
class Beginning:
    """What is known before the first epoch: the run and its network, on what it is trained, and on which pictures.

    ``done`` epochs are over already where a run goes on.
    """

    run: str
    network: str
    parameters: int
    recipe: str
    epochs: int
    done: int
    data: str
    train: int
    validation: int
    test: int
    batch_size: int
    device: str
    processes: int
    threads: int


class Reporter(Protocol):
    """Who is told how the training goes."""

    def begin(self, beginning: Beginning) -> None:
        """Tell that the first epoch is about to begin."""

    def batch(self, epoch: int, done: int, total: int, loss: Callable[[], float]) -> None:
        """Tell that ``done`` of ``total`` batches of the epoch are done.

        ``loss`` gives the mean loss of the last one; to ask for it makes the training wait for its device.
        """

    def epoch(self, row: Epoch) -> None:
        """Tell that an epoch is over."""


class Silent:
    """A reporter that says nothing."""

    def begin(self, beginning: Beginning) -> None:
        """Say nothing."""

    def batch(self, epoch: int, done: int, total: int, loss: Callable[[], float]) -> None:
        """Say nothing."""

    def epoch(self, row: Epoch) -> None:
        """Say nothing."""


def order(epoch: Epoch) -> tuple[int, float]:
    """Return what epochs are ordered by: the most pictures recognised come first, then the lowest loss.

    A loss that is no number comes last.
    """
    return -epoch.correct, math.inf if math.isnan(epoch.loss) else epoch.loss


def best_epoch(history: Sequence[Epoch]) -> Epoch:
    """Return the epoch that comes first by `order`; of several, the first."""
    return min(history, key=order)


def rank(epoch: Epoch, history: Sequence[Epoch]) -> int:
    """Return an epoch's place among all, from 1; equals share a place."""
    return 1 + sum(order(other) < order(epoch) for other in history)
