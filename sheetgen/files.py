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
def replacing(path: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """Give a new file beside ``path``, open, and its path; it takes the place of ``path`` at the end.

    Where the block fails the new file vanishes, and what stood at ``path`` is untouched. A block that
    has moved the new file elsewhere (see `reject`) leaves ``path`` untouched too.
    Raises UsageError where the folder cannot be written to or the disk is full.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=".xlsx", dir=path.parent)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror} ({path.parent})") from None
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file, draft
            file.flush()
            os.fsync(file.fileno())
        if draft.exists():
            _as_created_by_open(draft)
            os.replace(draft, path)
    except OSError as error:
        raise UsageError(f"{path} was not written: {error.strerror}; what was there is untouched") from error
    finally:
        draft.unlink(missing_ok=True)


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
