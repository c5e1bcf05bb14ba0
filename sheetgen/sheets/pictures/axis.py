"""An axis of a picture: from a little below the least of some numbers to a little above the largest, in equal steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import floor, log10

import numpy as np

from sheetgen.network.array_bounds import Pair
from sheetgen.page import style
from sheetgen.page.page import Formula, Page
from sheetgen.sheets.pictures.margin import Margin

_FROM, _TO = "from", "to"
_ALIKE, _LEAST = 1e-9, 0.001
"""Numbers that differ by less than the first, as a share of their sizes or the second, may differ by rounding alone."""


class Axis:
    """An axis over the numbers of a range, with so many points; ``share`` of their extent is added at both ends.

    ``numbers`` gives the numbers of the range when the training has run, ``noise`` how far off they may be.
    """

    def __init__(
        self,
        margin: Margin,
        name: str,
        points: int,
        cells: str,
        numbers: Callable[[], Sequence[float]],
        share: str,
        noise: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.name, self.points = name, points
        self._cells, self._numbers, self._share, self._numbers_noise = cells, numbers, share, noise
        self._label = f"{name}, along the axis"
        self._block = margin.block((self._label, f"{_FROM} {name}", f"{_TO} {name}"), points)
        self._from, self._to = (self._block.absolute(f"{end} {name}", self._block.first) for end in (_FROM, _TO))

    def ends(self) -> tuple[float, float]:
        """Return where it begins and ends."""
        numbers = self._numbers()
        least, most = min(numbers), max(numbers)
        beyond = self._beyond(least, most)
        return least - beyond, most + beyond

    def _beyond(self, least: float, most: float) -> float:
        """Return what is added at each end; with all numbers alike, 1."""
        times, _, of = self._share.partition("/")
        apart = most - least > _ALIKE * (abs(most) + abs(least) + _LEAST)
        return int(times) * (most - least) / int(of) if apart else 1.0

    def values(self) -> list[float]:
        """Return its points."""
        first, last = self.ends()
        return [first + step * (last - first) / (self.points - 1) for step in range(self.points)]

    def pair(self) -> Pair:
        """Return its points with their error bounds."""
        return np.array(self.values()), np.full(self.points, self.noise())

    def noise(self) -> float:
        """Return how far off a point may be, in units of an operation's relative error."""
        return 8 * sum(map(abs, self.ends())) + 2 * self._numbers_noise()

    def reference(self, point: int | str) -> str:
        """Return an absolute reference to a point, counted from 0; a text stands for the number of its row."""
        row = point if isinstance(point, str) else self._block.first + point
        return f"${self._block.letters[self._label]}${row}"

    def tick(self, point: int) -> Formula:
        """Return the formula of a point as it is written beside a picture: to a hundredth of the axis or better."""
        text = f"ROUND({self.reference(point)},2-INT(LN({self._to}-{self._from})/LN(10)))"

        def value() -> float:
            first, last = self.ends()
            return round(self.values()[point], 2 - floor(log10(last - first)))

        def accepts(shown: object, recalculated: object) -> bool:
            first, last = self.ends()
            usual = 2 - floor(log10(last - first))
            near = range(usual - 1, usual + 2)  # an engine may take 99.99 for 100
            return isinstance(shown, float) and any(
                shown == round(shown, digits) and abs(shown - self.values()[point]) <= 10.0**-digits for digits in near
            )

        return Formula(text, value, self.noise, accepts)

    @property
    def first_row(self) -> int:
        """The row of the first point."""
        return self._block.first

    def range(self) -> str:
        """Return the absolute range of its points."""
        return self._block.column(self._label)

    def place_formula(self, cell: str, descending: bool = False) -> str:
        """Return the formula of the point, from 1, that is nearest to a number in a cell."""
        part = f"({self._to}-{cell})" if descending else f"({cell}-{self._from})"
        return f"ROUND({part}/({self._to}-{self._from})*{self.points - 1},0)+1"

    def place(self, number: float, descending: bool = False) -> float:
        """Return how far along a number lies, in steps from 1, not rounded."""
        first, last = self.ends()
        return ((last - number) if descending else (number - first)) / (last - first) * (self.points - 1) + 1

    def put(self, page: Page) -> None:
        """Put its ends and its points."""
        self._block.header(page)
        least, most = f"MIN({self._cells})", f"MAX({self._cells})"
        apart = f"{most}-{least}>{_ALIKE:.9f}*(ABS({most})+ABS({least})+{_LEAST})"
        beyond = f"IF({apart},{self._share.replace('/', f'*({most}-{least})/')},1)"
        for end, text, place in ((self._from, f"{least}-{beyond}", 0), (self._to, f"{most}+{beyond}", 1)):
            page.put(end.replace("$", ""), Formula(text, partial(self._end, place), self.noise), style.CALC)
        for step in range(self.points):
            text = f"{self._from}+{step}*({self._to}-{self._from})/{self.points - 1}"
            value = partial(self._point, step)
            page.put(self.reference(step).replace("$", ""), Formula(text, value, self.noise), style.CALC)

    def _end(self, place: int) -> float:
        return self.ends()[place]

    def _point(self, step: int) -> float:
        return self.values()[step]
