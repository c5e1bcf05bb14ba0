"""What a verification says of a file, in one word."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from sheetgen import SheetgenError, verify


class Verdict(StrEnum):
    """What a person learns: the file passes without a reserve, or not."""

    PASSES = "passes"
    RESERVED = "agrees, with a reserve"
    DIFFERENT = "different"
    REFUSED = "refused"


def judged(path: Path) -> tuple[Verdict, str]:
    """Return the verdict on a file, and the line that says it."""
    try:
        report = verify(path)
    except SheetgenError as problem:
        return Verdict.REFUSED, str(problem)
    line = next(iter(report.lines()))
    if not report.ok:
        return Verdict.DIFFERENT, line
    return Verdict.PASSES if line.startswith("OK: all") else Verdict.RESERVED, line
