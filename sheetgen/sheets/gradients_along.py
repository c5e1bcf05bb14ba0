"""The gradients of the training sheets at iteration 0 along a direction: Σ gradient · v, in the first row of each.

Where the rows of a batch meet, they are the means of all of them, and stand in the last.
"""

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
            return Formula(self.book.layout.cell(Address(variant, label, 0, self._place)), value, error)
        down = self.networks.component_cells(direction)
        return Formula(f"SUM(TRANSPOSE({self._across(variant)})*{down})", value, error, array=True)

    def value(self, direction: Direction, variant: int) -> float:
        """Return that gradient, when the training has run."""
        return sum(self._products(direction, variant))

    def error(self, direction: Direction, variant: int) -> float:
        """Return how far off it may be: by the errors of the gradients, and the rounding of each partial sum.

        In units of an operation's relative error.
        """
        of_gradients = sum(
            abs(component) * self._error(variant, label) for label, component in self._gradients(direction)
        )
        return of_gradients + sum(map(abs, accumulate(self._products(direction, variant))))

    def mean_size(self) -> Formula:
        """Return the mean size of a gradient, on the first training sheet."""
        labels, across = self._labels(), self._across(0)
        number, error = partial(self._number, 0), partial(self._error, 0)

        def value() -> float:
            return sum(abs(number(label)) for label in labels) / len(labels)

        text = f"SUMPRODUCT({across}*(2*({across}>0)-1))/{len(labels)}"
        return Formula(text, value, lambda: len(labels) * value() + sum(map(error, labels)) / len(labels))

    def _labels(self) -> list[str]:
        return [self._label(weight) for weight in self.book.study.network.weights]

    def _label(self, weight: str) -> str:
        study = self.book.study
        return study.checked(study.network.slope(weight))

    @property
    def _place(self) -> int:
        """The row of the batch in which the gradients stand, from 0: what is of all of them is whole in the last."""
        return self.book.study.whole.rows - 1

    def _number(self, variant: int, label: str) -> float:
        return self.book.results.first(variant, label, self._place)

    def _error(self, variant: int, label: str) -> float:
        return self.book.results.start_error(variant, label, 0, self._place)

    def _across(self, variant: int) -> str:
        """Return the range of all gradients of a training sheet, where they stand side by side."""
        labels = self._labels()
        return self.book.layout.range(variant, labels[0], labels[-1], self._place, self._place)

    def _gradients(self, direction: Direction) -> Iterator[tuple[str, float]]:
        """Yield the gradients of the parameters that a direction moves, each with its component."""
        return ((self._label(weight), component) for weight, component in direction.components.items())

    def _products(self, direction: Direction, variant: int) -> list[float]:
        return [self._number(variant, label) * component for label, component in self._gradients(direction)]
