"""What is measured of a training: a score, a row an epoch, and who is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


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
    """One row of metrics.csv; ``evaluated_on`` is ``test`` or ``validation``, and the learning rates are
    those of its first and last step.

    Training loss and accuracy are means over the epoch, on augmented pictures and while the weights still
    changed.
    """

    epoch: int
    learning_rate: float
    learning_rate_end: float
    train_loss: float
    train_correct: int
    train_total: int
    evaluated_on: str
    loss: float
    correct: int
    total: int
    seconds: float


class Reporter(Protocol):
    """Who is told how the training goes."""

    def batch(self, epoch: int, done: int, total: int) -> None:
        """Tell that ``done`` of ``total`` batches of the epoch are done."""

    def epoch(self, row: Epoch) -> None:
        """Tell that an epoch is over."""


class Silent:
    """A reporter that says nothing."""

    def batch(self, epoch: int, done: int, total: int) -> None:
        """Say nothing."""

    def epoch(self, row: Epoch) -> None:
        """Say nothing."""


def best_epoch(history: Sequence[Epoch]) -> Epoch:
    """Return the epoch with the most pictures recognised; of several, the one with the lowest loss, then the
    first.
    """
    return min(history, key=lambda row: (-row.correct, row.loss))
