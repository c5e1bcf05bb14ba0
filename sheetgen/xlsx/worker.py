"""A process that spells and compresses sheet parts for another one (`sheetgen.xlsx.workers`), and for nobody else.

It imports neither NumPy nor openpyxl, so that it is at work soon.
"""

from __future__ import annotations

import errno
import os
import pickle
import struct
from threading import Thread

from sheetgen.xlsx.deflated import deflate
from sheetgen.xlsx.sheet_rows import SheetPart

FACTS = struct.Struct("<4Q")
"""What stands at the end of the output, for each part: its offset, check sum, and bytes before and after."""
FAILED = 100
"""The exit code, less the number of the system's error, where the output cannot be written."""


def main(job: bytes) -> None:
    """Write the compressed parts of a job, pickled, to stdout, and behind them what there is of each."""
    Thread(target=_end_with_parent, daemon=True).start()
    parts: list[SheetPart] = pickle.loads(job)
    facts, offset = [], 0
    try:
        with os.fdopen(1, "wb", closefd=False) as output:
            for part in parts:
                made = deflate(part.pieces(), output, offset)
                facts.append(FACTS.pack(made.offset, made.crc, made.size, made.compressed))
                offset += made.compressed
            output.write(b"".join(facts))
    except OSError as error:
        os._exit(FAILED + (error.errno or errno.EIO))
    except MemoryError:
        os._exit(FAILED + errno.ENOMEM)


def _end_with_parent() -> None:
    """End this process when the other one ends, or closes its side of stdin."""
    os.read(0, 1)
    os._exit(FAILED + errno.EPIPE)
