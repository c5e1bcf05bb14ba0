"""What every spreadsheet engine does: it calculates a workbook anew and hands back the values."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sheetgen.errors import EngineError

_EXCEL_CODES = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})


@dataclass(frozen=True, slots=True)
class CellError:
    """An error shown by a cell; ``code`` is spelled as Excel does (``#NUM!``) where Excel knows it."""

    code: str

    @property
    def unsupported(self) -> bool:
        """Whether the engine may be at fault: a function or name it does not know, a formula it cannot read.

        True for ``#NAME?`` and for every code that Excel 2007 does not have. The code travels to the
        cells that depend on the first one.
        """
        return self.code == "#NAME?" or self.code not in _EXCEL_CODES

    def __str__(self) -> str:
        return self.code


Value = float | str | bool | CellError | None


def error_as_code(value: Value) -> float | str | bool | None:
    """Return a value as texts and JSON have it: an error becomes its code."""
    return value.code if isinstance(value, CellError) else value


class Recalculation(Protocol):
    """The values of one workbook after it was calculated anew; cached values play no part."""

    @property
    def sheet_names(self) -> tuple[str, ...]:
        """The worksheets, in the order of their tabs."""
        ...

    @property
    def exact(self) -> bool:
        """Whether numbers are the engine's own doubles (False: they came as about 15 digits)."""
        ...

    def grid(self, sheet: str, rows: int, columns: int, first: int = 1) -> list[list[Value]]:
        """Return the values of A1..(rows, columns), row by row, those from row ``first`` on; an empty cell is None.

        Raises EngineError when there is no such sheet.
        """
        ...


class Engine(Protocol):
    """Something that can calculate a workbook."""

    @property
    def name(self) -> str:
        """The name that ``get`` takes."""
        ...

    @property
    def version(self) -> str:
        """Product and version, such as ``formualizer 0.13.0``. Raises EngineError when absent."""
        ...

    def recalculate(self, path: Path, timeout: float) -> Recalculation:
        """Calculate the workbook at ``path`` anew within ``timeout`` seconds; the file is not changed.

        Raises EngineError when the engine is absent, fails or runs out of time, or cannot load the file.
        """
        ...


def require_package(path: Path) -> None:
    """Raise EngineError unless ``path`` is a readable zip that is an Open Packaging package, as every .xlsx is."""
    if not path.is_file():
        raise EngineError(f"{path}: there is no such file")
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError) as error:
        raise EngineError(f"{path}: not an .xlsx file, or a truncated one ({error}): save it again") from error
    if "[Content_Types].xml" not in names:
        raise EngineError(f"{path}: a zip file, but no workbook: save it as .xlsx")
