"""The rows of a training as arrays, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sheetgen.network.array_values import Array
from sheetgen.network.trace import Trace


@dataclass(frozen=True)
class Batches:
    """Some successive batches, ``values[batch, row, quantity]``; ``first`` is the first of their rows, from 0.

    ``before`` is the one batch before them, none where the training begins.
    """

    first: int
    values: Array
    before: Array

    @property
    def rows(self) -> Array:
        """The rows of all batches, one below another."""
        return self.values.reshape(-1, self.values.shape[-1])


def batches(trace: Trace, variant: int, numbers: int = 400_000) -> Iterator[Batches]:
    """Yield the batches of a variant, about so many numbers at a time. Raises NumberError as the trace does."""
    study = trace.study
    batch, width = study.batch, len(study.graphs[variant].names)
    first, before = 0, np.empty((0, batch, width))
    pending: list[Array] = []
    for chunk in trace.chunks([variant]):
        pending.append(np.array(chunk.rows[0]))
        whole = sum(map(len, pending)) // batch * batch
        if whole and (whole * width >= numbers or first + whole == study.rows):
            rows = np.concatenate(pending)
            values = rows[:whole].reshape(-1, batch, width)
            yield Batches(first, values, before)
            first, before, pending = first + whole, values[-1:].copy(), [rows[whole:].copy()]
