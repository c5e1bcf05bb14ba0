"""The central difference of the loss at iteration 0, from the Inputs sheet, against every gradient."""

from __future__ import annotations

from functools import partial

from openpyxl.utils.cell import absolute_coordinate

from sheetgen.network.graph import derivative_label
from sheetgen.network.study import EPSILON
from sheetgen.page import style
from sheetgen.page.page import Formula, Page
from sheetgen.sheet_names import CHECKS
from sheetgen.sheets.book import Book
from sheetgen.sheets.layout import Address
from sheetgen.sheets.perturbed import Networks, Point

_LABELS = ("weight", "moved by", None, "(E₊ − E₋)/2ε")
_QUOTIENT_COLUMN = "D"
_NOTE = "Each weight is moved by −ε and +ε and the network computed again, from Inputs, by formulas of its own."


class CentralDifferences:
    """The block of perturbed networks on Checks, from ``row`` down."""

    def __init__(self, book: Book, row: int) -> None:
        self.book = book
        self.networks = Networks(book, _start(book), row)

    def put(self, page: Page) -> None:
        """Put the block on the page."""
        networks = self.networks
        networks.put(page, "Central differences at iteration 0", _NOTE, _LABELS)
        for weight in networks.weights:
            page.put(self._cell(weight), networks.quotient(weight), style.CALC)

    def _cell(self, weight: str) -> str:
        """Return the cell of a weight's central difference: beside the network in which the weight is larger."""
        return f"{_QUOTIENT_COLUMN}{self.networks.row_of(weight, 1)}"

    def deviation(self, index: int, variant: int) -> Formula:
        """Return how far a weight's gradient column, at iteration 0, is from its central difference."""
        graph, layout = self.book.study.network, self.book.layout
        weight = self.networks.weights[index]
        name = derivative_label(graph.loss, weight)
        gradient, loss = (layout.cell(Address(variant, q, 0)) for q in (name, graph.loss))
        difference = absolute_coordinate(self._cell(weight))
        quotient = self.networks.quotient(weight)

        def value() -> float:
            first = partial(self.book.results.first, variant)
            distance = abs(float(quotient.value()) - first(name))
            return distance / (1 + abs(first(name)) + abs(first(graph.loss)))

        return Formula(f"ABS({difference}-{gradient})/(1+ABS({gradient})+ABS({loss}))", value, scale=1.0)


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
        remedy="start {weight} further from that edge",
    )
