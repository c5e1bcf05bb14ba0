"""IronCalc, a spreadsheet engine in Rust that knows matrix functions, array formulas, LET and LAMBDA."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sheetgen.engines.base import CellError, Value, require_package
from sheetgen.engines.trials import Cell, Trial
from sheetgen.errors import EngineError

_ABSENT = "IronCalc is not installed: pip install 'sheetgen[audit]'"


def _module() -> Any:
    try:
        import ironcalc
    except ImportError as error:
        raise EngineError(_ABSENT) from error
    return ironcalc


class IronCalcBench:
    """A workbook in IronCalc. Raises EngineError where the engine is absent or cannot load it.

    It calculates the whole workbook each time, without a limit of time.
    """

    def __init__(self, path: Path) -> None:
        self._ironcalc = _module()
        self.version = f"IronCalc {importlib.metadata.version('ironcalc')}"
        require_package(path)
        with _failing_as_engine(path):
            model = self._ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
            self._content: bytes = model.to_bytes()
            self._sheets = {sheet["name"]: index for index, sheet in enumerate(model.get_worksheets_properties())}
        self._path = path

    def tried(self, trials: Sequence[Trial]) -> list[list[Value] | None]:
        """Return what each trial shows, as `Bench.tried` does."""
        with _failing_as_engine(self._path):
            return [self._tried(trial) for trial in trials]

    def _tried(self, trial: Trial) -> list[Value] | None:
        model = self._ironcalc.load_from_bytes(self._content)
        for cell, number in trial.numbers.items():
            model.update_cell_with_number(*self._place(cell), number)
        model.evaluate()
        if any(self._value(model, cell) != number for cell, number in trial.numbers.items()):
            return None
        return [self._value(model, cell) for cell in trial.read]

    def _place(self, cell: Cell) -> Cell | tuple[int, int, int]:
        sheet, row, column = cell
        return self._sheets[sheet], row, column

    def _value(self, model: Any, cell: Cell) -> Value:
        value: Value = model.get_cell_value(*self._place(cell))
        if isinstance(value, str) and model.get_cell_type(*self._place(cell)) == self._ironcalc.CellType.ErrorValue:
            return CellError(value)
        return value


@contextmanager
def _failing_as_engine(path: Path) -> Iterator[None]:
    """Raise EngineError for whatever the engine raises, a panic included; what it prints goes nowhere."""
    try:
        with _silenced():
            yield
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # a panic of Rust is no Exception
        raise EngineError(f"{path}: IronCalc cannot calculate it: {' '.join(str(error).split())}") from error


@contextmanager
def _silenced() -> Iterator[None]:
    """Let what is written past Python to the standard streams, as this engine does, go nowhere."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [(number, os.dup(number)) for number in (1, 2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for number, _ in kept:
            os.dup2(nowhere, number)
        yield
    finally:
        os.close(nowhere)
        for number, copy in kept:
            os.dup2(copy, number)
            os.close(copy)
