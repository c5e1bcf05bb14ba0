"""Rows of a table that are spelled alike, all at once: which of them are what they must be, and how far off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from sheetgen.engines.base import Value
from sheetgen.network.tolerance import Tolerance
from sheetgen.page.page import Column, Table
from sheetgen.proof.agreement import apart
from sheetgen.proof.expected import TableRow
from sheetgen.xlsx.alike_rows import AlikeRows
from sheetgen.xlsx.cells import FileCell

SMALLEST_NUMBER = 5e-324

SharedAgrees = Callable[[FileCell, Column, int], bool]
"""Says whether a cell's shared formula is its column's, given the number of its row."""


def holds_the_formulas(rows: AlikeRows, table: Table, shared_agrees: SharedAgrees) -> bool:
    """Whether rows lie in a table, like one below its first, and hold its formulas in every column and nothing else."""
    if [cell.column for cell in rows.like] != list(range(1, len(table.columns) + 1)):
        return False
    if rows.like[0].row <= table.first_row or rows.first + len(rows.values) - 1 > table.last_row:
        return False
    for cell, formula, column in zip(rows.like, rows.formulas, table.columns, strict=True):
        same = formula == column.rest if cell.shared is None else shared_agrees(cell, column, cell.row)
        if not same or cell.fills is not None:
            return False
    return True


@dataclass(frozen=True)
class Agreement:
    """Which rows agree, and the largest deviation, absolute and relative, of the engine from the network in those."""

    rows: Sequence[bool]
    absolute: float = 0.0
    relative: float = 0.0


def agreement(
    rows: AlikeRows,
    expected: Sequence[TableRow],
    recalculated: Sequence[list[Value]],
    tolerance: Tolerance,
) -> Agreement:
    """Say of each row whether the file, the network and the engine give the same numbers.

    Within the relative tolerance, that is. A row in which a number is further off may still be right: the error bound
    of that number tells. What the engine gives has as many columns as the file, or more.
    """
    count, width = rows.values.shape
    fresh = _numbers(recalculated, width)
    if fresh is None:
        return Agreement([False] * count)
    ours = np.array(expected)
    off = apart(fresh, ours, tolerance) | apart(rows.values, fresh, tolerance)
    agree: NDArray[np.bool_] = np.logical_not(off.any(axis=1))
    distance, size = np.abs(fresh - ours)[agree], np.maximum(np.abs(fresh), np.abs(ours))[agree]
    relative = distance / np.maximum(size, SMALLEST_NUMBER)
    return Agreement(agree.tolist(), float(distance.max(initial=0.0)), float(relative.max(initial=0.0)))


def _numbers(rows: Sequence[list[Value]], width: int) -> NDArray[np.float64] | None:
    """Return values as an array, or None where any is no number."""
    values = list(chain.from_iterable(row[:width] for row in rows))
    if set(map(type, values)) != {float}:
        return None
    return np.array(values).reshape(len(rows), width)
