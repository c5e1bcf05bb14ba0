"""Files under construction: known by their names, locked while their maker lives, swept by the next one when it died.

A draft lies beside the file whose place it takes, since only there can it take it in one step. Its name is short, so
that it fits wherever the file's own name does.
"""

from __future__ import annotations

import errno
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG
from typing import IO

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

_PREFIX = ".sheetgen-"
_DRAFT = re.compile(re.escape(_PREFIX) + r"[a-z0-9_]{8}(\.\w{1,8})?")
_ABANDONED = 86_400.0
"""Seconds after which a draft is taken for abandoned where nothing can be locked."""
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EBADF)
"""What file systems without locks answer."""


def is_draft(name: str) -> bool:
    """Whether a file's name is that of a draft."""
    return _DRAFT.fullmatch(name) is not None


@contextmanager
def draft_beside(path: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """Sweep a folder, then give a new file in it, open, and its path; what still bears that name at the end vanishes.

    It ends as ``path`` does, in lower case. Raises OSError where the folder cannot be written to.
    """
    sweep(path.parent)
    handle, draft = _made(path.parent, path.suffix.lower())
    lock = os.dup(handle) if fcntl else None  # the lock lasts until both are closed
    try:
        with os.fdopen(handle, "wb") as file:
            yield file, draft
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        if lock is not None:
            os.close(lock)


def sweep(folder: Path) -> None:
    """Remove the drafts in a folder whose makers died; those of living ones, here or on other machines, stay."""
    with suppress(OSError), os.scandir(folder) as entries:
        for name in [entry.name for entry in entries if is_draft(entry.name)]:
            with suppress(OSError):
                _sweep(folder / name)


def _sweep(draft: Path) -> None:
    """Remove a draft unless its maker lives."""
    handle = os.open(draft, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        status = os.fstat(handle)
        locked = _lock(handle, wait=False)
        abandoned = locked or (locked is None and time.time() - status.st_mtime > _ABANDONED)
        if S_ISREG(status.st_mode) and abandoned and _is_named(handle, draft):
            draft.unlink()
    finally:
        os.close(handle)


def _made(folder: Path, suffix: str) -> tuple[int, Path]:
    """Make and lock a draft; one that was swept before it could be locked is made again."""
    suffix = suffix if re.fullmatch(r"\.\w{1,8}", suffix, re.ASCII) else ""
    while True:
        handle, name = tempfile.mkstemp(prefix=_PREFIX, suffix=suffix, dir=folder)
        _lock(handle, wait=True)
        if _is_named(handle, Path(name)):
            return handle, Path(name)
        os.close(handle)


def _lock(handle: int, wait: bool) -> bool | None:
    """Lock a file; return whether that was done, or None where its file system has no locks."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno in _NO_LOCKS:
            return None
        raise
    return True


def _is_named(handle: int, path: Path) -> bool:
    """Whether a path is still that of an open file."""
    try:
        return os.path.samestat(os.fstat(handle), os.lstat(path))
    except FileNotFoundError:
        return False


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep others of us from putting a draft in its place in a folder, where the file system has locks."""
    handle = None
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY) if fcntl else None
    try:
        if handle is not None:
            _lock(handle, wait=True)
        yield
    finally:
        if handle is not None:
            os.close(handle)
