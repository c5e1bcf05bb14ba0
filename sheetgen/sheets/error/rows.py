"""The rows of the Error sheet's table, as another process yields them: without NumPy, which it need not load."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import islice

from sheetgen.network.trace import Trace


def kept_rows(columns: Sequence[array[float]]) -> Iterator[tuple[float, ...]]:
    """Yield, for each iteration, its number and that of each column."""
    for iteration, numbers in enumerate(zip(*columns, strict=True)):
        yield (float(iteration), *numbers)


def trained_rows(trace: Trace, places: Sequence[tuple[int, int]]) -> Iterator[tuple[float, ...]]:
    """Yield, for each iteration, some columns, each of a variant, in the last row of its batch."""
    batch = trace.study.batch
    for iteration, rows in enumerate(islice(trace.rows(), batch - 1, None, batch)):
        yield (float(iteration), *(rows[variant][place] for variant, place in places))
