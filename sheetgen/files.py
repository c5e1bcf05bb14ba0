"""Files that take their place whole: the old content or the new, never a part of either."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sheetgen.errors import UsageError


@contextmanager
def drafting(path: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """Give a new file beside ``path``, open, and its path; it takes the place of ``path`` at the end.

    Where the block fails the new file vanishes, and what stood at ``path`` is untouched. A block that has moved the
    new file elsewhere (see `reject`) leaves ``path`` untouched too. The draft ends as ``path`` does, in lower case.
    Raises OSError, which names ``path``, where the folder cannot be written to or the disk is full.
    """
    with _naming(path):
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=path.suffix.lower(), dir=path.parent)
        draft = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file, draft
                file.flush()
                os.fsync(file.fileno())
            if draft.exists():
                _as_created_by_open(draft)
                os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Let an OSError that names no file, or a draft that nobody knows of, name the file that was to be written."""
    try:
        yield
    except OSError as error:
        if error.filename is None or Path(os.fsdecode(error.filename)).name.startswith(f".{path.stem}."):
            error.filename = str(path)
        raise


@contextmanager
def replacing(path: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """Do as `drafting` does, for a file that a person named.

    Raises UsageError, also for an OSError of the block, where the folder cannot be written to or the disk is full.
    """
    began = False
    try:
        with drafting(path) as (file, draft):
            began = True
            yield file, draft
    except OSError as error:
        if not began:
            raise UsageError(f"{path} cannot be written: {error.strerror} ({path.parent})") from None
        raise UsageError(f"{path} was not written: {error.strerror}; what was there is untouched") from error


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that its name shows the old content or the new; raise OSError as `drafting` does."""
    with drafting(path) as (file, _):
        file.write(content)


def reject(draft: Path, path: Path) -> Path:
    """Move a draft to ``path`` + ``.rejected``; return where it is."""
    rejected = path.with_name(path.name + ".rejected")
    _as_created_by_open(draft)
    os.replace(draft, rejected)
    return rejected


def _as_created_by_open(path: Path) -> None:
    """Give a temporary file, which only its owner may read, the rights of an ordinary new file."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)
