"""A sheet part without the cells that have a format and nothing else: some sheets have ten of them for each number."""

from __future__ import annotations

import re
from typing import IO

_BARE = re.compile(rb'<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]{1,9}")?/>(?=<c r="|</row>)')
"""Such a cell, where what follows says by itself where it stands."""


class FilledCells:
    """The bytes of a part, read piece by piece, without its bare cells, as far as a piece has them whole."""

    def __init__(self, part: IO[bytes]) -> None:
        self._part = part

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most ``size``; b"" at the end alone."""
        while piece := self._part.read(size):
            if filled := _BARE.sub(b"", piece):
                return filled
        return b""
