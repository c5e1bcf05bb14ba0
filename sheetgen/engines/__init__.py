"""Spreadsheet engines: each recalculates a workbook from its inputs and hands back the fresh values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgen.errors import EngineError, did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

    from sheetgen.engines.base import Engine
    from sheetgen.engines.trials import Bench

NAMES = ("embedded", "libreoffice")


def get(name: str) -> Engine:
    """Return the engine called ``name``. Raises EngineError for an unknown name."""
    if name == "embedded":
        from sheetgen.engines.embedded import Embedded

        return Embedded()
    if name == "libreoffice":
        from sheetgen.engines.libreoffice import LibreOffice

        return LibreOffice()
    raise _unknown(name)


def trial_bench(name: str, path: Path, timeout: float) -> Bench:
    """Return a workbook in the hands of the engine called ``name``, for trials. Raises EngineError for an unknown name,
    and where the engine is absent or cannot load the workbook.
    """
    if name == "embedded":
        from sheetgen.engines.embedded_trials import EmbeddedBench

        return EmbeddedBench(path, timeout)
    if name == "libreoffice":
        from sheetgen.engines.office_trials import OfficeBench

        return OfficeBench(path, timeout)
    raise _unknown(name)


def _unknown(name: str) -> EngineError:
    hint = did_you_mean(name, NAMES, f"use one of {', '.join(NAMES)}")
    return EngineError(f"there is no engine called {name!r}: {hint}")
