"""How a network does on a part of the data: its score, its confusion matrix, its worst mistakes."""

from __future__ import annotations

import io
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from cnn.digits.parts import Part, normalize
from cnn.net.networks import CLASSES
from cnn.runs.metrics import Score
from cnn.runs.run import Run
from cnn.runs.summary import Examination, Mistake
from sheetgen.files import replace_file

WORST = 20
"""The number of mistakes that a run keeps."""
EVALUATION_BATCH = 125
"""Pictures evaluated at once on a CPU: few enough for their activations to stay in its cache, and in memory that the
process holds already (of more, each tensor is memory asked of the system anew: benchmarks/cnn_epoch.py).
"""
ON_ACCELERATOR = 5000
"""Pictures evaluated at once elsewhere, where few at a time leave most of the device idle."""


def suitable(device: torch.device) -> int:
    """Return how many pictures are evaluated at once on a device."""
    return EVALUATION_BATCH if device.type == "cpu" else ON_ACCELERATOR


def examine(model: nn.Module, part: Part) -> Examination:
    """Return how a model does on a part; the worst mistakes are those it was surest of."""
    logits, labels = predictions(model, part), part.labels.cpu()
    counts = torch.bincount(labels * CLASSES + logits.argmax(1), minlength=CLASSES**2).view(CLASSES, CLASSES)
    return Examination(_score(logits, labels), tuple(map(tuple, counts.tolist())), worst_mistakes(logits, labels))


def worst_mistakes(logits: Tensor, labels: Tensor) -> tuple[Mistake, ...]:
    """Return the mistakes with the highest probability for the wrong digit, highest first."""
    chances = logits.double().softmax(1)
    highest, guesses = chances.max(1)
    wrong = (guesses != labels).nonzero().flatten()
    ranked = wrong[highest[wrong].argsort(descending=True, stable=True)][:WORST].tolist()
    return tuple(
        Mistake(
            index,
            int(labels[index]),
            int(guesses[index]),
            float(highest[index]),
            float(chances[index, labels[index]]),
            f"mistakes/{number:02}.png",
        )
        for number, index in enumerate(ranked, 1)
    )


def write_mistakes(run: Run, part: Part, mistakes: Iterable[Mistake]) -> None:
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


def score_of(model: nn.Module, part: Part) -> Score:
    """Return the score of a model over a part, in evaluation mode."""
    return _score(predictions(model, part), part.labels.cpu())


def _score(logits: Tensor, labels: Tensor) -> Score:
    """Return the score of some logits; an epoch and the end of a run, judged by it, agree to the last digit."""
    loss = cross_entropy(logits.double(), labels).item()
    return Score(loss, int((logits.argmax(1) == labels).sum()), len(labels))


def predictions(model: nn.Module, part: Part, at_once: int | None = None) -> Tensor:
    """Return the logits (n, 10) of a part, in evaluation mode, on the CPU; so many pictures at once, or as many as suit
    the device.
    """
    model.eval()
    with torch.inference_mode():
        batches = torch.split(part.images, at_once or suitable(part.images.device))
        return torch.cat(
            [model(normalize(images).contiguous(memory_format=torch.channels_last)) for images in batches]
        ).cpu()
