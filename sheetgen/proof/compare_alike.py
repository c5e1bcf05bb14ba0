"""Rows of a table that are spelled alike, all at once: which of them are to the last bit what they must be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from sheetgen.engines.base import Value
from sheetgen.page.page import Column, Table
from sheetgen.proof.expected import TableRow
from sheetgen.xlsx.alike_rows import AlikeRows
from sheetgen.xlsx.cells import FileCell

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


def rows_that_agree(rows: AlikeRows, expected: Sequence[TableRow], recalculated: Sequence[list[Value]]) -> list[bool]:
    """Say of each row whether the file, the network and the engine give the same numbers, to the last bit.

    What the engine gives has as many columns as the file, or more.
    """
    count, width = rows.values.shape
    fresh = _numbers(recalculated, width)
    if fresh is None:
        return [False] * count
    same = (fresh == np.array(expected)) & (fresh == rows.values)
    agree: list[bool] = same.all(axis=1).tolist()
    return agree


def _numbers(rows: Sequence[list[Value]], width: int) -> NDArray[np.float64] | None:
    """Return values as an array, or None where any is no number."""
    values = list(chain.from_iterable(row[:width] for row in rows))
    if set(map(type, values)) != {float}:
        return None
    return np.array(values).reshape(len(rows), width)
