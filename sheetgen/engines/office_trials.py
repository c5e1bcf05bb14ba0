"""Trials with a workbook in LibreOffice, all of them in one run of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from sheetgen.engines.base import CellError, Value
from sheetgen.engines.libreoffice import LibreOffice
from sheetgen.engines.office_run import office_run
from sheetgen.engines.soffice import find_soffice, require_uno_python
from sheetgen.engines.trials import Trial


class OfficeBench:
    """A workbook for LibreOffice. Raises EngineError where that is absent, or no Python can import uno."""

    def __init__(self, path: Path, timeout: float) -> None:
        self._soffice = find_soffice()
        self._python = require_uno_python(self._soffice)
        self.version = LibreOffice().version
        self._path, self._timeout = path, timeout

    def tried(self, trials: Sequence[Trial]) -> list[list[Value] | None]:
        """Return what each trial shows, as `Bench.tried` does."""
        wanted = [
            {"numbers": [[*cell, n] for cell, n in trial.numbers.items()], "read": trial.read} for trial in trials
        ]
        with office_run(self._soffice, self._path) as run:
            (run.folder / "trials.json").write_text(json.dumps(wanted), encoding="utf-8")
            run.script("uno_trials.py", self._python, self._timeout)
            shown = json.loads((run.folder / "shown.json").read_text(encoding="utf-8"))
        return [None if values is None else [_value(value) for value in values] for values in shown]


def _value(value: float | str | dict[str, str] | None) -> Value:
    return CellError(value["error"]) if isinstance(value, dict) else value
