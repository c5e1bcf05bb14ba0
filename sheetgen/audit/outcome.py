"""What came of auditing a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from sheetgen.audit.finding import Finding, Weight


class Conclusion(StrEnum):
    """What is said of a workbook in a word."""

    RIGHT = "right"
    WRONG = "wrong"
    NOT_UNDERSTOOD = "not understood"


EXIT_CODES = {Conclusion.RIGHT: 0, Conclusion.WRONG: 1, Conclusion.NOT_UNDERSTOOD: 2}


@dataclass(frozen=True)
class Tally:
    """How many claims of a kind were judged how; ``follow`` are wrong only because of another cell."""

    right: int = 0
    wrong: int = 0
    follow: int = 0
    unknown: int = 0

    @property
    def all(self) -> int:
        """The number of claims."""
        return self.right + self.wrong + self.follow + self.unknown


NO_CLAIMS = Tally()


@dataclass(frozen=True)
class Repeated:
    """Rows of a sheet that repeat others, with the number of their formulas: these were not judged one by one."""

    sheet: str
    first: int
    last: int
    formulas: int


@dataclass(frozen=True)
class Report:
    """The audit of a workbook. The findings go from cause to consequence.

    ``seen`` are sentences on what was looked for and what was found. ``unread`` are the formula cells that were taken
    as constants, by their names such as ``Sheet 1!S3``, each with the reason. ``confirmed_by`` is the engine that was
    asked for a second opinion, "" where none was; ``measured`` is the number of gradients that it measured, and
    ``remarks`` are sentences on what else it found. ``repeated`` are rows of a very large workbook that only repeat
    others; ``formulas`` counts theirs, too. ``error`` says why nothing could be audited at all.
    """

    path: Path
    verdict: Conclusion
    findings: tuple[Finding, ...] = ()
    gradients: Tally = NO_CLAIMS
    updates: Tally = NO_CLAIMS
    seen: tuple[str, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    confirmed_by: str = ""
    measured: int = 0
    remarks: tuple[str, ...] = ()
    formulas: int = 0
    repeated: tuple[Repeated, ...] = ()
    seconds: float = 0.0
    error: str = ""

    @property
    def exit_code(self) -> int:
        """0 right, 1 wrong, 2 not understood."""
        return EXIT_CODES[self.verdict]

    @property
    def wrong(self) -> list[Finding]:
        """The findings that make the workbook wrong."""
        return [finding for finding in self.findings if finding.weight == Weight.WRONG]

    @property
    def notices(self) -> list[Finding]:
        """The findings that a person should know of, and that make no gradient wrong."""
        return [finding for finding in self.findings if finding.weight == Weight.NOTICE]


def failed(path: Path, reason: str) -> Report:
    """Return the report on a workbook that could not be audited."""
    return Report(path, Conclusion.NOT_UNDERSTOOD, error=reason)
