"""Picking on Explorer and Gradient check as a person does, and reading what these sheets show."""

from __future__ import annotations

import itertools
from pathlib import Path

from faults import change_cell, number, text

from sheetgen.engines.base import Recalculation, Value
from sheetgen.sheet_names import EXPLORER, GRADIENT_CHECK
from sheetgen.sheets.picks import PickCell

EXPLORED, CHECKED = (200, 60), (60, 11)
"""The rows and columns of the two sheets that are looked at."""


def pick(source: Path, target: Path, cell: PickCell, value: str | float) -> Path:
    """Copy a workbook in which something else is picked; nothing is recalculated."""
    return change_cell(source, target, cell.sheet, cell.cell, text(value) if isinstance(value, str) else number(value))


def boxes(values: Recalculation) -> dict[str, tuple[Value, Value]]:
    """Return for each neuron of the Explorer's drawing its value and its derivative."""
    grid = values.grid(EXPLORER, *EXPLORED)
    neurons: dict[str, tuple[Value, Value]] = {}
    for row, below, slope in zip(grid[7:], grid[8:], grid[9:], strict=False):
        for column, name in enumerate(row[:40]):
            if isinstance(name, str) and isinstance(below[column], float) and column:
                neurons.setdefault(name, (below[column], slope[column]))
    return neurons


def weights(values: Recalculation) -> dict[str, tuple[Value, Value]]:
    """Return for each weight of the Explorer's drawing its value and its derivative; ``w1·i1`` is w1."""
    by_name = {}
    for row in values.grid(EXPLORER, *EXPLORED)[7:]:
        for column, name in enumerate(row[:40]):
            if isinstance(name, str) and "·" in name and isinstance(row[column + 1], float):
                by_name[name.partition("·")[0]] = (row[column + 1], row[column + 2])
    return by_name


def checked(values: Recalculation) -> dict[str, list[Value]]:
    """Return the lines of Gradient check: value, gradient, central difference, off, relative, allowed, verdict.

    There are two: of the picked parameter, by its name, and of ``all at once``.
    """
    grid = values.grid(GRADIENT_CHECK, *CHECKED)
    return {str(row[0]): row[1:8] for row in grid if row[7] in ("OK", "OK at a kink", "CHECK")}


def parameters(values: Recalculation) -> dict[str, tuple[Value, Value]]:
    """Return the value and the gradient of every parameter that Gradient check lists."""
    grid = values.grid(GRADIENT_CHECK, *CHECKED)
    first = next(index for index, row in enumerate(grid) if row[0] == "All parameters at this step")
    listed = itertools.takewhile(lambda row: row[0], grid[first + 2 :])
    return {str(row[0]): (row[1], row[2]) for row in listed}


def verdict(values: Recalculation) -> tuple[Value, Value]:
    """Return the verdict on the picked parameter, and that on all."""
    grid = values.grid(GRADIENT_CHECK, *CHECKED)
    return grid[6][6], grid[8][1]
