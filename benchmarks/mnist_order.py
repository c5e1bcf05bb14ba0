"""Does the order of MNIST's training pictures hold runs of one writer? By statistics of style, without training.

Four traits of each picture are measured: ink in all, slant, height over width, and the darkest tenth's mean (pressure).
From each trait the mean of its digit is taken away, and its standard deviation divided out. If neighbours were of one
writer, the traits of pictures i and i + k would be alike for small k: their correlation is given, with its standard
error under no order, 1/√n. And of random pictures the nearest other one of the same digit, by pixels, would often lie
near in the order: how often it lies within 50 places, and how often it would by chance.

    python benchmarks/mnist_order.py --data-dir data
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnn.digits.idx import MNIST, content_of, parse, raw_folder, stored

Array = NDArray[np.float64]
TRAITS = ("ink", "slant", "height over width", "pressure")
LAGS = (1, 2, 3, 5, 10, 100, 1000)
NEAR, ASKED, BLOCK = 50, 4000, 500


def read(root: Path, which: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return pictures and labels of the training part (0) or the test part (1)."""
    names = list(MNIST)[2 * which : 2 * which + 2]
    images, labels = (parse(content_of(stored(raw_folder(root) / name)), raw_folder(root) / name) for name in names)
    return images, labels


def traits(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Array:
    """Return the traits (n, 4), each with mean 0 and deviation 1 among the pictures of a digit."""
    grey = images.astype(np.float64) / 255
    ink = grey.sum((1, 2))
    y, x = np.mgrid[0:28, 0:28].astype(np.float64)
    cx, cy = (grey * x).sum((1, 2)) / ink, (grey * y).sum((1, 2)) / ink
    dx, dy = x - cx[:, None, None], y - cy[:, None, None]
    slant = (grey * dx * dy).sum((1, 2)) / (grey * dy * dy).sum((1, 2))
    shape = np.sqrt((grey * dy * dy).sum((1, 2)) / np.maximum((grey * dx * dx).sum((1, 2)), 1e-9))
    pressure = np.sort(grey.reshape(len(grey), -1), axis=1)[:, -78:].mean(1)
    found = np.stack([ink, slant, np.log(shape), pressure], -1)
    for digit in range(10):
        rows = labels == digit
        found[rows] = (found[rows] - found[rows].mean(0)) / found[rows].std(0)
    return found


def correlations(found: Array, lag: int) -> Array:
    """Return the correlation of each trait between pictures that lie so many places apart."""
    return np.asarray((found[:-lag] * found[lag:]).mean(0))


def neighbours(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> tuple[float, float]:
    """Return how often the nearest picture of the same digit lies near in the order, and what chance would give."""
    random = np.random.default_rng(1)
    pixels = images.reshape(len(images), -1).astype(np.float32)
    asked = random.choice(len(images), ASKED, replace=False)
    near, chance = 0, 0.0
    for digit in range(10):
        rows = np.flatnonzero(labels == digit)
        these, norms = pixels[rows], (pixels[rows] ** 2).sum(1)
        mine = asked[labels[asked] == digit]
        for part in np.array_split(mine, max(1, len(mine) // BLOCK)):
            distances = norms - 2 * pixels[part] @ these.T
            distances[part[:, None] == rows] = np.inf
            near += int((np.abs(rows[distances.argmin(1)] - part) <= NEAR).sum())
        within = np.abs(rows - mine[:, None]) <= NEAR
        chance += float((within.sum(1) - 1).sum()) / (len(rows) - 1)
    return near / ASKED, chance / ASKED


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", default="data", type=Path)
    root = parser.parse_args().data_dir
    for which, name in enumerate(("training", "test")):
        images, labels = read(root, which)
        found = traits(images, labels)
        print(f"{name}: {len(labels):,} pictures, standard error {len(labels) ** -0.5:.4f}")
        print("  places apart  " + "  ".join(f"{trait:>17}" for trait in TRAITS))
        for lag in LAGS:
            print(f"  {lag:>12}  " + "  ".join(f"{value:>17.3f}" for value in correlations(found, lag)))
        shuffled = np.random.default_rng(2).permutation(len(labels))
        print(f"  {'shuffled, 1':>12}  " + "  ".join(f"{v:>17.3f}" for v in correlations(found[shuffled], 1)))
        halves = [part.mean(0) for part in np.array_split(found, 2)]
        print("  second half minus first  " + "  ".join(f"{b - a:.3f}" for a, b in zip(*halves, strict=True)))
        near, chance = neighbours(images, labels)
        print(f"  nearest of its digit within {NEAR} places: {near:.2%}, by chance {chance:.2%} (n = {ASKED:,})")


if __name__ == "__main__":
    main()
