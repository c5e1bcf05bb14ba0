"""Write the pictures of the template lenet-small, templates/digits.csv: handwritten digits of MNIST, made small.

The first 25 zeros, ones, twos and threes of MNIST's training pictures (LeCun, Cortes and Burges), in the order in which
they stand there. Each of the 8×8 fields is the mean of 3½×3½ pixels, from 0, paper, to 16, ink, rounded.

Run `python docs/make_digits.py FOLDER`; MNIST's files lie in FOLDER/MNIST/raw.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnn.digits.datasets import load_digits

CSV = Path(__file__).resolve().parents[1] / "templates" / "digits.csv"
CLASSES, OF_EACH = range(4), 25
SIDE, DARKEST = 8, 16


def shares(pixels: int, fields: int) -> NDArray[np.float64]:
    """Return which share of each field along a side each pixel covers."""
    edges = np.arange(fields + 1) * pixels / fields
    starts = np.arange(pixels)
    covered = np.minimum(edges[1:, None], starts + 1) - np.maximum(edges[:-1, None], starts)
    return np.asarray(np.maximum(covered, 0) * fields / pixels)


def lines(folder: Path) -> Iterator[str]:
    """Yield the lines of the file, the names of the columns first."""
    yield ",".join([*(f"p{place}" for place in range(SIDE * SIDE)), "digit"])
    pictures = load_digits("mnist", folder).train
    mean, taken = shares(28, SIDE), Counter[int]()
    for picture, label in zip(pictures.images.numpy(), pictures.labels.tolist(), strict=True):
        if label in CLASSES and taken[label] < OF_EACH:
            taken[label] += 1
            small = np.rint(mean @ picture.reshape(28, 28) @ mean.T * DARKEST / 255).astype(int)
            yield ",".join(map(str, [*small.flat, label]))


if __name__ == "__main__":
    CSV.write_text("\n".join(lines(Path(sys.argv[1]))) + "\n", "utf-8")
