"""The table of all parameters on Gradient check, and the gradients of the picked one and of all along a direction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate

from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.page import Formula, Page
from sheetgen.sheets.book import Book
from sheetgen.sheets.directions import Direction
from sheetgen.sheets.gradient_check.lines import GRADIENT, PARAMETER, VALUE
from sheetgen.sheets.lookup import Lookup

_LINK = replace(style.LINK, align="center")


@dataclass(frozen=True)
class Parameters:
    """The value and the gradient of every parameter at the picked step, from a header in the row ``header`` down."""

    book: Book
    step: Lookup
    header: int

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters."""
        return self.book.study.network.weights

    @property
    def block(self) -> Block:
        """Where they stand."""
        return Block.below(self.header, (PARAMETER, VALUE, GRADIENT), len(self.names))

    def put(self, page: Page) -> None:
        """Put the table with its heading."""
        block = self.block
        page.heading(block.letters[PARAMETER], block.first - 2, "All parameters at this step")
        block.header(page)
        for row, name in zip(block.rows, self.names, strict=True):
            contents = (name, self.step.formula(name), self.step.formula(self._label(name)))
            block.line(page, row, contents, (style.NAME, _LINK, _LINK))

    def picked(self, label: str, number: str) -> Formula:
        """Return the formula of the picked parameter's value or gradient; its number stands in a cell."""
        name = self.names[self.book.picks.parameter]
        name = name if label == VALUE else self._label(name)
        text = f"INDEX({self.block.column(label)},{number})"
        return Formula(text, partial(self.step.value, name), partial(self.step.error, name))

    def along(self, direction: Direction, components: str) -> Formula:
        """Return the formula of the gradient along a direction, whose components stand in a range."""
        # As a product of ranges, a text among the gradients makes it an error.
        text = f"SUMPRODUCT({self.block.column(GRADIENT)}*{components})"

        def products() -> list[float]:
            return [self.step.value(self._label(name)) * v for name, v in direction.components.items()]

        def error() -> float:
            of_gradients = sum(abs(v) * self.step.error(self._label(name)) for name, v in direction.components.items())
            return of_gradients + sum(map(abs, accumulate(products())))

        return Formula(text, lambda: sum(products()), error)

    def _label(self, name: str) -> str:
        return self.book.study.checked(self.book.study.network.slope(name))
