"""How a network does on a part of the data: its score, its confusion matrix, its worst mistakes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from cnn.digits.data import Part, normalize
from cnn.net.networks import CLASSES
from cnn.runs.metrics import Score

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


EVALUATION_BATCH = 250
"""Pictures evaluated at once: few enough for their activations to stay in a processor's cache."""


def evaluate(model: nn.Module, part: Part) -> Score:
    """Return the score of a model over a part, in evaluation mode."""
    loss, right = 0.0, 0
    for logits, labels in predictions(model, part):
        loss += cross_entropy(logits, labels, reduction="sum").item()
        right += int((logits.argmax(1) == labels).sum())
    return Score(loss / len(part), right, len(part))


def predictions(model: nn.Module, part: Part) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield the logits (n, 10) and labels (n,) of a part, batch by batch, in evaluation mode."""
    model.eval()
    with torch.inference_mode():
        for images, labels in zip(
            torch.split(part.images, EVALUATION_BATCH),
            torch.split(part.labels, EVALUATION_BATCH),
            strict=True,
        ):
            yield model(normalize(images).contiguous(memory_format=torch.channels_last)), labels
