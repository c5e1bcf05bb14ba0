"""The idx files that MNIST comes in: whole numbers of one byte, behind a header that says how many along each side."""

from __future__ import annotations

import gzip
import math
import os
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnn.errors import DataError

UNSIGNED_BYTE = 8
ANEW = "delete it and run again to download it"


MNIST = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
"""The four files of MNIST, and the MD5 of each."""


def data_folder(name: str | None) -> Path:
    """Return the torchvision root: the one of that name, else ``SHEETGEN_DATA``, else ``data``."""
    return Path(name or os.environ.get("SHEETGEN_DATA") or "data")


def raw_folder(root: Path) -> Path:
    """Return where a torchvision root holds the files of MNIST."""
    return root / "MNIST" / "raw"


def is_there(root: Path) -> bool:
    """Say whether a torchvision root holds MNIST."""
    return all(stored(raw_folder(root) / name).is_file() for name in MNIST)


def stored(path: Path) -> Path:
    """Return the file, or where it is absent the one beside it that is compressed, NAME.gz, if that is there."""
    packed = path.with_name(f"{path.name}.gz")
    return packed if packed.is_file() and not path.is_file() else path


def content_of(path: Path) -> bytes:
    """Return what a file holds, unpacked where it is compressed; raise `DataError` where it cannot be read."""
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if path.suffix == ".gz" else content
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path} is damaged ({error}); {ANEW}") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error


def parse(content: bytes, path: Path) -> NDArray[np.uint8]:
    """Return the numbers of an idx file of unsigned bytes; raise `DataError` where it is none, or not as long as it
    says.

    The header is two zeros, the code of the type, the number of sides, and the length of each as four bytes, the
    largest first.
    """
    sides = content[3] if len(content) > 3 else 0
    first = 4 + 4 * sides
    if content[:3] != bytes([0, 0, UNSIGNED_BYTE]) or not sides or len(content) < first:
        raise DataError(f"{path} is no idx file of unsigned bytes; {ANEW}")
    shape = struct.unpack(f">{sides}I", content[4:first])
    if len(content) - first != math.prod(shape):
        there, wanted = len(content) - first, " × ".join(map(str, shape))
        raise DataError(f"{path} holds {there:,} numbers where its header says {wanted}; {ANEW}")
    return np.frombuffer(bytearray(content), np.uint8, offset=first).reshape(shape)  # of bytes, it could not be written
