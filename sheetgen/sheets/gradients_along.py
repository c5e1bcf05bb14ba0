"""The gradients of the training sheets at iteration 0 along a direction: Σ gradient · v, in the first row of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import accumulate

from sheetgen.page.page import Formula
from sheetgen.sheets.book import Book
from sheetgen.sheets.directions import Direction
from sheetgen.sheets.layout import Address
from sheetgen.sheets.perturbed import Networks


@dataclass(frozen=True)
class GradientsAlong:
    """The gradients along the directions of some networks, whose components stand beside those."""

    book: Book
    networks: Networks

    def formula(self, direction: Direction, variant: int) -> Formula:
        """Return the gradient of a training sheet along a direction."""
        value, error = partial(self.value, direction, variant), partial(self.error, direction, variant)
        if not direction.written:
            ((label, _),) = self._gradients(direction)
            return Formula(self.book.layout.cell(Address(variant, label, 0)), value, error)
        down = self.networks.component_cells(direction)
        return Formula(f"SUM(TRANSPOSE({self._across(variant)})*{down})", value, error, array=True)

    def value(self, direction: Direction, variant: int) -> float:
        """Return that gradient, when the training has run."""
        return sum(self._products(direction, variant))

    def error(self, direction: Direction, variant: int) -> float:
        """Return how far off it may be: by the errors of the gradients, and the rounding of each partial sum.

        In units of an operation's relative error.
        """
        error = partial(self.book.results.start_error, variant)
        of_gradients = sum(abs(component) * error(label) for label, component in self._gradients(direction))
        return of_gradients + sum(map(abs, accumulate(self._products(direction, variant))))

    def mean_size(self) -> Formula:
        """Return the mean size of a gradient, on the first training sheet."""
        labels, across = self._labels(), self._across(0)
        first, error = partial(self.book.results.first, 0), partial(self.book.results.start_error, 0)

        def value() -> float:
            return sum(abs(first(label)) for label in labels) / len(labels)

        text = f"SUMPRODUCT({across}*(2*({across}>0)-1))/{len(labels)}"
        return Formula(text, value, lambda: len(labels) * value() + sum(map(error, labels)) / len(labels))

    def _labels(self) -> list[str]:
        graph = self.book.study.network
        return [graph.slope(weight) for weight in graph.weights]

    def _across(self, variant: int) -> str:
        """Return the range of all gradients of a training sheet, where they stand side by side."""
        labels = self._labels()
        return self.book.layout.range(variant, labels[0], labels[-1], 0, 0)

    def _gradients(self, direction: Direction) -> Iterator[tuple[str, float]]:
        """Yield the gradients of the parameters that a direction moves, each with its component."""
        slope = self.book.study.network.slope
        return ((slope(weight), component) for weight, component in direction.components.items())

    def _products(self, direction: Direction, variant: int) -> list[float]:
        first = partial(self.book.results.first, variant)
        return [first(label) * component for label, component in self._gradients(direction)]
