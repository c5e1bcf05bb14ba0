"""What was found of what a sheet shows besides its cells, and how that is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from sheetgen.page.page import Page
from sheetgen.proof.report import Difference, Kind


@dataclass
class ShownOutcome:
    """What was found of a sheet: differences, and sentences about what is shown and not proven."""

    differences: list[Difference] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)


def differ(page: Page, cell: str, kind: Kind, expected: str, found: str) -> Difference:
    """Return a difference in what a page shows."""
    return Difference(page.name, cell, kind, expected, found)


def counted(what: str, count: int) -> str:
    """Say something, and of how many, where there is more than one."""
    return what if count == 1 else f"{what} ({count} of them)"


def some(names: list[str]) -> str:
    """Name the first few of some, and how many more there are."""
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
