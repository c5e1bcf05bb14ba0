"""How far an update moves its parameter, so that updates by one rule can be told apart by their learning rates."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS
from sheetgen.audit.unfolded import Unfolded

T = TypeVar("T")

_TRIALS = ((0.0, 1.0), (0.0, -1.0), (0.0, 2.0), (1.0, 1.0), (1.0, -2.0))
"""What is remembered, and the gradient, at which a rule is tried."""
_DESCENT = (1.0, -1.0, 2.0, 1.0, -2.0)
_DIGITS = 6
_ALIKE = 1e-7


@dataclass(frozen=True)
class Pace:
    """How far an update moves its parameter.

    ``size`` is the way at a gradient of 1 with nothing remembered: the learning rate, where ``plain``. ``rule`` are
    the ways at other gradients and memories, in terms of that one; it is alike for updates that differ only by a rate.
    """

    size: float
    rule: tuple[float, ...]

    @property
    def plain(self) -> bool:
        """Whether it is plain descent: the gradient times the learning rate."""
        return self.rule == _DESCENT


def pace_of(update: Unfolded, old: str) -> Pace | None:
    """Return how an update from the value in ``old`` moves, None where it takes several gradients or does not move."""
    if len(update.gradients) != 1:
        return None
    (name,) = update.gradients
    try:
        ends = [
            update.value({**dict.fromkeys(update.memories, memory), old: 0.0, name: slope}) for memory, slope in _TRIALS
        ]
    except (KeyError, *ARITHMETIC_ERRORS):
        return None
    start = (ends[0] + ends[1]) / 2
    size = ends[0] - start
    if not size or not all(map(math.isfinite, ends)):
        return None
    return Pace(abs(size), tuple([round((end - start) / size, _DIGITS) + 0.0 for end in ends]))


def alike(entries: Sequence[T], size: Callable[[T], float]) -> list[list[T]]:
    """Return entries gathered by a number that is one but for rounding, in their order."""
    groups: list[list[T]] = []
    for entry in entries:
        for group in groups:
            if math.isclose(size(group[0]), size(entry), rel_tol=_ALIKE):
                group.append(entry)
                break
        else:
            groups.append([entry])
    return groups
