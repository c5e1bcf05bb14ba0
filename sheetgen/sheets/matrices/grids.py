"""Small grids of live numbers on the sheet Equations, side by side, with their rows and columns named or numbered."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from sheetgen.network.graph import Section
from sheetgen.page import style
from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import Formula, Page
from sheetgen.page.style import Style
from sheetgen.sheets.lookup import Lookup
from sheetgen.sheets.matrices.elements import Element, Slab
from sheetgen.sheets.picks import word, word_of
from sheetgen.sheets.section_style import label_style
from sheetgen.tensors.naming import Words

MOST_ROWS, MOST_COLUMNS = 16, 12
"""The most rows and columns that one grid shows."""
MOST_NUMBERS = 1_500
"""The most numbers of all grids together, each a formula."""
FIRST, LAST = 2, 22
"""The columns that grids may stand in."""
_LETTERS = 9
"""How many letters of a word a cell has room for."""
_CELL = Style(number=style.SHORT, align="center", border="EAECF0", colour=style.GREEN, size=12)
_NUMBERS = Style(colour=style.GREY, size=10, align="center")
_CAPTION = Style(bold=True, size=12)


class Grids:
    """Puts grids on a page as long as there is room for more numbers."""

    def __init__(self, page: Page, step: Lookup) -> None:
        self.page, self.step = page, step
        self.count = 0
        self.cut = False
        """Whether some grid shows less than its tensor has."""
        self.has_gaps = False
        """Whether some element has no number of its own."""

    def hold(self, slabs: Sequence[tuple[Slab, Section]], room: int = MOST_NUMBERS) -> bool:
        """Whether there is room for some more among so many numbers of all grids."""
        return self.count + sum(_shown_count(slab) for slab, _ in slabs) <= room

    def put(self, slabs: Sequence[tuple[Slab, Section]], row: int, captions: bool) -> int:
        """Put grids side by side, in as many rows of them as they need; return the next free row."""
        column, below = FIRST, row
        for slab, section in slabs:
            width = _width(slab)
            if column > FIRST and column + width - 1 > LAST:
                column, row = FIRST, below
            if captions:
                self._put(row, column, slab.caption, _CAPTION)
            below = max(below, self._grid(slab, section, row + captions, column))
            column += width + 1
        return below

    def _grid(self, slab: Slab, section: Section, row: int, column: int) -> int:
        """Put one grid; return the row after the free one below it."""
        rows = [line[:MOST_COLUMNS] for line in slab.rows[:MOST_ROWS]]
        self.cut = self.cut or len(slab.rows) > MOST_ROWS or len(slab.rows[0]) > MOST_COLUMNS
        self.count += _shown_count(slab)
        top = row
        if slab.axes:
            for number in range(len(rows[0])):
                self._put(top, column + 1 + number, _heading(slab.headings[1], number), _NUMBERS)
            top += 1
        for number, line in enumerate(rows):
            if slab.axes == 2:
                self._put(top + number, column, _heading(slab.headings[0], number), _NUMBERS)
            for place, element in enumerate(line):
                self._element(top + number, column + 1 + place, element, section, slab.read_as)
        return top + len(rows) + 1

    def _element(self, row: int, column: int, element: Element, section: Section, words: Words) -> None:
        look = replace(_CELL, fill=label_style(section).fill)
        cell = f"{column_letter(column)}{row}"
        if isinstance(element, str):
            formula = self.step.formula(element)
            self.page.put(cell, _word(formula, words) if words else formula, look)
        elif element is None or math.isinf(element):
            self.has_gaps = self.has_gaps or element is None
            self.page.put(cell, "masked" if element else None, replace(_NUMBERS, border=_CELL.border))
        else:
            self.page.put(cell, element, replace(look, colour=style.INK))

    def _put(self, row: int, column: int, content: str | float, look: Style) -> None:
        self.page.put(f"{column_letter(column)}{row}", content, look)


def _heading(words: Words, number: int) -> str | float:
    """Return what a row or a column is called, as much of it as a cell has room for, or its number."""
    if not words:
        return float(number)
    return words[number] if len(words[number]) <= _LETTERS else f"{words[number][: _LETTERS - 1]}…"


def _word(number: Formula, words: Words) -> Formula:
    return Formula(word(number.text, words), lambda: word_of(float(number.value()), words))


def _shown_count(slab: Slab) -> int:
    return min(len(slab.rows), MOST_ROWS) * min(len(slab.rows[0]), MOST_COLUMNS)


def _width(slab: Slab) -> int:
    """Return the columns that a grid needs: one of numbers of rows, and its own, at least what its caption is long."""
    return max(1 + min(len(slab.rows[0]), MOST_COLUMNS), -(-len(slab.caption) // 9))
