"""A table of the verdicts on several files."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

from sheetgen.audit.outcome import Report
from sheetgen.audit.report.sentences import in_short
from sheetgen.audit.report.text import VERDICT_COLOURS, WIDTH, dressed


class Table:
    """A table of verdicts, a line a file, for files that are audited one after another."""

    def __init__(self, paths: Sequence[Path], width: int = WIDTH, colour: bool = False) -> None:
        names = [path.name for path in paths]
        self._names = {path: path.name if names.count(path.name) == 1 else str(path) for path in paths}
        self._longest = min(max(map(len, self._names.values()), default=0), max(width // 2, 20))
        self._width, self._colour = width, colour

    def line(self, report: Report) -> str:
        """Return the line of a file."""
        name = self._names[report.path]
        if len(name) > self._longest:
            name = f"…{name[len(name) - self._longest + 1 :]}"
        verdict = f"{report.verdict:<14}"
        if self._colour:
            verdict = dressed(verdict, VERDICT_COLOURS[report.verdict])
        room = max(self._width - self._longest - 18, 20)
        words = textwrap.shorten(in_short(report), room, placeholder=" …")
        return f"{name:<{self._longest}}  {verdict}  {words}".rstrip()
