"""LibreOffice as an engine: a run of its own for each workbook, with a forced hard recalculation."""

from __future__ import annotations

import functools
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from xml.parsers import expat

from sheetgen.engines.base import require_package
from sheetgen.engines.process import ProcessResult
from sheetgen.engines.soffice import find_soffice, find_uno_python, profile_option, run_in, write_profile
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
        require_package(path)
        _require_whole(path)
        python = None if self._route == "convert" else find_uno_python(soffice)
        if python is None and self._route == "uno":
            raise EngineError("no Python here can import uno: install python3-uno")
        with _scratch_folder() as folder:
            write_profile(folder)
            # A copy, because LibreOffice puts a lock file beside the workbook it opens.
            shutil.copyfile(path, folder / "book.xlsx")
            if python is None:
                return _by_conversion(soffice, path, folder, timeout)
            return _by_uno(python, soffice, path, folder, timeout)

    def pdf(self, path: Path, timeout: float) -> bytes:
        """Return the pages that a workbook prints, as PDF. Raises EngineError as `recalculate` does."""
        soffice = find_soffice()
        require_package(path)
        _require_whole(path)
        with _scratch_folder() as folder:
            write_profile(folder)
            shutil.copyfile(path, folder / "book.xlsx")
            return _converted(soffice, path, folder, timeout, "pdf").read_bytes()


@contextmanager
def _scratch_folder() -> Iterator[Path]:
    """Give a folder for temporary files, and remove it; raise EngineError where there is no room for them."""
    try:
        with tempfile.TemporaryDirectory(prefix="sheetgen-", ignore_cleanup_errors=True) as name:
            yield Path(name)
    except OSError as error:
        reason = f"a temporary file cannot be written or read ({error.strerror}), in TMPDIR or the system's folder"
        raise EngineError(f"LibreOffice could not be used: {reason}: make room there, or set TMPDIR") from error


@functools.cache
def _version(soffice: str) -> str:
    with _scratch_folder() as folder:
        result = run_in(folder, [soffice, "--headless", profile_option(folder), "--version"], 60)
    words = result.output.split()
    return " ".join(words[:2]) if result.status == 0 and words else "LibreOffice"


def _by_uno(python: str, soffice: str, path: Path, folder: Path, timeout: float) -> WorkbookValues:
    script = Path(__file__).with_name("uno_child.py")
    result = run_in(folder, [python, "-s", str(script), soffice, str(folder)], timeout)
    _require_success(result, path, timeout)
    return from_dump(folder)


def _by_conversion(soffice: str, path: Path, folder: Path, timeout: float) -> WorkbookValues:
    try:
        return from_workbook(_converted(soffice, path, folder, timeout, "xlsx"))
    except ValueError as error:  # an infinite number, which no .xlsx can hold
        raise EngineError(f"{path}: LibreOffice gave a value that cannot be read: {error}") from error


def _converted(soffice: str, path: Path, folder: Path, timeout: float, kind: str) -> Path:
    """Return the file of another kind that LibreOffice makes of the workbook in a folder."""
    target = folder / "out"
    command = [soffice, "--headless", "--norestore", profile_option(folder)]
    command += ["--convert-to", kind, "--outdir", str(target), str(folder / "book.xlsx")]
    _require_success(run_in(folder, command, timeout), path, timeout)
    converted = target / f"book.{kind}"
    if not converted.is_file():
        raise EngineError(f"{path}: LibreOffice failed: it cannot load the file")
    return converted


def _require_success(result: ProcessResult, path: Path, timeout: float) -> None:
    if result.status is None:
        raise EngineError(f"{path}: LibreOffice took longer than {timeout:g} s and was stopped: allow more time")
    if result.status != 0:
        lines = [line for line in result.output.splitlines() if line.strip()]
        reason = lines[-1] if lines else "no message"
        raise EngineError(f"{path}: LibreOffice failed (exit status {result.status}): {reason}")


def _require_whole(path: Path) -> None:
    """Raise EngineError for a damaged part: LibreOffice would read up to the damage, without a word."""
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith((".xml", ".rels")):
                    with archive.open(name) as part:
                        expat.ParserCreate().ParseFile(part)
    except (expat.ExpatError, zipfile.BadZipFile, OSError, ValueError, EOFError) as error:
        raise EngineError(f"{path}: a damaged part in the file ({error}): save it again") from error
