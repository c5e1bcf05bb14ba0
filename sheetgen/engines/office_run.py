"""A workbook in the hands of a LibreOffice of its own: a scratch folder for it, and what is made there."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from sheetgen.engines.base import require_package
from sheetgen.engines.process import ProcessResult
from sheetgen.engines.soffice import profile_option, run_in, write_profile
from sheetgen.errors import EngineError


@dataclass(frozen=True)
class OfficeRun:
    """LibreOffice's program, the workbook, as errors name it, and the scratch folder with a copy of it."""

    soffice: str
    path: Path
    folder: Path

    def converted(self, kind: str, timeout: float) -> Path:
        """Return the file of another kind that LibreOffice makes of the workbook. Raises EngineError."""
        target = self.folder / "out"
        command = [self.soffice, "--headless", "--norestore", profile_option(self.folder)]
        command += ["--convert-to", kind, "--outdir", str(target), str(self.folder / "book.xlsx")]
        self._require_success(run_in(self.folder, command, timeout), timeout)
        converted = target / f"book.{kind}"
        if not converted.is_file():
            raise EngineError(f"{self.path}: LibreOffice failed: it cannot load the file")
        return converted

    def script(self, name: str, python: str, timeout: float, meanwhile: Callable[[], None] | None = None) -> None:
        """Run a script that lies beside this module in a Python that can import uno. Raises EngineError.

        ``meanwhile`` is called now and then as long as it runs.
        """
        command = [python, "-s", str(Path(__file__).with_name(name)), self.soffice, str(self.folder)]
        self._require_success(run_in(self.folder, command, timeout, meanwhile), timeout)

    def _require_success(self, result: ProcessResult, timeout: float) -> None:
        if result.status is None:
            problem = f"{self.path}: LibreOffice took longer than {timeout:g} s and was stopped"
            raise EngineError(f"{problem}: allow more time")
        if result.status != 0:
            lines = [line for line in result.output.splitlines() if line.strip()]
            reason = lines[-1] if lines else "no message"
            raise EngineError(f"{self.path}: LibreOffice failed (exit status {result.status}): {reason}")


@contextmanager
def office_run(soffice: str, path: Path) -> Iterator[OfficeRun]:
    """Give a run of LibreOffice on a copy of a workbook, and remove what it leaves.

    It is a copy because LibreOffice puts a lock file beside the workbook it opens. Raises EngineError for what is no
    workbook, or a damaged one.
    """
    require_package(path)
    _require_whole(path)
    with scratch_folder() as folder:
        write_profile(folder)
        shutil.copyfile(path, folder / "book.xlsx")
        yield OfficeRun(soffice, path, folder)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a folder for temporary files, and remove it; raise EngineError where there is no room for them."""
    try:
        with tempfile.TemporaryDirectory(prefix="sheetgen-", ignore_cleanup_errors=True) as name:
            yield Path(name)
    except OSError as error:
        reason = f"a temporary file cannot be written or read ({error.strerror}), in TMPDIR or the system's folder"
        raise EngineError(f"LibreOffice could not be used: {reason}: make room there, or set TMPDIR") from error


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
