"""Batches whose rows meet, for the second opinion: numbers of a whole batch, and the gradient that runs through them.

A network is read as it is typed, each quantity an array [batch, row]. The gradient is that of the losses of all rows
of a batch together, by one sweep back over everything: through a number of the whole batch by complex steps, one for
each row whose quantity is moved, so that nothing is known here of the derivative of a variance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from sheetgen.proof.reference import Array, Reference
from sheetgen.proof.reference_calls import Call
from sheetgen.proof.reference_functions import OVER_BATCH
from sheetgen.proof.reference_slopes import STEP


class BatchReference(Reference):
    """A network whose rows meet, read from its equations' texts.

    ``over_batch`` are the numbers of the whole batch that there are, such as ``batch_mean(z)``; a batch has ``rows``
    rows. What is given, and what is returned, has a number for every row, of whole batches one behind another.
    """

    def __init__(self, equations: Mapping[str, str], loss: str, over_batch: Iterable[str], rows: int) -> None:
        # A name that is called like a function is a number; the function itself is called with a _ before it.
        super().__init__({**equations, **{name: f"_{name}" for name in over_batch}}, loss)
        self._rows = rows

    def values(self, given: Mapping[str, Array | float]) -> dict[str, Array]:
        """Return the value of every equation and of every number of a whole batch, in every row."""
        found = super().values(self._by_batch(given))
        return {name: np.ravel(value) for name, value in found.items()}

    def derivatives(self, given: Mapping[str, Array | float], names: Sequence[str]) -> dict[str, Array]:
        """Return how the losses of a batch together move with what a row has of each name."""
        found = super().derivatives(self._by_batch(given), names)
        return {name: np.ravel(value) for name, value in found.items()}

    def _by_batch(self, given: Mapping[str, Array | float]) -> dict[str, Array | float]:
        shape = np.broadcast_shapes(*(np.shape(value) for value in given.values()))
        return {name: np.broadcast_to(value, shape).reshape(-1, self._rows) for name, value in given.items()}

    def _passed(self, call: Call, gain: Any, operands: Sequence[Any], index: int) -> Any:
        function = OVER_BATCH.get(call.function.removeprefix("_"))
        if function is None:
            return super()._passed(call, gain, operands, index)
        numbers = operands[index].astype(complex)
        passed = np.empty(numbers.shape)
        for row in range(self._rows):
            moved = numbers.copy()
            moved[:, row] += 1j * STEP
            passed[:, row] = np.sum(gain * np.imag(function(moved)) / STEP, axis=1)
        return passed
