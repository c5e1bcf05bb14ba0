"""Reading digits in pictures with a trained network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image

from cnn.data import normalize
from cnn.digits import Grey, read_digits
from cnn.errors import PictureError
from cnn.examine import trained
from cnn.run import Run


@dataclass(frozen=True)
class Reading:
    """What was read in a picture: its MNIST form, the digit, and the ten digits' probabilities."""

    path: str
    original: Image.Image
    mnist: Grey
    digit: int
    probabilities: tuple[float, ...]

    @property
    def pixels(self) -> list[list[int]]:
        """Return the MNIST form as rows of numbers from 0 to 255."""
        return [[int(value) for value in row] for row in self.mnist]

    def as_json(self) -> dict[str, Any]:
        """Return the reading without the original picture."""
        return {
            "path": self.path,
            "digit": self.digit,
            "probabilities": list(self.probabilities),
            "mnist": self.pixels,
        }


def predict_pictures(
    run: Run, paths: Sequence[str], checkpoint: str = "last"
) -> tuple[list[Reading], list[PictureError]]:
    """Return the reading of each picture in which a digit was found, and an error for each other."""
    model, _ = trained(run, checkpoint, torch.device("cpu"))
    found, errors = read_digits(paths)
    if not found:
        return [], errors
    inputs = normalize(torch.from_numpy(np.stack([mnist for *_, mnist in found])))
    with torch.inference_mode():
        chances = model(inputs).double().softmax(1)
    readings = [
        Reading(str(path), picture, mnist, int(row.argmax()), tuple(row.tolist()))
        for (path, picture, mnist), row in zip(found, chances, strict=True)
    ]
    return readings, errors
