"""LibreOffice as an engine: a run of its own for each workbook, with a forced hard recalculation."""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from xml.parsers import expat

from sheetgen.engines.base import require_package
from sheetgen.engines.process import ProcessResult, run
from sheetgen.engines.tables import WorkbookValues, from_dump, from_workbook
from sheetgen.errors import EngineError

Route = Literal["uno", "convert"]

# Without this a file's cached values are believed, and a broken formula under a right value goes unseen.
_ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


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
        soffice = _soffice()
        with tempfile.TemporaryDirectory(prefix="sheetgen-", ignore_cleanup_errors=True) as folder:
            outcome = _run([soffice, "--headless", _profile(Path(folder)), "--version"], 60, Path(folder))
        words = outcome.output.split()
        return " ".join(words[:2]) if outcome.status == 0 and words else "LibreOffice"

    def recalculate(self, path: Path, timeout: float) -> WorkbookValues:
        """Load ``path`` in a LibreOffice of its own, calculate every cell and read the values.

        Raises EngineError as ``Engine.recalculate`` says.
        """
        soffice = _soffice()
        require_package(path)
        _require_whole(path)
        python = None if self._route == "convert" else _uno_python(soffice)
        if python is None and self._route == "uno":
            raise EngineError("no Python here can import uno: install python3-uno")
        with tempfile.TemporaryDirectory(prefix="sheetgen-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            _write_profile(folder)
            # A copy, because LibreOffice puts a lock file beside the workbook it opens.
            shutil.copyfile(path, folder / "book.xlsx")
            if python is None:
                return _by_conversion(soffice, path, folder, timeout)
            return _by_uno(python, soffice, path, folder, timeout)


def _by_uno(python: str, soffice: str, path: Path, folder: Path, timeout: float) -> WorkbookValues:
    script = Path(__file__).with_name("uno_child.py")
    outcome = _run([python, "-s", str(script), soffice, str(folder)], timeout, folder)
    _require_success(outcome, path, timeout)
    return from_dump(folder)


def _by_conversion(soffice: str, path: Path, folder: Path, timeout: float) -> WorkbookValues:
    target = folder / "out"
    command = [soffice, "--headless", "--norestore", _profile(folder)]
    command += ["--convert-to", "xlsx", "--outdir", str(target), str(folder / "book.xlsx")]
    _require_success(_run(command, timeout, folder), path, timeout)
    if not (target / "book.xlsx").is_file():
        raise EngineError(f"{path}: LibreOffice failed: it cannot load the file")
    try:
        return from_workbook(target / "book.xlsx")
    except ValueError as error:  # an infinite number, which no .xlsx can hold
        raise EngineError(f"{path}: LibreOffice gave a value that cannot be read: {error}") from error


def _soffice() -> str:
    chosen = os.environ.get("SHEETGEN_SOFFICE")
    found = shutil.which(chosen) if chosen else shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        where = f" at SHEETGEN_SOFFICE={chosen}" if chosen else ""
        raise EngineError(
            f"LibreOffice was not found{where}: install it (Debian: libreoffice-calc-nogui) or use --engine embedded"
        )
    return found


@functools.cache
def _uno_python(soffice: str) -> str | None:
    """Return a Python that can import uno: LibreOffice's own, else the system's; None when there is none."""
    for python in (Path(soffice).resolve().with_name("python"), Path("/usr/bin/python3")):
        if python.is_file() and _imports_uno(python):
            return str(python)
    return None


def _imports_uno(python: Path) -> bool:
    try:
        return run([str(python), "-s", "-c", "import uno"], 30, _environment(None)).status == 0
    except OSError:
        return False


def _run(command: list[str], timeout: float, folder: Path) -> ProcessResult:
    try:
        return run(command, timeout, _environment(folder))
    except OSError as error:
        raise EngineError(f"{command[0]} could not be started: {error}") from error
    finally:
        _remove_pipes(folder)


def _remove_pipes(folder: Path) -> None:
    """Remove the pipes of a LibreOffice that was killed: it puts them into /tmp, whatever it is told.

    The one that guards a profile is named after the MD5 of the profile's URL, its bytes in hexadecimal
    without leading zeros.
    """
    digest = hashlib.md5((folder / "profile").as_uri().encode("utf-16-le"), usedforsecurity=False).digest()
    guard = "SingleOfficeIPC_" + "".join(f"{byte:x}" for byte in digest)
    for parent in ("/tmp", "/var/tmp"):
        for pipe in (folder.name, guard):
            Path(parent, f"OSL_PIPE_{os.getuid()}_{pipe}").unlink(missing_ok=True)


def _environment(folder: Path | None) -> Mapping[str, str]:
    """Return the environment for LibreOffice and its Python: ours, less what would lead them astray.

    Scratch files go to ``folder``, so that a killed run leaves none behind.
    """
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON") and k != "VIRTUAL_ENV"}
    env["SAL_USE_VCLPLUGIN"] = "svp"
    if folder is not None:
        env["TMPDIR"] = str(folder)
    return env


def _profile(folder: Path) -> str:
    return f"-env:UserInstallation={(folder / 'profile').as_uri()}"


def _write_profile(folder: Path) -> None:
    user = folder / "profile" / "user"
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(_ALWAYS_RECALCULATE, encoding="utf-8")


def _require_success(outcome: ProcessResult, path: Path, timeout: float) -> None:
    if outcome.status is None:
        raise EngineError(f"{path}: LibreOffice took longer than {timeout:g} s and was stopped: allow more time")
    if outcome.status != 0:
        lines = [line for line in outcome.output.splitlines() if line.strip()]
        reason = lines[-1] if lines else "no message"
        raise EngineError(f"{path}: LibreOffice failed (exit status {outcome.status}): {reason}")


def _require_whole(path: Path) -> None:
    """Raise EngineError for a damaged part: LibreOffice would read up to the damage, without a word."""
    try:
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                if name.endswith((".xml", ".rels")):
                    with package.open(name) as part:
                        expat.ParserCreate().ParseFile(part)
    except (expat.ExpatError, zipfile.BadZipFile, OSError, ValueError, EOFError) as error:
        raise EngineError(f"{path}: a damaged part in the file ({error}): save it again") from error
