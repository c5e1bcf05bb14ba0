"""The order in which the samples of a batch training are trained on, drawn by a seed."""

from __future__ import annotations

import random


def drawn_order(seed: int, count: int) -> tuple[int, ...]:
    """Return the numbers 1 to ``count`` in an order drawn by a seed, the same with every version of Python."""
    generator = random.Random(seed)
    # Only random() is promised to repeat its numbers from one version to the next; shuffle() is not.
    keys = [generator.random() for _ in range(count)]
    return tuple(sorted(range(1, count + 1), key=lambda sample: keys[sample - 1]))
