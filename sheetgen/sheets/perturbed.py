"""Networks computed anew by formulas of their own, a column each, moved along directions by multiples of ε.

They share no cell with the training sheets but the numbers they start from; the quotient
(E(w+ε·v) − E(w−ε·v))/2ε then stands against Σ gradient · v. Where relu and its like are used, the last rows tell on
which side of their kinks each network is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from sheetgen.algebra.notation import Excel
from sheetgen.network.graph import equation_of
from sheetgen.page import style
from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import Content, Formula, Page
from sheetgen.sheets.directions import UNMOVED, Direction
from sheetgen.sheets.moved import MovedNetwork, MovedNetworks, Point, with_held

MOVES = (-2, -1, 1, 2)
"""By what multiples of ε the parameters are moved along each direction."""

_ALONG, _MOVED_BY, _BRANCHES = "moved along", "moved by", "branches"
_HEADING_ROWS = 4
_COLUMN = "\x01"
"""Stands for the letters of a network's column, in the text of its formulas."""
_LOOK_OF_A_COMPONENT = replace(style.BUILT, number=style.SHORT)
_LOOK_OF_A_MOVE = replace(style.LABEL, number=style.SCIENTIFIC)
_GAP = 1
"""The columns left empty between the components of the directions and the networks."""


@dataclass
class Networks:
    """A block of networks from ``row`` down: the components of the directions from ``column`` on, then the networks.

    The first network has no parameter moved.
    """

    numbers: MovedNetworks
    directions: Sequence[Direction]
    row: int
    column: int

    def __post_init__(self) -> None:
        graph = self.numbers.graph
        self.names = (*graph.weights, *(quantity.name for quantity in graph.equations))
        first = self.row + _HEADING_ROWS
        self._rows = {name: first + index for index, name in enumerate(self.names)}
        self._branch_rows = range(first + len(self.names), first + len(self.names) + len(self.numbers.branches))
        written = [direction for direction in self.directions if direction.written]
        self._components = {d: column_letter(self.column + index) for index, d in enumerate(written)}
        self._moves = [(UNMOVED, 0), *((direction, move) for direction in self.directions for move in MOVES)]
        start = self.column + (len(written) + _GAP if written else 0)
        self._letters = {moved: column_letter(start + index) for index, moved in enumerate(self._moves)}
        self.end = start + len(self._moves) - 1
        self.last = first + len(self.names) + len(self.numbers.branches) - 1

    @property
    def point(self) -> Point:
        """Where the loss is differentiated."""
        return self.numbers.point

    @property
    def rows(self) -> Mapping[str, int]:
        """The row of each parameter and quantity."""
        return self._rows

    @property
    def header(self) -> int:
        """The last row of the header."""
        return self.row + _HEADING_ROWS - 1

    def cell(self, name: str, direction: Direction, move: int) -> str:
        """Return the cell of a quantity of a network."""
        return f"{self._letters[direction, move]}{self._rows[name]}"

    def across_names(self, direction: Direction, move: int) -> str:
        """Return the range of all parameters and quantities of a network."""
        letter = self._letters[direction, move]
        return f"{letter}{self._rows[self.names[0]]}:{letter}{self._rows[self.names[-1]]}"

    def branch_cells(self, direction: Direction, move: int) -> str:
        """Return the range of the numbers that tell on which side of its kinks a network is."""
        letter = self._letters[direction, move]
        return f"{letter}{self._branch_rows[0]}:{letter}{self._branch_rows[-1]}"

    def component_cells(self, direction: Direction) -> str:
        """Return the absolute range of the components of a direction that is written."""
        letter, weights = self._components[direction], self.numbers.graph.weights
        return f"${letter}${self._rows[weights[0]]}:${letter}${self._rows[weights[-1]]}"

    # --- on the page ---

    def put(self, page: Page, heading: str, note: str, called: Mapping[Direction, Content] | None = None) -> None:
        """Put the block on a page; ``called`` are the headings of directions that have another than their name."""
        page.put(f"A{self.row}", heading, style.HEADING)
        page.put(f"A{self.row + 1}", note, style.NOTE)
        for row, label in ((self.header - 1, _ALONG), (self.header, _MOVED_BY)):
            page.put(f"A{row}", label, style.LABEL)
        for name, row in self._rows.items():
            page.put(f"A{row}", name, style.NAME)
        for row in self._branch_rows:
            page.put(f"A{row}", _BRANCHES, style.NAME)
        headings = {direction: direction.name for direction in (UNMOVED, *self.directions)} | dict(called or {})
        for direction in self._components:
            self._put_components(page, direction, headings[direction])
        for direction, move in self._moves:
            self._put_network(page, direction, move, headings[direction])

    def _put_components(self, page: Page, direction: Direction, heading: Content) -> None:
        """Put the components of a direction, each in the row of its parameter."""
        letter = self._components[direction]
        page.put(f"{letter}{self.header - 1}", heading, style.LABEL)
        page.put(f"{letter}{self.header}", "component", style.LABEL)
        for number, weight in enumerate(self.numbers.graph.weights, start=1):
            component = direction.components.get(weight, 0.0)
            content: Content = component
            if direction.formula:
                content = Formula(direction.formula(number), partial(float, component))
            page.put(f"{letter}{self._rows[weight]}", content, _LOOK_OF_A_COMPONENT)

    def _put_network(self, page: Page, direction: Direction, move: int, heading: Content) -> None:
        """Put one network in its column."""
        letter, point, graph = self._letters[direction, move], self.point, self.numbers.graph
        times = {1: "", -1: "-"}.get(move, f"{move}*")
        moved_by: Content = Formula(f"{times}{point.epsilon}", lambda: move * point.step()) if move else 0.0
        page.put(f"{letter}{self.header - 1}", heading, style.LABEL)
        page.put(f"{letter}{self.header}", moved_by, _LOOK_OF_A_MOVE)
        for weight in graph.weights:
            text = point.reference(weight) + self._step(weight, direction, move)
            page.put(f"{letter}{self._rows[weight]}", self._formula(text, direction, move, weight), style.LINK)
        for name, pattern in self._patterns.items():
            formula = self._formula(pattern.replace(_COLUMN, letter), direction, move, name)
            page.put(f"{letter}{self._rows[name]}", formula, style.CALC)
        for index, (row, pattern) in enumerate(zip(self._branch_rows, self._branch_patterns, strict=True)):
            page.put(f"{letter}{row}", self._branch(pattern.replace(_COLUMN, letter), direction, move, index))

    @cached_property
    def _patterns(self) -> Mapping[str, str]:
        """The formulas of the quantities, which are alike in all networks but for their column."""
        equations = self.numbers.graph.equations
        return {quantity.name: self._notation.write(with_held(equation_of(quantity))) for quantity in equations}

    @cached_property
    def _branch_patterns(self) -> Sequence[str]:
        return [self._notation.write(branch) for branch in self.numbers.branches]

    @property
    def _notation(self) -> Excel:
        return Excel(self._reference, held=self.point.reference, batch=self._of_all_rows)

    def _step(self, weight: str, direction: Direction, move: int) -> str:
        """Return what a network's formula adds to a parameter."""
        if not move or not (direction.written or weight in direction.components):
            return ""
        moved_by = f"+{self._letters[direction, move]}${self.header}"
        return f"{moved_by}*${self._components[direction]}{self._rows[weight]}" if direction.written else moved_by

    def _reference(self, name: str) -> str:
        """Return the cell of a quantity, for the network in whatever column."""
        return f"{_COLUMN}{self._rows[name]}" if name in self._rows else self.point.reference(name)

    def _of_all_rows(self, name: str) -> str:
        """Return the range of a quantity in all rows of the batch."""
        of_all = self.numbers.whole.of_all(name)
        return f"{self._reference(of_all[0])}:{self._reference(of_all[-1])}"

    def _formula(self, text: str, direction: Direction, move: int, name: str) -> Formula:
        return Formula(
            text,
            lambda: self.network(direction, move).values[name],
            lambda: self.network(direction, move).errors[name],
        )

    def _branch(self, text: str, direction: Direction, move: int, index: int) -> Formula:
        """Return the formula of a number that tells on which side of its kinks a network is."""
        return Formula(
            text,
            lambda: self.network(direction, move).branches[index],
            accepts=lambda value, _: self.network(direction, move).undecided,
        )

    def network(self, direction: Direction, move: int) -> MovedNetwork:
        """Return the numbers of a network."""
        return self.numbers.at(direction, move)
