"""Files that take their place whole: the old content or the new, never a part of either, and nobody else's lost."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import IO

from sheetgen.drafts import alone_in, draft_beside, is_draft
from sheetgen.errors import UsageError

_LONGEST_NAME = 255
"""The bytes of a file's name, in most file systems."""


@dataclass(frozen=True)
class Version:
    """What stood at a path at a time: two are equal where nobody wrote in between; ``file`` is None for nothing."""

    file: tuple[int, int, int, int] | None


ABSENT = Version(None)


def version_of(path: Path) -> Version:
    """Return what stands at a path now.

    Raises UsageError for what is no regular file, such as a pipe or a device, and OSError as `os.stat` does.
    """
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return ABSENT
    if not S_ISREG(status.st_mode):
        raise UsageError(f"{path} is no regular file, so it is not replaced", "name another file")
    return Version((status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns))


def read_file(path: Path, most: int) -> bytes:
    """Return the content of a file that a person named.

    Raises OSError, also for what is no regular file, such as a pipe that nobody may ever write to or an endless
    device, and for a file of more than ``most`` bytes.
    """
    status = os.stat(path)
    if S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most:,} bytes", str(path))
    return content


@contextmanager
def drafting(path: Path, seen: Version | None = None) -> Iterator[tuple[IO[bytes], Path]]:
    """Give a new file, open, and its path; it takes the place of ``path`` at the end.

    Where the block fails the new file vanishes, and what stood at ``path`` is untouched. A block that has moved the
    new file elsewhere (see `reject`) leaves ``path`` untouched too. The draft ends as ``path`` does, in lower case. A
    symbolic link stays, and the file that it leads to is replaced.
    With ``seen`` only what then stood there is replaced. Raises UsageError where that is no longer there, or is no
    regular file, and OSError, which names ``path``, where the folder cannot be written to or the disk is full.
    """
    with _naming(path):
        target = Path(os.path.realpath(path))
        version_of(target)
        with draft_beside(target) as (file, draft):
            yield file, draft
            file.flush()
            os.fsync(file.fileno())
            file.close()
            if draft.exists():
                _as_created_by_open(draft)
                _put(draft, target, path, seen)


def _put(draft: Path, target: Path, path: Path, seen: Version | None) -> None:
    """Put a draft in its place, unless another file stands there than the one that was seen."""
    with alone_in(target.parent):
        there = version_of(target)
        if seen is None or (seen == there != ABSENT):
            os.replace(draft, target)
            return
        if seen == there and _linked(draft, target):
            return
    if seen == ABSENT:
        problem = f"{path} was not written: another program has made a file of that name meanwhile"
        raise UsageError(problem, "look at it, then replace it or name another file")
    raise UsageError(f"{path} was not written: another program has changed it meanwhile", "do it again")


def _linked(draft: Path, target: Path) -> bool:
    """Give a draft a name that is free, in one step; return False where it is not free any more."""
    try:
        os.link(draft, target)
    except FileExistsError:
        return False
    except OSError:  # a file system without links: take the name first
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            return False
        os.replace(draft, target)
    return True


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Let an OSError that names no file, or a draft that nobody knows of, name the file that was to be written."""
    try:
        yield
    except OSError as error:
        if error.filename is None or is_draft(Path(os.fsdecode(error.filename)).name):
            error.filename = str(path)
            error.filename2 = None
        raise


@contextmanager
def replacing(path: Path, seen: Version | None = None) -> Iterator[tuple[IO[bytes], Path]]:
    """Do as `drafting` does, for a file that a person named.

    Raises UsageError, also for an OSError of the block, where the folder cannot be written to or the disk is full.
    """
    began = False
    try:
        with drafting(path, seen) as (file, draft):
            began = True
            yield file, draft
    except OSError as error:
        if not began:
            raise UsageError(f"{path} cannot be written: {error.strerror} ({path.parent})") from None
        raise UsageError(f"{path} was not written: {error.strerror}; what was there is untouched") from error


def replace_file(path: Path, content: bytes, seen: Version | None = None) -> None:
    """Write a file so that its name shows the old content or the new; raise as `drafting` does."""
    with drafting(path, seen) as (file, _):
        file.write(content)


def write_several(contents: Mapping[Path, bytes], seen: Version | None = None) -> None:
    """Write files of one folder, each as `replacing` does; the folder is made where it is not there.

    Where one of them cannot be written, those vanish again that are new.
    """
    new: list[Path] = []
    folder = next(iter(contents)).parent
    made = not folder.exists()
    try:
        folder.mkdir(exist_ok=True)
        for path, content in contents.items():
            is_new = version_of(path) == ABSENT
            with replacing(path, seen) as (file, _):
                file.write(content)
            new += [path] * is_new
    except BaseException:
        for path in new:
            path.unlink(missing_ok=True)
        if made:
            with suppress(OSError):  # it could not be made, or somebody else's files lie there by now
                folder.rmdir()
        raise


def reject(draft: Path, path: Path) -> Path:
    """Move a draft to ``path`` + ``.rejected``, shortened where that is too long for a name; return where it is."""
    name = os.fsencode(path.name)[: _LONGEST_NAME - len(".rejected")].decode(errors="ignore")
    rejected = path.with_name(name + ".rejected")
    version_of(rejected)
    _as_created_by_open(draft)
    os.replace(draft, rejected)
    return rejected


def _as_created_by_open(path: Path) -> None:
    """Give a temporary file, which only its owner may read, the rights of an ordinary new file."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)
