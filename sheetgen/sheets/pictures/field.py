"""The numbers of equations over many points at once, each with its error bound, and the formulas that show them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

import numpy as np

from sheetgen.algebra.evaluate import expanded
from sheetgen.algebra.expr import Expr
from sheetgen.network.array_bounds import Known, Pair, compiled
from sheetgen.network.tolerance import Tolerance
from sheetgen.page.page import Formula

_EDGE = 1e-5
"""How far, relatively, a number at an edge may move by a rounding: that of a square root moves most."""


class Field:
    """Equations over arrays of points, computed when the first number is asked for.

    ``known`` gives the arrays of the names that the equations rest on, each with its error bounds. With ``samples``
    these have one more axis, of so many samples, and the numbers are means along it.
    """

    def __init__(
        self,
        equations: Mapping[str, Expr],
        shape: tuple[int, ...],
        known: Callable[[], dict[str, Pair]],
        samples: int = 0,
    ) -> None:
        self._equations, self._shape, self._known, self._samples = equations, shape, known, samples

    @cached_property
    def _pairs(self) -> dict[str, Pair]:
        return self._computed(self._known())

    def _computed(self, pairs: dict[str, Pair]) -> dict[str, Pair]:
        known = Known(lambda name: pairs[name.name], 1.0)
        with np.errstate(all="ignore"):
            for name, expr in self._equations.items():
                values, errors = compiled(expanded(expr))(known)
                if self._samples:
                    # Every partial sum is rounded, and none is larger than all terms together.
                    errors = errors.mean(axis=-1) + np.abs(values).sum(axis=-1)
                    values = values.mean(axis=-1)
                pairs[name] = np.broadcast_to(values, self._shape), np.broadcast_to(errors, self._shape)
        return pairs

    @cached_property
    def _nearby(self) -> list[dict[str, Pair]]:
        """The numbers a rounding below and above: at the edge of a function's domain there may be one, or none."""
        known = self._known().items()
        return [
            self._computed(
                {name: (values + sign * Tolerance.atol * errors, errors) for name, (values, errors) in known}
            )
            for sign in (-1, 1)
        ]

    def _may_be(self, name: str, place: tuple[int, ...], shown: object) -> bool:
        """Whether rounding lets a cell show a number, or nothing, where ours is at the edge of a domain."""
        nearby = [float(numbers[name][0][place]) for numbers in self._nearby]
        if isinstance(shown, float) and self.value(name, place) == "":
            return any(abs(shown - number) <= _EDGE * (1 + abs(number)) for number in nearby)
        return shown == "" and not all(map(np.isfinite, nearby))

    def value(self, name: str, place: tuple[int, ...]) -> float | str:
        """Return a number; nothing where there is none, as a logarithm of less than 0."""
        value = float(self._pairs[name][0][place])
        return value if np.isfinite(value) else ""

    def error(self, name: str, place: tuple[int, ...]) -> float:
        """Return how far off a number may be, in units of an operation's relative error."""
        error = float(self._pairs[name][1][place])
        return error if np.isfinite(error) else 0.0

    def largest(self, name: str) -> tuple[float, float]:
        """Return the largest size among the numbers of a name, 0 where there are none, and how far off it may be."""
        values, errors = self._pairs[name]
        sizes = np.where(np.isfinite(values), np.abs(values), 0.0)
        return float(sizes.max()), float(errors.flat[int(sizes.argmax())])

    def formula(self, text: str, name: str, place: tuple[int, ...]) -> Formula:
        """Return the formula of a number, which shows nothing where there is none."""
        return Formula(
            f'IFERROR({text},"")',
            lambda: self.value(name, place),
            lambda: self.error(name, place),
            lambda shown, _: self._may_be(name, place, shown),
        )
