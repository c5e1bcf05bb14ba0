"""All networks that are audited, by name."""

from __future__ import annotations

from functools import cache

from audited import galleries
from audited.matrices import MATRICES
from audited.network import Network
from audited.tables import TABLES

NAMES = (*galleries.TYPED, *TABLES, *MATRICES)


@cache
def network_of(name: str) -> Network:
    """Return a network by its name."""
    for group in (TABLES, MATRICES):
        if name in group:
            return group[name]()
    return galleries.network(name)
