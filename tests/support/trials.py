"""Changed and counterfeit workbooks tried one by one, in processes of their own."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from counterfeit.judged import Verdict, judged
from counterfeit.kinds import DIFFERENT, made, pairs
from counterfeit.workbook import AbsentError, Workbook
from random_changes import ONLY_SHOWN, change


@dataclass(frozen=True)
class Trial:
    """What was tried on which template, the verdict and its line, and the seconds of a processor that it took.

    ``reason`` is why it may pass, where there is a reason.
    """

    what: str
    template: str
    verdict: Verdict
    line: str
    seconds: float
    reason: str | None = None

    @property
    def found(self) -> bool:
        return self.verdict in (Verdict.DIFFERENT, Verdict.REFUSED)

    @property
    def told(self) -> bool:
        """Whether a person learns of an ordinary change."""
        return self.found or (self.what == ONLY_SHOWN and self.verdict == Verdict.RESERVED)

    @property
    def wrong(self) -> bool:
        """Whether a counterfeit was not judged as one of its kind has to be."""
        return self.verdict == Verdict.PASSES or (self.what in DIFFERENT and self.verdict != Verdict.DIFFERENT)


def _tried(path: Path, make: Callable[[Workbook], tuple[str, Workbook, str | None]]) -> Trial:
    start = time.process_time()
    what, book, reason = make(Workbook.read(path))
    with tempfile.TemporaryDirectory() as folder:
        verdict, line = judged(book.write(Path(folder) / "w.xlsx"))
    return Trial(what, path.stem, verdict, line, time.process_time() - start, reason)


def try_change(task: tuple[Path, int]) -> Trial:
    """Make one ordinary change, drawn by a seed."""
    path, seed = task
    return _tried(path, lambda book: change(book, seed))


def try_kind(task: tuple[Path, str]) -> Trial | None:
    """Make a counterfeit of one kind; return None where a workbook has not what is changed, as a drawing's shadow."""
    path, kind = task
    rng = random.Random(f"{path.stem} {kind}")
    try:
        return _tried(path, lambda book: (kind, made(book, (kind,), rng), None))
    except AbsentError:
        return None


def try_pair(task: tuple[Path, int]) -> Trial:
    """Make a counterfeit of two kinds, drawn by a seed."""
    path, seed = task

    def make(book: Workbook) -> tuple[str, Workbook, str | None]:
        names, pair = next(pairs(book, random.Random(seed), 1))
        return " and ".join(names), pair, None

    return _tried(path, make)
