"""LibreOffice as a program: where it is, the profile and the surroundings it runs in, and what it leaves behind."""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from sheetgen.engines.process import ProcessResult, run
from sheetgen.errors import EngineError

# Without the first a file's cached values are believed, and a broken formula under a right value goes unseen.
# Without the second a number in a text is spelled as the language of the surroundings has it: "η = 0,1".
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>en-US</value></prop></item>
</oor:items>
"""


def find_soffice() -> str:
    """Return the path of LibreOffice's program. Raises EngineError when it is absent."""
    chosen = os.environ.get("SHEETGEN_SOFFICE")
    path = shutil.which(chosen) if chosen else shutil.which("soffice") or shutil.which("libreoffice")
    if path is None:
        where = f" at SHEETGEN_SOFFICE={chosen}" if chosen else ""
        remedy = "install it (Debian: libreoffice-calc-nogui), or verify with --engine embedded"
        raise EngineError(f"LibreOffice was not found{where}: {remedy}")
    return path


@functools.cache
def find_uno_python(soffice: str) -> str | None:
    """Return a Python that can import uno: LibreOffice's own, else the system's; None when there is none."""
    for python in (Path(soffice).resolve().with_name("python"), Path("/usr/bin/python3")):
        if python.is_file() and _imports_uno(python):
            return str(python)
    return None


def require_uno_python(soffice: str) -> str:
    """Return a Python that can import uno. Raises EngineError when there is none."""
    python = find_uno_python(soffice)
    if python is None:
        raise EngineError("no Python here can import uno: install python3-uno")
    return python


def _imports_uno(python: Path) -> bool:
    try:
        return run([str(python), "-I", "-c", "import uno"], 30, _environment(None)).status == 0
    except OSError:
        return False


def write_profile(folder: Path) -> None:
    """Give the LibreOffice that will run in ``folder`` a profile of its own.

    It has every workbook recalculated, and numbers spelled as in English, whatever the surroundings say.
    """
    user = folder / "profile" / "user"
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")


def profile_option(folder: Path) -> str:
    """Return the option that has LibreOffice use the profile in ``folder``."""
    return f"-env:UserInstallation={(folder / 'profile').as_uri()}"


def run_in(
    folder: Path, command: list[str], timeout: float, meanwhile: Callable[[], None] | None = None
) -> ProcessResult:
    """Run a command that is, or starts, the LibreOffice of ``folder``; nothing of it stays outside the folder.

    ``meanwhile`` is as `run` says. Raises EngineError when the command cannot be started.
    """
    try:
        return run(command, timeout, _environment(folder), meanwhile)
    except OSError as error:
        raise EngineError(f"{command[0]} could not be started: {error}") from error
    finally:
        remove_pipes(folder)


def _environment(folder: Path | None) -> Mapping[str, str]:
    """Return the environment for LibreOffice and its Python: ours, less what would lead them astray.

    Scratch files go to ``folder``, so that a killed run leaves none behind.
    """
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON") and k != "VIRTUAL_ENV"}
    env["SAL_USE_VCLPLUGIN"] = "svp"
    if folder is not None:
        env["TMPDIR"] = str(folder)
    return env


def remove_pipes(folder: Path) -> None:
    """Remove the pipes of a LibreOffice that was killed: it puts them into /tmp, whatever TMPDIR says.

    The one that guards a profile is named after the MD5 of the profile's URL, its bytes in hexadecimal
    without leading zeros.
    """
    digest = hashlib.md5((folder / "profile").as_uri().encode("utf-16-le"), usedforsecurity=False).digest()
    guard = "SingleOfficeIPC_" + "".join(f"{byte:x}" for byte in digest)
    for parent in ("/tmp", "/var/tmp"):
        for pipe in (folder.name, guard):
            Path(parent, f"OSL_PIPE_{os.getuid()}_{pipe}").unlink(missing_ok=True)
