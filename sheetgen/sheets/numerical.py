"""The central difference of the loss, computed by formulas of its own.

Each weight is moved by −ε and by +ε, and the whole network is computed again from the Inputs sheet, on
rows that share no cell with the training sheets. (E(w+ε) − E(w−ε))/2ε then stands against the gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from openpyxl.utils import get_column_letter

from sheetgen import style
from sheetgen.errors import UsageError
from sheetgen.graph import Section, equation, partial
from sheetgen.layout import Address
from sheetgen.notation import Excel
from sheetgen.numeric import ARITHMETIC_ERRORS, evaluate
from sheetgen.sheets.book import Book
from sheetgen.sheets.page import Formula, Page
from sheetgen.study import EPSILON

_MOVED, _BY, _DIFFERENCE, _FIRST = 1, 2, 3, 5


class Numerical:
    """The block of perturbed networks, from ``row`` down."""

    def __init__(self, book: Book, row: int) -> None:
        self.book, self.row = book, row
        graph = book.study.graph
        self.weights = [quantity.name for quantity in graph.section(Section.WEIGHTS)]
        self.names = [*self.weights, *(quantity.name for quantity in graph.equations)]
        self.letters = {name: get_column_letter(_FIRST + i) for i, name in enumerate(self.names)}

    def _row(self, index: int, up: bool) -> int:
        """Return the row of a weight's network, moved down or up."""
        return self.row + 3 + 2 * index + up

    def put(self, page: Page) -> None:
        """Put the block on the page."""
        page.put(f"A{self.row}", "Central differences at iteration 0", style.HEADING)
        note = "Each weight is moved by −ε and +ε and the network computed again, from Inputs, by formulas of its own."
        page.put(f"A{self.row + 1}", note, style.NOTE)
        header = self.row + 2
        page.heights[header] = 24
        page.row(header, ("weight", "moved by", None, "(E₊ − E₋)/2ε"), style.LABEL)
        page.row(header, self.names, style.LABEL, _FIRST)
        for index, weight in enumerate(self.weights):
            for up in (False, True):
                self._network(page, index, weight, up)
            page.put(f"D{self._row(index, True)}", self.difference(index), style.CALC)

    def _network(self, page: Page, index: int, weight: str, up: bool) -> None:
        """Put one perturbed network on its row."""
        row, layout = self._row(index, up), self.book.layout
        page.put(f"A{row}", weight, style.NAME)
        epsilon = self.book.study.settings[EPSILON]
        step = epsilon if up else -epsilon
        sign = "" if up else "-"
        page.put(f"B{row}", Formula(f"{sign}{layout.given(EPSILON)}", lambda: step), style.LINK)
        given = {*layout.study.graph.inputs, *layout.study.graph.targets}
        notation = Excel(lambda name: layout.given(name) if name in given else f"{self.letters[name]}{row}")
        for name in self.weights:
            moved = f"+$B{row}" if name == weight else ""
            value = self.value(index, up, name)
            page.put(f"{self.letters[name]}{row}", Formula(layout.given(name) + moved, value), style.LINK)
        for quantity in layout.study.graph.equations:
            formula = Formula(notation.write(equation(quantity)), self.value(index, up, quantity.name))
            page.put(f"{self.letters[quantity.name]}{row}", formula, style.CALC)

    @cached_property
    def _values(self) -> dict[tuple[int, bool], dict[str, float]]:
        """The values of every perturbed network, by (index of the weight, moved up)."""
        study = self.book.study
        found: dict[tuple[int, bool], dict[str, float]] = {}
        for index, weight in enumerate(self.weights):
            for up in (False, True):
                values = dict(study.values)
                step = study.settings[EPSILON] if up else -study.settings[EPSILON]
                values[weight] = values[weight] + step
                for quantity in study.graph.equations:
                    try:
                        values[quantity.name] = evaluate(equation(quantity), values.__getitem__)
                    except ARITHMETIC_ERRORS:
                        raise UsageError(self._edge(weight, quantity.name)) from None
                found[index, up] = values
        return found

    def _edge(self, weight: str, quantity: str) -> str:
        """Say that a weight stands at the edge of a function's domain."""
        value, step = self.book.study.values[weight], self.book.study.settings[EPSILON]
        return (
            f"{quantity} has no value when {weight} = {value!r} is moved by ±{step!r}, as the central difference on"
            f" Checks does; start {weight} further from that edge"
        )

    def value(self, index: int, up: bool, name: str) -> Callable[[], float]:
        """Return the function that gives a quantity of a perturbed network."""
        return lambda: self._values[index, up][name]

    def _quotient(self, index: int) -> float:
        loss = self.book.study.graph.loss
        high, low = (self._values[index, up][loss] for up in (True, False))
        return (high - low) / (2 * self.book.study.settings[EPSILON])

    def difference(self, index: int) -> Formula:
        """Return the central difference of a weight."""
        column = self.letters[self.book.study.graph.loss]
        high, low = (f"{column}{self._row(index, up)}" for up in (True, False))
        epsilon = self.book.layout.given(EPSILON)
        return Formula(f"({high}-{low})/(2*{epsilon})", lambda: self._quotient(index))

    def deviation(self, index: int, variant: int) -> Formula:
        """Return how far a weight's gradient column, at iteration 0, is from its central difference."""
        graph, layout = self.book.study.graph, self.book.layout
        name = partial(graph.loss, self.weights[index])
        gradient, loss = (layout.cell(Address(variant, q, 0)) for q in (name, graph.loss))
        numerical = f"$D${self._row(index, True)}"

        def value() -> float:
            first = self.book.results.first[variant]
            off = abs(self._quotient(index) - first[name])
            return off / (1 + abs(first[name]) + abs(first[graph.loss]))

        return Formula(f"ABS({numerical}-{gradient})/(1+ABS({gradient})+ABS({loss}))", value, scale=1.0)
