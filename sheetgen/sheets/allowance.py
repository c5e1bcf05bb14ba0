"""How far a gradient may be from its central difference: what rounding of the loss and the size of ε explain."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sheetgen.network.study import TOLERANCE
from sheetgen.network.tolerance import Tolerance
from sheetgen.page.page import Formula
from sheetgen.sheets.loss_scale import LossScale
from sheetgen.sheets.slopes import Slopes

LEAST = 1e-300
"""The size of a divisor at least."""
NO_PROOF = "no proof"
"""What stands in place of the error that shows at a kink."""


@dataclass(frozen=True)
class Allowance:
    """What is allowed along one direction.

    ``rounding`` is the relative rounding granted to the loss, which stands in the cell ``rounding_cell``.
    """

    slopes: Slopes
    scale: LossScale
    rounding: float
    rounding_cell: str

    def formula(self, central: str, wider: str, bending: str) -> Formula:
        """Return what is allowed; ``central``, ``wider`` and ``bending`` are the cells of those numbers."""
        products, size = self.scale.products_cell, self.scale.size_cell
        epsilon = self.slopes.networks.point.epsilon
        curvature, change = f"{bending}/{epsilon}", f"ABS({wider}-{central})"
        largest = f"MAX(ABS({central}),ABS({wider}),{LEAST:.0E})"
        text = (
            f"{self.rounding_cell}*({products}/{epsilon}+{size}*({curvature}+SQRT({curvature})))"
            f"+4*{change}*(1+100*{change}/{largest})"
        )
        return Formula(text, self.value, self._error, lambda value, _: self._may_be(value))

    def that_shows(self, central: str, allowed: str, kink: str) -> Formula:
        """Return the least error of a single gradient that surely fails the check, from the cells of those numbers.

        ``kink`` is empty where there are no kinks; at one, no error shows for sure.
        """
        book, least = self.scale.book, self.slopes.direction.least
        tolerance = book.study.settings[TOLERANCE]
        text = f"(2*{allowed}+{book.layout.given(TOLERANCE)}*ABS({central}))/{least:g}"

        def at(allowed: float) -> float:
            return (2 * allowed + tolerance * abs(self.slopes.difference())) / least

        def value() -> float | str:
            return NO_PROOF if self.at_kink() else at(self.value())

        def accepts(value: object, _: object) -> bool:
            if self.slopes.undecided and value == NO_PROOF:
                return True
            return isinstance(value, float) and 0.5 * at(self._beside(-1)) <= value <= 1.5 * at(self._beside(1))

        text = f'IF({kink}>0,"{NO_PROOF}",{text})' if kink else text
        return Formula(text, value, lambda: 2 * self._error() / least, accepts)

    def at_kink(self) -> bool:
        """Whether a kink lies within 2ε."""
        return self.slopes.crossed() > 0

    def value(self) -> float:
        """Return what is allowed."""
        return self._beside(0)

    def _beside(self, side: int) -> float:
        """Return it at the losses as computed (0), or the least (-1) or most (1) that their rounding makes of it."""
        slopes = self.slopes
        noise = side * slopes.noise(-2, -1, 0, 1, 2) * Tolerance.atol / slopes.epsilon
        central, wider = slopes.difference(), slopes.difference(2)
        curvature = max(0.0, slopes.bending() + noise) / slopes.epsilon
        change = max(0.0, abs(wider - central) + noise)
        largest = max(abs(central) - noise, abs(wider) - noise, LEAST)
        rounding = self.scale.products() / slopes.epsilon + self.scale.size() * (curvature + math.sqrt(curvature))
        # Two numbers differ by twice the larger at most.
        return self.rounding * rounding + 4 * change * (1 + 100 * min(change / largest, 2.0))

    def _may_be(self, value: object) -> bool:
        """Whether that may be what is allowed: a bound of rounding errors is itself mostly rounding."""
        return isinstance(value, float) and 0.5 * self._beside(-1) <= value <= 1.5 * self._beside(1)

    def _error(self) -> float:
        """Return how far off it may be, in units of an operation's rounding."""
        noise = self.slopes.noise(-2, -1, 1, 2)
        return (self.rounding * self.scale.products_error() + 8 * noise) / self.slopes.epsilon
