"""What a finished run has to show: layers, result, confusion matrix, worst mistakes."""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from cnn.data import Part
from cnn.layer_table import network_facts
from cnn.metrics import Epoch, Score, best_epoch
from cnn.model import CLASSES, Network
from cnn.run import Run, replace_file
from cnn.train import predictions

WORST = 20


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
    """A score, the confusion matrix (a row a label, a column a prediction), the mistakes, worst first."""

    score: Score
    confusion: list[list[int]]
    mistakes: list[Mistake]


def examine(model: nn.Module, part: Part) -> Examination:
    """Return how a model does on a part; the worst mistakes are those it was surest of."""
    batches = list(predictions(model, part))
    logits = torch.cat([one for one, _ in batches]).cpu()
    labels = part.labels.cpu()
    guesses = logits.argmax(1)
    loss = nn.functional.cross_entropy(logits.double(), labels).item()
    confusion = torch.bincount(labels * CLASSES + guesses, minlength=CLASSES**2).view(CLASSES, CLASSES)
    score = Score(loss, int((guesses == labels).sum()), len(labels))
    return Examination(score, confusion.tolist(), worst_mistakes(logits, labels))


def worst_mistakes(logits: Tensor, labels: Tensor) -> list[Mistake]:
    """Return the mistakes with the highest probability for the wrong digit, highest first."""
    chances = logits.double().softmax(1)
    highest, guesses = chances.max(1)
    wrong = (guesses != labels).nonzero().flatten()
    ranked = wrong[highest[wrong].argsort(descending=True, stable=True)][:WORST].tolist()
    return [
        Mistake(
            i,
            int(labels[i]),
            int(guesses[i]),
            float(highest[i]),
            float(chances[i, labels[i]]),
            f"mistakes/{n:02}.png",
        )
        for n, i in enumerate(ranked, 1)
    ]


def write_pictures(run: Run, part: Part, mistakes: list[Mistake]) -> None:
    """Write the picture of each mistake into the run, in place of those of an earlier examination."""
    from PIL import Image

    folder = run.path("mistakes")
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    for mistake in mistakes:
        content = io.BytesIO()
        Image.fromarray(part.images[mistake.index].cpu().numpy()).save(content, "PNG")
        replace_file(run.path(mistake.picture), content.getvalue())


def score_row(score: Score) -> dict[str, Any]:
    """Return a score as numbers."""
    return {"loss": score.loss, "correct": score.correct, "total": score.total, "accuracy": score.accuracy}


def summary(
    network: Network,
    history: list[Epoch],
    stopped: str | None,
    examination: Examination | None,
    checkpoint: str,
) -> dict[str, Any]:
    """Return the content of summary.json.

    ``stopped`` is ``finished``, ``patience``, ``interrupted`` or None while the run goes on; the test result
    is there once the run is over.
    """
    best = best_epoch(history)
    result: dict[str, Any] = {"test": None, "confusion": None, "mistakes": []}
    if examination:
        result = {
            "test": {"checkpoint": checkpoint, **score_row(examination.score)},
            "confusion": examination.confusion,
            "mistakes": [asdict(mistake) for mistake in examination.mistakes],
        }
    return {
        **network_facts(network),
        "stopped": stopped,
        "epochs": len(history),
        "seconds": sum(row.seconds for row in history),
        "evaluated_on": best.evaluated_on,
        "best_epoch": best.epoch,
        "best_epoch_picked_on_test_data": best.evaluated_on == "test",
        **result,
    }
