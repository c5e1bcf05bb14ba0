"""The slopes of the loss along a direction, from the losses of the networks that are moved along it."""

from __future__ import annotations

from dataclasses import dataclass

from sheetgen.page.page import Formula
from sheetgen.sheets.directions import UNMOVED, Direction
from sheetgen.sheets.moved import MovedNetwork
from sheetgen.sheets.perturbed import MOVES, Networks


@dataclass(frozen=True)
class Slopes:
    """The slopes along one direction: formulas, and the numbers that their bounds are made of."""

    networks: Networks
    direction: Direction
    loss: str

    @property
    def epsilon(self) -> float:
        """The value of ε."""
        return self.networks.point.step()

    def central(self, multiple: int = 1) -> Formula:
        """Return the central difference of the loss, whose step is so many ε."""
        high, low = self._cell(multiple), self._cell(-multiple)

        def value() -> float:
            above, below = self._losses(multiple, -multiple)
            return (above - below) / (2 * multiple * self.epsilon)

        def error() -> float:
            return self.noise(multiple, -multiple) / (2 * multiple * self.epsilon)

        return Formula(f"({high}-{low})/({2 * multiple}*{self.networks.point.epsilon})", value, error)

    def one_sided(self, side: int) -> Formula:
        """Return the slope on one side: -1 or 1."""

        def value() -> float:
            there, here = self._losses(side, 0)
            return (there - here) / (side * self.epsilon)

        sign = "" if side > 0 else "-"
        text = f"({self._cell(side)}-{self._cell(0)})/({sign}{self.networks.point.epsilon})"
        return Formula(text, value, lambda: self.noise(side, 0) / self.epsilon)

    def bending(self) -> float:
        """Return how much the slopes of both sides differ."""
        return abs(float(self.one_sided(1).value()) - float(self.one_sided(-1).value()))

    def noise(self, *moves: int) -> float:
        """Return how far off the sum of some losses may be, in units of an operation's relative error."""
        return sum(abs(network.values[self.loss]) + network.errors[self.loss] for network in map(self._network, moves))

    def kinks(self) -> Formula | None:
        """Return how many numbers of branches differ from those of the network at rest; None where there are none."""
        networks = self.networks
        if not networks.numbers.branches:
            return None
        rest = networks.branch_cells(UNMOVED, 0)
        moved = [networks.branch_cells(self.direction, move) for move in MOVES]

        def value() -> float:
            resting = self._network(0).branches
            pairs = [(a, b) for m in MOVES for a, b in zip(self._network(m).branches, resting, strict=True)]
            return float(sum(a != b for a, b in pairs))

        text = "+".join(f"SUMPRODUCT(({cells}<>{rest})*1)" for cells in moved)
        return Formula(text, value, accepts=lambda *_: self.undecided)

    @property
    def undecided(self) -> bool:
        """Whether rounding decides on which side of a kink a network is."""
        return any(self._network(move).undecided for move in (0, *MOVES))

    def _network(self, move: int) -> MovedNetwork:
        return self.networks.network(self.direction if move else UNMOVED, move)

    def _losses(self, *moves: int) -> list[float]:
        return [network.values[self.loss] for network in map(self._network, moves)]

    def _cell(self, move: int) -> str:
        return self.networks.cell(self.loss, self.direction if move else UNMOVED, move)
