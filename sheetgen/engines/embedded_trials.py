"""Trials with a workbook in the embedded engine, which calculates only what depends on a changed cell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sheetgen.engines.base import Value
from sheetgen.engines.embedded import Embedded
from sheetgen.engines.trials import Trial
from sheetgen.errors import EngineError


class EmbeddedBench:
    """A workbook in the embedded engine. Raises EngineError where the engine is absent or cannot load it."""

    def __init__(self, path: Path, timeout: float) -> None:
        self.version = Embedded().version
        self._path = path
        self._calculated = Embedded().recalculate(path, timeout)

    def tried(self, trials: Sequence[Trial]) -> list[list[Value] | None]:
        """Return what each trial shows, as `Bench.tried` does."""
        try:
            return [self._tried(trial) for trial in trials]
        except Exception as error:
            raise EngineError(f"{self._path}: the embedded engine cannot calculate it anew: {error}") from error

    def _tried(self, trial: Trial) -> list[Value] | None:
        with self._calculated.changed(trial.numbers):
            if any(self._calculated.value(cell) != number for cell, number in trial.numbers.items()):
                return None
            return [self._calculated.value(cell) for cell in trial.read]
