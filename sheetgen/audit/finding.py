"""A finding: what is wrong, where, and what would be right there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sheetgen.audit.book import Area, Place
from sheetgen.engines.base import Value


class Weight(StrEnum):
    """How heavy a finding is: a wrong workbook, or something that a person should know."""

    WRONG = "wrong"
    NOTICE = "notice"


@dataclass(frozen=True)
class Finding:
    """One cause. ``kind`` is its key in ``--json``; ``words`` one or two sentences for a person, without the place.

    ``areas`` are all cells that have it, ``first`` the first of them. ``formula`` and ``value`` are what stands there,
    ``right_formula`` and ``right_value`` what would be right. ``follow`` counts the cells that are wrong only because
    of it. ``confirmed`` says who else finds the right value, "" where nobody was asked.
    """

    kind: str
    weight: Weight
    words: str
    first: Place
    areas: tuple[Area, ...]
    label: str = ""
    formula: str | None = None
    value: Value = None
    right_formula: str | None = None
    right_value: Value = None
    follow: int = 0
    confirmed: str = ""

    @property
    def cells(self) -> int:
        """The number of cells that have it."""
        return sum(area.shape[0] * area.shape[1] for area in self.areas)
