"""What heads a cell: the text above its column of numbers, or else the one left of it."""

from __future__ import annotations

from sheetgen.audit.book import Book, Place
from sheetgen.engines.base import CellError

_NEAR = 3
"""The cells left of a number in which its label is looked for."""


class Headings:
    """The cells with texts that head the numbers of a workbook."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._tops: dict[Place, Place] = {}

    def of(self, place: Place) -> Place | None:
        """Return the cell whose text heads another one, None where there is none."""
        above = self._top(place)
        if above != place and self.text(above):
            return above
        left = (place.moved(columns=-apart) for apart in range(1, min(_NEAR, place.column - 1) + 1))
        return next((cell for cell in left if self.text(cell)), None)

    def _top(self, place: Place) -> Place:
        """Return the first cell above that holds no number, or the one in the first row."""
        climbed, above = [], place
        while above not in self._tops and above.row > 1 and self._holds_number(above):
            climbed.append(above)
            above = above.moved(rows=-1)
        above = self._tops.get(above, above)
        self._tops.update(dict.fromkeys(climbed, above))
        return above

    def _holds_number(self, place: Place) -> bool:
        value = self._book.value(place)
        return self._book.formula_cell(place) is not None or isinstance(value, int | float | CellError)

    def text(self, place: Place) -> str:
        """Return the text in a cell on one line, "" where there is none."""
        value = self._book.value(place)
        return " ".join(value.split()) if isinstance(value, str) else ""
