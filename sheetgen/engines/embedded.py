"""The embedded engine: formualizer, a spreadsheet engine that runs inside this process."""

from __future__ import annotations

import datetime
import importlib.metadata
import math
import time
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sheetgen.engines.base import CellError, Value, require_package
from sheetgen.errors import EngineError
from sheetgen.machine import as_size, free_memory

# formualizer's name of an error -> what a cell shows. Below the seven that Excel has since 2007 are the
# engine's own: a formula it cannot parse, a feature it has not, a circular reference.
_CODES = {
    "Null": "#NULL!",
    "Div": "#DIV/0!",
    "Value": "#VALUE!",
    "Ref": "#REF!",
    "Name": "#NAME?",
    "Num": "#NUM!",
    "Na": "#N/A",
    "Error": "#ERROR!",
    "NImpl": "#N/IMPL!",
    "Circ": "#CIRC!",
    "Spill": "#SPILL!",
    "Calc": "#CALC!",
}

_LOAD_LIMITS = dict.fromkeys(("max_input_bytes", "max_expanded_bytes", "max_part_bytes"), 2**40)
"""How large a file and its parts may be: as memory allows. The engine's own limit refuses a sheet of 145,600 rows."""

_MEMORY_A_BYTE = 5
"""The bytes of memory for each byte of the parts, as they are without compression: 3.2 to 7.2 in workbooks of ours."""
_SHARE = 0.75
"""The share of free memory that the engine may take, so that the values can be compared too."""


def _module() -> Any:
    try:
        import formualizer
    except ImportError as error:
        raise EngineError(
            "the embedded engine needs formualizer: pip install formualizer, or use --engine libreoffice"
        ) from error
    return formualizer


@cache
def _version() -> str:
    return importlib.metadata.version("formualizer")


@dataclass(frozen=True, slots=True)
class Given:
    """Values of some rows of a sheet, the first of which has this number, from column A on."""

    sheet: str
    first: int
    rows: list[list[Value]]


class Embedded:
    """Calculates workbooks with formualizer."""

    name = "embedded"

    @property
    def version(self) -> str:
        """Product and version. Raises EngineError when formualizer is not installed."""
        _module()
        return f"formualizer {_version()}"

    def fits(self, path: Path) -> bool:
        """Whether the memory that is free suffices to calculate a workbook, and to compare its values.

        Raises EngineError for what is no workbook.
        """
        require_package(path)
        free = free_memory()
        return free is None or _memory_for(path) <= _SHARE * free

    def recalculate(self, path: Path, timeout: float, given: Iterable[Given] | None = None) -> EmbeddedRecalculation:
        """Load and evaluate every formula of ``path``; ``given`` are values that are put into its cells before.

        The time limit holds for the evaluation; loading is not interrupted, but counted.
        Raises EngineError as ``Engine.recalculate`` says.
        """
        module = _module()
        require_package(path)
        _require_memory(path)
        start = time.monotonic()
        try:
            workbook = _load(module, path, timeout, takes_values=given is not None)
            for values in given or ():
                _put(module, workbook, values)
        except Exception as error:
            raise EngineError(f"{path}: the embedded engine cannot load it: {_one_line(error)}") from error
        left = timeout - (time.monotonic() - start)
        try:
            if left > 0:
                workbook.evaluate_all()
        except Exception as error:
            if "deadline" not in str(error):
                raise EngineError(f"{path}: the embedded engine cannot calculate it: {_one_line(error)}") from error
            left = 0.0
        if left <= 0:
            raise EngineError(f"{path}: the embedded engine took longer than {timeout:g} s: allow more time")
        return EmbeddedRecalculation(module, workbook)


def _require_memory(path: Path) -> None:
    """Raise EngineError where a workbook needs more memory than is free, before the engine begins."""
    size, free = _memory_for(path), free_memory()
    if free is not None and size > free:
        need = f"about {as_size(size)} of memory, and {as_size(free)} are free"
        remedy = "close other programs, use a larger machine, or try --engine libreoffice"
        raise EngineError(f"{path}: the embedded engine needs {need}", remedy)


def _memory_for(path: Path) -> int:
    """Return about how many bytes of memory a workbook needs."""
    with zipfile.ZipFile(path) as archive:
        return _MEMORY_A_BYTE * sum(part.file_size for part in archive.infolist())


def _load(module: Any, path: Path, timeout: float, takes_values: bool) -> Any:
    """Load the workbook, its evaluation limited to ``timeout`` seconds and its dates as serial numbers.

    One that takes values gets them in a hundredth of the time, for nothing can be undone there; but it cannot be loaded
    with a formula that the engine does not read, which otherwise has an error for its value.
    """
    limits = module.EvaluationConfig()
    limits.max_eval_time_ms = max(1, math.ceil(timeout * 1000))
    limits.enable_parallel = False  # the same bits for less work: most cells wait for the row above theirs
    lasting = {"mode": module.WorkbookMode.Ephemeral, "enable_changelog": False} if takes_values else {}
    config = module.WorkbookConfig(eval_config=limits, **lasting)
    workbook = module.Workbook.from_path(str(path), config=config, load_limits=_LOAD_LIMITS)
    workbook.set_temporal_egress("serial")
    return workbook


def _put(module: Any, workbook: Any, given: Given) -> None:
    """Put values into cells of a loaded workbook."""
    literal, error = module.LiteralValue, {code: kind for kind, code in _CODES.items()}

    def of(value: Value) -> Any:
        if isinstance(value, bool):
            return literal.boolean(value)
        if isinstance(value, CellError):
            return literal.error(error.get(value.code, "Value"), None)
        return (
            literal.empty()
            if value is None
            else literal.text(value)
            if isinstance(value, str)
            else literal.number(value)
        )

    rows = [list(map(literal.number if set(map(type, row)) == {float} else of, row)) for row in given.rows]
    workbook.sheet(given.sheet).set_values_batch(given.first, 1, len(rows), len(rows[0]), rows)


class EmbeddedRecalculation:
    """The evaluated workbook; values are fetched from the engine as they are asked for."""

    exact = True

    def __init__(self, module: Any, workbook: Any) -> None:
        self._module, self._workbook = module, workbook
        self.sheet_names: tuple[str, ...] = tuple(workbook.sheet_names)

    def grid(self, sheet: str, rows: int, columns: int, first: int = 1) -> list[list[Value]]:
        """Return the values of A1..(rows, columns) as `Recalculation.grid` does. Raises EngineError as it does."""
        if sheet not in self.sheet_names:
            raise EngineError(f"the workbook has no sheet {sheet!r}")
        area = self._module.RangeAddress(sheet, first, 1, rows, columns)
        values: list[list[Any]] = self._workbook.sheet(sheet).get_values(area)
        return [[raw if type(raw) is float else _value(raw) for raw in row] for row in values]

    def value(self, cell: tuple[str, int, int]) -> Value:
        """Return what a cell shows, given by its sheet, row and column."""
        return _value(self._workbook.get_value(*cell))

    @contextmanager
    def changed(self, numbers: Mapping[tuple[str, int, int], float]) -> Iterator[None]:
        """Let cells, given by sheet, row and column, hold numbers meanwhile, whatever stands there.

        What depended on them is calculated when the next cells are changed, not at the end.
        """
        done = 0
        try:
            for cell, number in numbers.items():
                self._workbook.set_value(*cell, number)
                done += 1
            self._workbook.evaluate_all()
            yield
        finally:
            for _ in range(done):
                self._workbook.undo()


def _value(raw: Any) -> Value:
    if raw is None or isinstance(raw, bool | str):
        return raw
    if isinstance(raw, dict):
        kind = str(raw.get("kind"))
        return CellError(_CODES.get(kind, f"#{kind.upper()}!"))
    if isinstance(raw, int | float):
        return float(raw)
    if isinstance(raw, datetime.timedelta):  # [h]:mm, which serial numbers leave as it is
        return raw / datetime.timedelta(days=1)
    raise EngineError(f"the embedded engine answered with a {type(raw).__name__}, which no cell can hold")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
