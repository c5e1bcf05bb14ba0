"""What summary.json holds: the network's facts, how the training went, and what the test pictures said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cnn.net.layer_table import NetworkFacts, network_facts
from cnn.net.networks import CLASSES, Network
from cnn.runs.metrics import Epoch, Evaluated, Score, best_epoch

Confusion = tuple[tuple[int, ...], ...]
"""How often each digit was read as each: a row a label, a column a prediction, ten of both."""
DataName = Literal["mnist", "synthetic"]
Stopped = Literal["finished", "patience", "interrupted"]


@dataclass(frozen=True)
class Mistake:
    """A test picture taken for another digit; ``index`` counts the test pictures from 0, probabilities are
    the network's.
    """

    index: int
    label: int
    prediction: int
    probability: float
    label_probability: float
    picture: str


@dataclass(frozen=True)
class Examination:
    """How a network does on a part of the data: its score, the confusion matrix, the mistakes, worst first."""

    score: Score
    confusion: Confusion
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True)
class TestResult:
    """The score on the test pictures, and the checkpoint whose weights reached it.

    Raises ValueError where there were no pictures.
    """

    checkpoint: str
    loss: float
    correct: int
    total: int
    accuracy: float

    def __post_init__(self) -> None:
        if self.total < 1:
            raise ValueError("a result needs pictures")

    @staticmethod
    def of(checkpoint: str, score: Score) -> TestResult:
        """Return the result of a score."""
        return TestResult(checkpoint, score.loss, score.correct, score.total, score.accuracy)


@dataclass(frozen=True)
class Summary(NetworkFacts):
    """The content of summary.json.

    The layers are those of the network as it was trained. ``stopped`` is None while the run goes on; the test result
    and the confusion matrix are there once the run is over. ``data`` is None in files of earlier versions;
    ``temperature`` divides the scores of the judged weights before their softmax, and is None where no pictures were
    held out to find it by.
    Raises ValueError where it could not be that of a run.
    """

    stopped: Stopped | None
    epochs: int
    seconds: float
    evaluated_on: Evaluated
    best_epoch: int
    best_epoch_picked_on_test_data: bool
    test: TestResult | None
    confusion: Confusion | None
    mistakes: tuple[Mistake, ...]
    data: DataName | None = None
    temperature: float | None = None

    def __post_init__(self) -> None:
        if not self.layers:
            raise ValueError("a network has layers")
        if (self.test is None) != (self.confusion is None):
            raise ValueError("test and confusion come together")
        if self.confusion is not None and {len(self.confusion), *map(len, self.confusion)} != {CLASSES}:
            raise ValueError(f"confusion is not {CLASSES} × {CLASSES}")
        if self.temperature is not None and not 0 < self.temperature < 1e6:
            raise ValueError(f"temperature is {self.temperature:g}, and must be above 0")


def contradiction(summary: Summary) -> str | None:
    """Return what in a summary contradicts something else in it, as no training leaves it; None where nothing does."""
    for total in ("parameters", "multiply_adds"):
        if getattr(summary, total) != sum(getattr(layer, total) for layer in summary.layers):
            return f"{total} is not the sum of those of the layers"
    if summary.confusion is not None and summary.test is not None:
        diagonal = sum(row[digit] for digit, row in enumerate(summary.confusion))
        if (diagonal, sum(map(sum, summary.confusion))) != (summary.test.correct, summary.test.total):
            return "confusion is not that of test"
    return None


def summary_of(
    network: Network,
    data: DataName,
    history: Sequence[Epoch],
    stopped: Stopped | None,
    examination: Examination | None,
    checkpoint: str,
    temperature: float | None = None,
) -> Summary:
    """Return the content of summary.json, with the test result where there is an examination.

    The network is given as it was trained.
    """
    best = best_epoch(history)
    return Summary(
        **vars(network_facts(network)),
        stopped=stopped,
        epochs=len(history),
        seconds=sum(epoch.seconds for epoch in history),
        evaluated_on=best.evaluated_on,
        best_epoch=best.epoch,
        best_epoch_picked_on_test_data=best.evaluated_on == "test",
        test=TestResult.of(checkpoint, examination.score) if examination else None,
        confusion=examination.confusion if examination else None,
        mistakes=examination.mistakes if examination else (),
        data=data,
        temperature=temperature,
    )
