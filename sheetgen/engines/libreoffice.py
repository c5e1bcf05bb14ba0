"""LibreOffice as an engine: a run of its own for each workbook, with a forced hard recalculation."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Literal

from sheetgen.engines.office_run import OfficeRun, office_run, scratch_folder
from sheetgen.engines.soffice import find_soffice, find_uno_python, profile_option, require_uno_python, run_in
from sheetgen.engines.tables import WorkbookValues, from_dump, from_workbook
from sheetgen.errors import EngineError

Route = Literal["uno", "convert"]


class LibreOffice:
    """Calculates workbooks with LibreOffice Calc.

    Values come over UNO as exact doubles when the system's Python can ``import uno`` (Debian: python3-uno),
    else by way of a converted file, with about 15 digits. ``route`` forces one of the two.
    """

    name = "libreoffice"

    def __init__(self, route: Route | None = None) -> None:
        self._route = route

    @property
    def version(self) -> str:
        """Product and version. Raises EngineError when LibreOffice is absent."""
        return _version(find_soffice())

    def recalculate(self, path: Path, timeout: float) -> WorkbookValues:
        """Load ``path`` in a LibreOffice of its own (or in the one that SHEETGEN_SOFFICE_PIPE names), calculate every
        cell and read the values.

        Raises EngineError as ``Engine.recalculate`` says.
        """
        soffice = find_soffice()
        if self._route == "uno":
            require_uno_python(soffice)
        python = None if self._route == "convert" else find_uno_python(soffice)
        with office_run(soffice, path) as run:
            if python is None:
                return _by_conversion(run, timeout)
            run.script("uno_child.py", python, timeout)
            return from_dump(run.folder)

    def pdf(self, path: Path, timeout: float) -> bytes:
        """Return the pages that a workbook prints, as PDF. Raises EngineError as `recalculate` does."""
        with office_run(find_soffice(), path) as run:
            return run.converted("pdf", timeout).read_bytes()


@functools.cache
def _version(soffice: str) -> str:
    with scratch_folder() as folder:
        result = run_in(folder, [soffice, "--headless", profile_option(folder), "--version"], 60)
    words = result.output.split()
    return " ".join(words[:2]) if result.status == 0 and words else "LibreOffice"


def _by_conversion(run: OfficeRun, timeout: float) -> WorkbookValues:
    try:
        return from_workbook(run.converted("xlsx", timeout))
    except ValueError as error:  # an infinite number, which no .xlsx can hold
        raise EngineError(f"{run.path}: LibreOffice gave a value that cannot be read: {error}") from error
