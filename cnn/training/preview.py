"""A picture of what a recipe does to the training pictures: a digit a row, as it is, and then changed at random."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from cnn.digits.parts import DEVIATION, MEAN, Part
from cnn.net.networks import CLASSES, SIDE
from cnn.training.augment import augmentation
from cnn.training.recipe import Recipe

TIMES, GAP = 12, 4
"""How often each digit is shown changed, and the pixels between pictures."""
_SCALE = 2


def changed_digits(recipe: Recipe, train: Part, seed: int) -> NDArray[np.uint8]:
    """Return the first training picture of each digit, and `TIMES` pictures that the recipe makes of it,
    (digits, 1 + TIMES, 28, 28).

    They are made as in training; the random seed decides which they are.
    """
    labels = train.labels.tolist()
    first = [labels.index(digit) for digit in range(CLASSES) if digit in labels]
    originals = train.images[first]
    torch.manual_seed(seed)
    augment = augmentation(recipe, torch.device("cpu"), torch.Generator().manual_seed(seed))
    inputs = augment(originals.repeat_interleave(TIMES, 0)).squeeze(1)
    pixels = (inputs * DEVIATION + MEAN).mul(255).round().clamp(0, 255).to(torch.uint8)
    changed = pixels.view(len(first), TIMES, SIDE, SIDE)
    return np.asarray(torch.cat([originals[:, None], changed], 1).numpy())


def preview(pictures: NDArray[np.uint8]) -> Image.Image:
    """Return the pictures (rows, columns, 28, 28) as one, dark on light; the first column stands apart."""
    rows, columns = pictures.shape[:2]
    pitch = SIDE + GAP
    canvas = np.full(
        (
            rows * pitch + GAP,
            (columns + 1) * pitch - SIDE // 2,
        ),
        255,
        np.uint8,
    )
    for row in range(rows):
        for column in range(columns):
            top, left = GAP + row * pitch, GAP + column * pitch + (SIDE // 2 - GAP if column else 0)
            canvas[top : top + SIDE, left : left + SIDE] = 255 - pictures[row, column]
    height, width = canvas.shape
    return Image.fromarray(canvas).resize((_SCALE * width, _SCALE * height), Image.Resampling.NEAREST)
