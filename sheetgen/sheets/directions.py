"""Directions in which the parameters of a network are moved: one of them alone, or all at once.

Along a direction v the loss has the slope Σ gradient · v. Where every component of v is of a fair size, no single
gradient can be wrong without that sum being wrong too, and one moved network does for all parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import copysign

from sheetgen.limits import FEW_COPIES, FEW_WEIGHTS

MIXED = 3
"""How many directions move all parameters, where they are many: errors that cancel in one hardly do in the others."""
LEAST_COMPONENT = 0.5
"""The size of the smallest component of a direction that moves all parameters; that of the largest is 1."""

_DECIMALS = 4
_MULTIPLIER, _MODULUS = 48_271, 2**31 - 1
"""Of the generator by Park, Miller and Stockmeyer (Communications of the ACM 36(7), 1993, p. 108)."""


@dataclass(frozen=True, eq=False)
class Direction:
    """By how much of a step each parameter is moved; one that has no component stays.

    Where it is ``written``, its components stand in cells. ``formula`` then gives that of the parameter with a number,
    from 1; without it they are constants.
    """

    name: str
    components: Mapping[str, float]
    written: bool = True
    formula: Callable[[int], str] | None = None

    @property
    def least(self) -> float:
        """The size of its smallest component."""
        return min(map(abs, self.components.values()))


UNMOVED = Direction("none", {}, written=False)
"""That of the network in which no parameter is moved."""


def moved_alone(weights: Sequence[str], rows: int = 1) -> bool:
    """Whether parameters are few enough for each to be moved alone, in networks of so many rows of a batch."""
    return len(weights) <= FEW_WEIGHTS and (rows == 1 or len(weights) * rows <= FEW_COPIES)


def checked_directions(weights: Sequence[str], rows: int = 1) -> tuple[Direction, ...]:
    """Return the directions that prove all gradients: along each parameter where they are few, else mixed ones."""
    if moved_alone(weights, rows):
        return tuple(Direction(weight, {weight: 1.0}, written=False) for weight in weights)
    return mixed(weights, MIXED)


def mixed(weights: Sequence[str], count: int) -> tuple[Direction, ...]:
    """Return directions that move all parameters, the same for the same parameters everywhere."""
    drawn = _components()
    rows = [[next(drawn) for _ in range(MIXED)] for _ in weights]
    names = (f"direction {number}" for number in range(1, count + 1))
    columns = list(zip(*rows, strict=True))[:count]
    return tuple(
        Direction(name, dict(zip(weights, column, strict=True))) for name, column in zip(names, columns, strict=True)
    )


def _components() -> Iterator[float]:
    """Yield numbers spread evenly over ±(0.5 … 1), rounded so that a cell shows them whole."""
    state = 1
    while True:
        state = state * _MULTIPLIER % _MODULUS
        off_middle = state / _MODULUS - 0.5
        yield round(copysign(LEAST_COMPONENT + abs(off_middle), off_middle), _DECIMALS)
