"""Parts of a zip that are compressed before they have a place in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO
from zipfile import ZipFile, ZipInfo

from isal import isal_zlib

_LEVEL = 2
_COPIED_AT_ONCE = 2**20


@dataclass(frozen=True)
class Deflated:
    """A compressed part: the file in which it stands from an offset on, and what a zip says of it."""

    file: IO[bytes]
    offset: int
    crc: int
    size: int
    compressed: int


def deflate(pieces: Iterable[bytes], file: IO[bytes], offset: int = 0) -> Deflated:
    """Compress the pieces of a part and write them to a file, which stands at this offset."""
    compressor = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, -isal_zlib.MAX_WBITS)
    crc = size = compressed = 0
    for piece in pieces:
        crc, size = isal_zlib.crc32(piece, crc), size + len(piece)
        compressed += file.write(compressor.compress(piece))
    compressed += file.write(compressor.flush())
    return Deflated(file, offset, crc, size, compressed)


def add_deflated(archive: ZipFile, info: ZipInfo, part: Deflated) -> None:
    """Put a part into a zip that is being written, as zipfile itself does with what it has compressed."""
    assert archive.fp is not None
    info.CRC, info.file_size, info.compress_size = part.crc, part.size, part.compressed
    info.header_offset = archive.start_dir
    archive.fp.write(info.FileHeader())
    part.file.seek(part.offset)
    for start in range(0, part.compressed, _COPIED_AT_ONCE):
        archive.fp.write(part.file.read(min(_COPIED_AT_ONCE, part.compressed - start)))
    archive.start_dir = archive.fp.tell()
    archive.filelist.append(info)
    archive.NameToInfo[info.filename] = info
