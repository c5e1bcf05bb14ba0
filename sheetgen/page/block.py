"""Tables on a sheet whose cells are found by their labels, so that no letter or row is computed by hand.

References are relative unless a docstring says absolute; none names its sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sheetgen.page.cell_names import column_letter, column_number
from sheetgen.page.page import Content, Page
from sheetgen.page.style import LABEL, NAME, Style


@dataclass(frozen=True)
class Block:
    """A table on a sheet: its first and last row below the header, and the letter of each column by its label."""

    first: int
    last: int
    letters: Mapping[str, str]

    @staticmethod
    def below(row: int, labels: Sequence[str], rows: int, column: int = 1) -> Block:
        """Return the block of so many rows below a header in ``row``, whose labels begin in ``column``."""
        letters = {label: column_letter(column + index) for index, label in enumerate(labels)}
        return Block(row + 1, row + rows, letters)

    def column(self, label: str, first: int | None = None, last: int | None = None) -> str:
        """Return the absolute range of a column: all its rows, or those from ``first`` to ``last``."""
        letter = self.letters[label]
        return f"${letter}${self.first if first is None else first}:${letter}${self.last if last is None else last}"

    def cells(self, label: str, first: int | None = None, last: int | None = None) -> str:
        """Return the range of a column, relative: all its rows, or those from ``first`` to ``last``."""
        return self.column(label, first, last).replace("$", "")

    def area(self, start: str, end: str) -> str:
        """Return the range of all rows of the columns from one label to another."""
        return f"{self.cell(start, self.first)}:{self.cell(end, self.last)}"

    def across(self, start: str, end: str, row: int) -> str:
        """Return the range of a row from one label to another."""
        return f"{self.cell(start, row)}:{self.cell(end, row)}"

    def cell(self, label: str, row: int) -> str:
        """Return the reference to a column's cell in a row."""
        return f"{self.letters[label]}{row}"

    def absolute(self, label: str, row: int) -> str:
        """Return the absolute reference to a column's cell in a row."""
        return f"${self.letters[label]}${row}"

    def index(self, label: str) -> int:
        """Return the number of a column on its sheet, from 1."""
        return column_number(self.letters[label])

    @property
    def end(self) -> int:
        """The number of the last column on its sheet, from 1."""
        return max(map(self.index, self.letters))

    @property
    def rows(self) -> range:
        """The rows, from the first to the last."""
        return range(self.first, self.last + 1)

    def header(self, page: Page, style: Style = LABEL, row: int | None = None) -> None:
        """Put the labels in a row, by default the one above the first."""
        for label in self.letters:
            page.put(self.cell(label, self.first - 1 if row is None else row), label, style)

    def line(self, page: Page, row: int, contents: Iterable[Content], looks: Iterable[Style]) -> None:
        """Put one row of the table, a content and a style a column."""
        for label, content, look in zip(self.letters, contents, looks, strict=True):
            page.put(self.cell(label, row), content, look)


@dataclass(frozen=True)
class Listing:
    """Numbers one below another, each with its label to the left: the row of each, and the two columns' letters."""

    rows: Mapping[str, int]
    labels: str
    numbers: str

    @staticmethod
    def at(row: int, labels: Iterable[str], column: int = 1) -> Listing:
        """Return the listing whose first label stands in a row and a column."""
        rows = {label: row + offset for offset, label in enumerate(labels)}
        return Listing(rows, column_letter(column), column_letter(column + 1))

    def label_cell(self, label: str) -> str:
        """Return the reference to a label."""
        return f"{self.labels}{self.rows[label]}"

    def cell(self, label: str) -> str:
        """Return the reference to a number."""
        return f"{self.numbers}{self.rows[label]}"

    def absolute(self, label: str) -> str:
        """Return the absolute reference to a number."""
        return f"${self.numbers}${self.rows[label]}"

    def put(self, page: Page, label: str, content: Content, look: Style, name: Style = NAME) -> None:
        """Put a label and its number, in a style each."""
        page.put(self.label_cell(label), label, name)
        page.put(self.cell(label), content, look)
