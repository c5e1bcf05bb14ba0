"""A table on a sheet whose columns are found by their labels, so that no letter is computed by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from sheetgen.page.page import Content, Page
from sheetgen.page.style import LABEL, Style


@dataclass(frozen=True)
class Block:
    """A table on a sheet: its first and last row below the header, and the letter of each column by its label."""

    first: int
    last: int
    letters: Mapping[str, str]

    @staticmethod
    def below(row: int, labels: Sequence[str], rows: int, column: int = 1) -> Block:
        """Return the block of so many rows below a header in ``row``, whose labels begin in ``column``."""
        letters = {label: get_column_letter(column + index) for index, label in enumerate(labels)}
        return Block(row + 1, row + rows, letters)

    def column(self, label: str) -> str:
        """Return the absolute range of a column."""
        letter = self.letters[label]
        return f"${letter}${self.first}:${letter}${self.last}"

    def cell(self, label: str, row: int) -> str:
        """Return the reference to a column's cell in a row, relative."""
        return f"{self.letters[label]}{row}"

    def header(self, page: Page, style: Style = LABEL) -> None:
        """Put the labels in the row above the first one."""
        for label in self.letters:
            page.put(self.cell(label, self.first - 1), label, style)

    def line(self, page: Page, row: int, contents: Iterable[Content], looks: Iterable[Style]) -> None:
        """Put one row of the table, a content and a style a column."""
        for label, content, look in zip(self.letters, contents, looks, strict=True):
            page.put(self.cell(label, row), content, look)
