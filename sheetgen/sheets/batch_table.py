"""What the rows of a batch are given, as a table: a quantity a column, a row of the batch a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from sheetgen.network.graph import POSITION
from sheetgen.network.whole_batch import WholeBatch, in_row
from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.page import Formula, Page


@dataclass(frozen=True)
class BatchTable:
    """The table of some quantities, ``names``, with its heading in ``row``; nothing where a batch is one row."""

    whole: WholeBatch
    names: tuple[str, ...]
    row: int

    @cached_property
    def block(self) -> Block:
        """Where they stand."""
        return Block.below(self.row + 1, (POSITION, *self.names), self.whole.rows)

    @property
    def end(self) -> int:
        """The last row, or the row above the table where there is none."""
        return self.block.last if self.whole.several else self.row - 1

    @cached_property
    def cells(self) -> Mapping[str, str]:
        """The cell of each quantity of a row, by what it is called there."""
        if not self.whole.several:
            return {}
        return {
            in_row(name, place): self.block.absolute(name, row)
            for name in self.names
            for place, row in zip(self.whole.places, self.block.rows, strict=True)
        }

    def put(self, page: Page, heading: str, content: Callable[[str, int], Formula]) -> None:
        """Put the table on a page; ``content`` gives a quantity in a row of the batch, counted from 1."""
        if not self.whole.several:
            return
        page.heading("A", self.row, heading)
        self.block.header(page)
        looks = (style.COUNT, *[style.LINK] * len(self.names))
        for place, row in zip(self.whole.places, self.block.rows, strict=True):
            self.block.line(page, row, (float(place), *(content(name, place) for name in self.names)), looks)
