"""Work in which garbage lies for a while."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """Let garbage lie for a while: of a million small things that all stay, looking for it takes half of the time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            if not gc.get_freeze_count():  # to and fro: what lies there now counts as looked at
                gc.freeze()
                gc.unfreeze()
            gc.enable()
