"""Every error a user of ``cnn`` can cause; ``str()`` of each is the one line to show, and the exit code is 2.

SheetgenError
├── UsageError          (sheetgen's) a request that cannot be carried out as it was made
└── CnnError
    ├── ExtraError      torch, torchvision, Pillow, SciPy or matplotlib absent, or not made for one another
    ├── DataError       MNIST absent, damaged, or not to be downloaded
    ├── RunError        a run directory that is absent, damaged, unfinished or already there
    ├── PictureError    a picture in which no digit can be read
    ├── SettingsError   a file that is no network, or no recipe (file, line)
    └── TrainingError   training that cannot go on (the loss is no longer a number)
"""

from __future__ import annotations

from sheetgen.errors import SheetgenError, UsageError

__all__ = [
    "CnnError",
    "DataError",
    "ExtraError",
    "PictureError",
    "RunError",
    "SettingsError",
    "SheetgenError",
    "TrainingError",
    "UsageError",
]


class CnnError(SheetgenError):
    """Root of the errors that belong to the network and its runs."""


class ExtraError(CnnError):
    """A package of the extra ``cnn`` is absent, or two of them do not fit together."""


class DataError(CnnError):
    """MNIST is absent, damaged, or could not be downloaded."""


class RunError(CnnError):
    """A run directory is absent, damaged, unfinished, or already there."""


class PictureError(CnnError):
    """A picture in which no digit can be read; ``path`` is the file."""

    def __init__(self, path: object, message: str) -> None:
        self.path, self.message = path, message
        super().__init__(f"{path}: {message}")


class SettingsError(CnnError):
    """A file that is no network, or no recipe; ``line`` is counted from 1, None where it is not known."""

    def __init__(self, source: str, line: int | None, problem: str, expected: str = "") -> None:
        self.source, self.line = source, line
        where = source if line is None else f"{source}, line {line}"
        super().__init__(f"{where}: {problem}", expected)


class TrainingError(CnnError):
    """Training cannot go on."""
