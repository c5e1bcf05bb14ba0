"""Spreadsheet engines: each recalculates a workbook from its inputs and hands back the fresh values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgen.errors import EngineError, did_you_mean

if TYPE_CHECKING:
    from sheetgen.engines.base import Engine

NAMES = ("embedded", "libreoffice")


def get(name: str) -> Engine:
    """Return the engine called ``name``. Raises EngineError for an unknown name."""
    if name == "embedded":
        from sheetgen.engines.embedded import Embedded

        return Embedded()
    if name == "libreoffice":
        from sheetgen.engines.libreoffice import LibreOffice

        return LibreOffice()
    hint = did_you_mean(name, NAMES, f"use one of {', '.join(NAMES)}")
    raise EngineError(f"there is no engine called {name!r}: {hint}")
