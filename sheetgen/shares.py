"""How far a long piece of work has come: who does it tells who waits for it, as a share from 0 to 1."""

from __future__ import annotations

from collections.abc import Callable

Told = Callable[[float], None]
"""Is told the share that is done."""


def untold(share: float) -> None:
    """Tell nobody."""


def between(told: Told, start: float, end: float) -> Told:
    """Return what is told the share of a part of the work, which is its share of the whole from start to end."""
    return lambda share: told(start + share * (end - start))
