"""The rows of a study for tests that read them once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sheetgen.network.study import Study
from sheetgen.network.trace import CHUNK_ROWS, Chunk, Trace


def trace(study: Study, variants: Iterable[int] | None = None, chunk_rows: int = CHUNK_ROWS) -> Iterator[Chunk]:
    """Yield the rows of a study once, none of them held; see `Trace.chunks`."""
    yield from Trace(study, chunk_rows, most_held=0).chunks(variants)
