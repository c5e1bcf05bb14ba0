"""Controls that lie over a sheet: two arrows that count the number of a cell up and down."""

from __future__ import annotations

from dataclasses import dataclass

from sheetgen.page.shapes import Spot

MOST_COUNTED = 30_000
"""The largest number that a spinner of Excel counts to; a larger one can still be typed."""


@dataclass(frozen=True)
class Spinner:
    """Two arrows between two places, above left and below right, that count the number of a cell from 0 to a last."""

    cell: str
    last: int
    start: Spot
    end: Spot

    @property
    def most(self) -> int:
        """The largest number that it counts to."""
        return min(self.last, MOST_COUNTED)
