"""Trials with a workbook: numbers put into some of its cells for a while, and what other cells show then.

The workbook is calculated anew by a real engine each time; the file stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sheetgen.engines.base import Value

Cell = tuple[str, int, int]
"""A sheet, and a row and a column, counted from 1."""


@dataclass(frozen=True)
class Trial:
    """Numbers to put into cells, whatever stands there, and the cells to look at then."""

    read: tuple[Cell, ...]
    numbers: Mapping[Cell, float] = field(default_factory=dict)


class Bench(Protocol):
    """A workbook in the hands of an engine."""

    @property
    def version(self) -> str:
        """Product and version of the engine."""
        ...

    def tried(self, trials: Sequence[Trial]) -> list[list[Value] | None]:
        """Return what each trial shows in its cells; None where the numbers could not be put in.

        No trial is seen by another. Raises EngineError where the engine fails or runs out of time.
        """
        ...
