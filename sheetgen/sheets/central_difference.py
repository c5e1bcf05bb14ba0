"""The central difference of the loss at iteration 0, from the Inputs sheet, against every gradient.

Each difference brings the bound of its own error: what rounding of the loss makes of it, which grows as ε shrinks,
and what the step leaves out, which grows with ε² and shows in a step twice as large. Where a kink lies within the
step there is no one slope; the gradient then lies between 0 and those of both sides, or hardly outside: it follows
one side of every kink, and a slope on one side of a deep network may take other sides of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

from sheetgen.network.graph import derivative_label
from sheetgen.network.study import EPSILON
from sheetgen.network.tolerance import Tolerance
from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.page import Content, Formula, Page
from sheetgen.sheet_names import CHECKS
from sheetgen.sheets.book import Book
from sheetgen.sheets.layout import Address
from sheetgen.sheets.loss_scale import LossScale
from sheetgen.sheets.perturbed import UNMOVED, Networks, Point

_WEIGHT = "weight"
_LABELS = _CENTRAL, _WIDER, _BELOW, _ABOVE, _BENDING, _ALLOWED, _KINK = (
    "(E₊ − E₋)/2ε", "the same with 2ε", "slope below", "slope above", "bending", "allowed difference", "kink within 2ε",
)  # fmt: skip
_FIRST_COLUMN = 5
_NOTE = (
    "The gradient of every weight at iteration 0 against the central difference of the loss. Allowed is what rounding"
    " and the size of ε explain."
)
_NETWORKS_NOTE = (
    "Each weight is moved by ±ε and ±2ε and the network computed again, from Inputs, by formulas of its own."
)
_LEAST = 1e-300
_HEADING_ROWS = 3


@dataclass
class CentralDifferences:
    """The central differences on Checks, from ``row`` down, and below them the perturbed networks.

    ``rounding`` is the relative rounding granted to the loss, which stands in the cell ``rounding_cell``.
    """

    book: Book
    row: int
    rounding_cell: str
    rounding: float

    def __post_init__(self) -> None:
        weights = self.book.study.network.weights
        header = self.row + _HEADING_ROWS - 1
        self.names = Block.below(header, (_WEIGHT,), len(weights))
        self.table = Block.below(header, _LABELS, len(weights), _FIRST_COLUMN)
        facts_row = self.table.last + 2
        self.networks = Networks(self.book, _start(self.book), facts_row + 5, (-2, -1, 1, 2), unmoved=True)
        self.scale = LossScale(self.book, self.networks, facts_row)
        self.loss = self.book.study.network.loss

    def put(self, page: Page) -> None:
        """Put the table and its networks on the page."""
        page.put(f"A{self.row}", "Central differences at iteration 0", style.HEADING)
        page.put(f"A{self.row + 1}", _NOTE, style.NOTE)
        self.names.header(page)
        self.table.header(page)
        page.heights[self.table.first - 1] = 32
        scientific = style.Style(number="0.0E+00")
        looks = (style.CALC, style.CALC, style.CALC, style.CALC, style.CALC, scientific, style.Style(align="center"))
        for row, weight in zip(self.table.rows, self.networks.weights, strict=True):
            page.put(self.names.cell(_WEIGHT, row), weight, style.NAME)
            self.table.line(page, row, self._line(weight), looks)
        self.networks.put(page, "The networks with one weight moved", _NETWORKS_NOTE, (_WEIGHT, "moved by", None, None))
        self.scale.put(page)

    # --- the numbers of a weight ---

    def _line(self, weight: str) -> tuple[Content, ...]:
        networks = self.networks
        return (
            networks.quotient(weight),
            networks.quotient(weight, 2),
            self._slope(weight, -1),
            self._slope(weight, 1),
            self._bending(weight),
            self._allowed(weight),
            self.at_kink(weight) or 0.0,
        )

    def _cell(self, label: str, weight: str) -> str:
        return self.table.absolute(label, self.table.rows[self.networks.weights.index(weight)])

    def _loss_cell(self, weight: str, move: int) -> str:
        return self.networks.table.cell(self.loss, self.networks.row_of(weight, move))

    def _losses(self, weight: str, *moves: int) -> list[float]:
        networks = [self.networks.network(weight if move else UNMOVED, move) for move in moves]
        return [network.values[self.loss] for network in networks]

    def _noise(self, weight: str, *moves: int) -> float:
        networks = [self.networks.network(weight if move else UNMOVED, move) for move in moves]
        return sum(abs(network.values[self.loss]) + network.errors[self.loss] for network in networks)

    @property
    def _epsilon(self) -> float:
        return self.networks.point.step()

    def _slope(self, weight: str, side: int) -> Formula:
        """Return the slope of the loss on one side."""
        moved, unmoved = self._loss_cell(weight, side), self._loss_cell(UNMOVED, 0)

        def value() -> float:
            there, here = self._losses(weight, side, 0)
            return (there - here) / (side * self._epsilon)

        sign = "" if side > 0 else "-"
        text = f"({moved}-{unmoved})/({sign}{self.networks.point.epsilon})"
        return Formula(text, value, lambda: self._noise(weight, side, 0) / self._epsilon)

    def _bending(self, weight: str) -> Formula:
        """Return how much the slopes of both sides differ."""
        below, above = self._cell(_BELOW, weight), self._cell(_ABOVE, weight)

        def value() -> float:
            return abs(float(self._slope(weight, 1).value()) - float(self._slope(weight, -1).value()))

        return Formula(f"ABS({above}-{below})", value, lambda: self._noise(weight, -1, 0, 0, 1) / self._epsilon)

    def _allowed(self, weight: str) -> Formula:
        """Return how far the gradient may be from its central difference."""
        central, wider, bending = (self._cell(label, weight) for label in (_CENTRAL, _WIDER, _BENDING))
        products, size = self.scale.products_cell, self.scale.size_cell
        epsilon = self.networks.point.epsilon
        curvature, change = f"{bending}/{epsilon}", f"ABS({wider}-{central})"
        largest = f"MAX(ABS({central}),ABS({wider}),{_LEAST:.0E})"
        text = (
            f"{self.rounding_cell}*({products}/{epsilon}+{size}*({curvature}+SQRT({curvature})))"
            f"+4*{change}*(1+100*{change}/{largest})"
        )

        def accepts(value: object, _: object) -> bool:
            # A bound of rounding errors is itself mostly rounding.
            low, high = (self._allowed_beside(weight, side) for side in (-1, 1))
            return isinstance(value, float) and 0.5 * low <= value <= 1.5 * high

        return Formula(text, partial(self.allowed, weight), partial(self._allowed_error, weight), accepts)

    def allowed(self, weight: str) -> float:
        """Return how far a gradient may be from its central difference."""
        return self._allowed_beside(weight, 0)

    def _allowed_beside(self, weight: str, side: int) -> float:
        """Return it at the losses as computed (0), or the least (-1) or most (1) that their rounding makes of it."""
        noise = side * self._noise(weight, -2, -1, 0, 1, 2) * Tolerance.atol / self._epsilon
        central, wider = (float(self.networks.quotient(weight, multiple).value()) for multiple in (1, 2))
        curvature = max(0.0, float(self._bending(weight).value()) + noise) / self._epsilon
        change = max(0.0, abs(wider - central) + noise)
        largest = max(abs(central) - noise, abs(wider) - noise, _LEAST)
        rounding = self.scale.products() / self._epsilon + self.scale.size() * (curvature + math.sqrt(curvature))
        # Two numbers differ by twice the larger at most.
        return self.rounding * rounding + 4 * change * (1 + 100 * min(change / largest, 2.0))

    def _allowed_error(self, weight: str) -> float:
        """Return how far off that may be, in units of an operation's rounding."""
        noise = self._noise(weight, -2, -1, 1, 2)
        return (self.rounding * self.scale.products_error() + 8 * noise) / self._epsilon

    def at_kink(self, weight: str) -> Formula | None:
        """Return how many networks are on another side of a kink than the one at rest; None where there is none."""
        networks, moves = self.networks, self.networks.moves
        if not networks.branches:
            return None
        first, last = (list(networks.branch_table.letters)[index] for index in (0, -1))
        rest = networks.branch_table.across(first, last, networks.row_of(UNMOVED, 0))
        rows = [networks.branch_table.across(first, last, networks.row_of(weight, move)) for move in moves]
        text = "+".join(f"SUMPRODUCT(({row}<>{rest})*1)" for row in rows)

        def value() -> float:
            resting = networks.network(UNMOVED, 0).branches
            pairs = [
                (a, b) for move in moves for a, b in zip(networks.network(weight, move).branches, resting, strict=True)
            ]
            return float(sum(a != b for a, b in pairs))

        return Formula(text, value, accepts=lambda *_: self._undecided(weight))

    def kink(self, weight: str) -> Formula | None:
        """Return a reference to that number, for another cell of the sheet."""
        here = self.at_kink(weight)
        return here and Formula(self._cell(_KINK, weight), here.value, accepts=here.accepts)

    @property
    def undecided(self) -> bool:
        """Whether rounding decides on which side of a kink any weight's networks are."""
        return any(map(self._undecided, self.networks.weights))

    def _undecided(self, weight: str) -> bool:
        networks = [self.networks.network(weight, move) for move in self.networks.moves]
        return any(network.undecided for network in [*networks, self.networks.network(UNMOVED, 0)])

    # --- the check ---

    def deviation(self, weight: str, variant: int) -> Formula:
        """Return how far a weight's gradient is from what its central difference allows, relative to the larger."""
        loss = self.loss
        name = derivative_label(loss, weight)
        gradient = self.book.layout.cell(Address(variant, name, 0))
        central, below, above, allowed = (self._cell(c, weight) for c in (_CENTRAL, _BELOW, _ABOVE, _ALLOWED))
        distance = f"ABS({central}-{gradient})"
        if self.networks.branches:
            margin = f"MAX(ABS({below}),ABS({above}))/100"
            outside = f"MAX(0,MIN(0,{below},{above})-{gradient},{gradient}-MAX(0,{below},{above}))-{margin}"
            distance = f"IF({self._cell(_KINK, weight)}>0,{outside},{distance})"
        size = f"MAX(ABS({central}),ABS({gradient}),{_LEAST:.0E})"
        value = partial(self._excess, weight, variant)
        return Formula(f"MAX(0,{distance}-{allowed})/{size}", value, lambda: self._excess_error(weight, variant))

    def _excess(self, weight: str, variant: int) -> float:
        gradient = self.book.results.first(variant, derivative_label(self.loss, weight))
        central, kink = float(self.networks.quotient(weight).value()), self.at_kink(weight)
        distance = abs(central - gradient)
        if kink is not None and kink.value():
            below, above = (float(self._slope(weight, side).value()) for side in (-1, 1))
            distance = max(0.0, min(0.0, below, above) - gradient, gradient - max(0.0, below, above))
            distance -= max(abs(below), abs(above)) / 100
        return max(0.0, distance - self.allowed(weight)) / max(abs(central), abs(gradient), _LEAST)

    def _excess_error(self, weight: str, variant: int) -> float:
        gradient = abs(self.book.results.first(variant, derivative_label(self.loss, weight)))
        return self._noise(weight, -2, -1, 0, 1, 2) / self._epsilon / max(gradient, _LEAST)


def _start(book: Book) -> Point:
    """Return the point that training starts from, as Inputs has it."""
    study, layout = book.study, book.layout
    given = study.at_sample(study.sample_in(0))

    def reference(name: str) -> str:
        return layout.at_first(name) if name in given else layout.cell(Address(0, name, 0))

    return Point(
        reference=reference,
        value=lambda name: given[name] if name in given else book.results.first(0, name),
        error=lambda name: 0.0,
        epsilon=book.layout.given(EPSILON),
        step=lambda: study.settings[EPSILON],
        sheet=CHECKS,
        remedy="start {weight} further from that edge, or make ε smaller",
    )
