"""What the proof of a live network found, and how it is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class LiveDifference:
    """A number that is not what it must be: in which picture and cell, what was expected, what was found, and where."""

    picture: str
    cell: str
    expected: float | str
    found: float | str | None
    where: str


@dataclass(frozen=True)
class LiveReport:
    """What was compared: pictures, numbers, and the largest difference of a score that agreed; the differences.

    ``torch`` says whether torch was there to be compared with.
    """

    engine: str
    pictures: int
    numbers: int
    largest: float
    torch: bool
    differences: tuple[LiveDifference, ...]

    @property
    def ok(self) -> bool:
        """Whether all agreed."""
        return not self.differences


def report_lines(path: Path, report: LiveReport) -> Iterator[str]:
    """Yield the report as lines of text: the verdict first, then the first differences."""
    against = "NumPy and torch" if report.torch else "NumPy (torch is not installed)"
    compared = f"{report.numbers:,} numbers of {report.pictures} pictures"
    if report.ok:
        yield f"OK: {compared} agree with {against}, computed from the weights in the cells ({report.engine})"
        yield f"largest difference: {report.largest:.2g}"
        return
    cells = len({(difference.picture, difference.cell) for difference in report.differences})
    yield f"DIFFERENT: {cells:,} of {compared} do not agree with {against} ({report.engine})"
    for one in report.differences[:10]:
        yield f"  {path}: {one.cell}, {one.picture}: {one.where} has {_told(one.found)}, expected {_told(one.expected)}"


def _told(value: float | str | None) -> str:
    """Return a value as the report has it."""
    return f"{value:.15g}" if isinstance(value, float | int) else "nothing" if value is None else repr(value)
