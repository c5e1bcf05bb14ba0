"""The slopes of the loss along a direction, from the losses of the networks that are moved along it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

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
        text = f"({self._cell(multiple)}-{self._cell(-multiple)})/({2 * multiple}*{self.networks.point.epsilon})"
        noise = partial(self.noise, multiple, -multiple)
        return Formula(text, partial(self.difference, multiple), lambda: noise() / (2 * multiple * self.epsilon))

    def one_sided(self, side: int) -> Formula:
        """Return the slope on one side: -1 or 1."""
        sign = "" if side > 0 else "-"
        text = f"({self._cell(side)}-{self._cell(0)})/({sign}{self.networks.point.epsilon})"
        return Formula(text, partial(self.beside, side), lambda: self.noise(side, 0) / self.epsilon)

    def difference(self, multiple: int = 1) -> float:
        """Return the central difference of the loss, whose step is so many ε."""
        return (self._loss(multiple) - self._loss(-multiple)) / (2 * multiple * self.epsilon)

    def beside(self, side: int) -> float:
        """Return the slope on one side: -1 or 1."""
        return (self._loss(side) - self._loss(0)) / (side * self.epsilon)

    def bending(self) -> float:
        """Return how much the slopes of both sides differ."""
        return abs(self.beside(1) - self.beside(-1))

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
        text = "+".join(f"SUMPRODUCT(({cells}<>{rest})*1)" for cells in moved)
        return Formula(text, self.crossed, accepts=lambda *_: self.undecided)

    def crossed(self) -> float:
        """Return how many numbers of branches differ from those of the network at rest."""
        resting = self._network(0).branches
        moved = (self._network(move).branches for move in MOVES)
        return float(sum(a != b for branches in moved for a, b in zip(branches, resting, strict=True)))

    @property
    def undecided(self) -> bool:
        """Whether rounding decides on which side of a kink a network is."""
        return any(self._network(move).undecided for move in (0, *MOVES))

    def _network(self, move: int) -> MovedNetwork:
        return self.networks.network(self.direction if move else UNMOVED, move)

    def _loss(self, move: int) -> float:
        return self._network(move).values[self.loss]

    def _cell(self, move: int) -> str:
        return self.networks.cell(self.loss, self.direction if move else UNMOVED, move)
