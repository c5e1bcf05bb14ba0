"""The idx files that MNIST comes in: whole numbers of one byte, behind a header that says how many along each side."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnn.errors import DataError

UNSIGNED_BYTE = 8
ANEW = "delete it and run again to download it"


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
