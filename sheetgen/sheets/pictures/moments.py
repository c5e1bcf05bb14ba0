"""The parameters of the training sheet that is picked on Explorer: at iteration 0, the picked one, the last."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from sheetgen.network.array_bounds import Pair
from sheetgen.page import style
from sheetgen.page.page import Content, Formula, Page, text_literal
from sheetgen.sheets import lookup, picks
from sheetgen.sheets.book import Book
from sheetgen.sheets.lookup import Lookup
from sheetgen.sheets.picks import EXPLORER_ITERATION, EXPLORER_VARIANT, Step
from sheetgen.sheets.pictures.margin import Margin

START, PICKED, LAST = MOMENTS = "at iteration 0", "at the picked iteration", "at the last iteration"
_NUMBER, _ROW, _PARAMETER = "training sheet, by number", "row in it", "parameter"
_QUIET = replace(style.BUILT, align="center")


class Moments:
    """A column of parameters for each moment, and what finds them; in the margin."""

    def __init__(self, book: Book, margin: Margin) -> None:
        self.book, picked = book, book.picks.explorer
        self._sheets = margin.block((lookup.SHEETS, _NUMBER), picks.offered(book.layout))
        self.names = book.study.network.parameters
        self._block = margin.block((_PARAMETER, *MOMENTS), len(self.names) + 1)
        self.number = self._sheets.absolute(_NUMBER, self._sheets.first)
        self.variant, self.iteration = picked.variant, picked.iteration
        iterations = {START: 0, PICKED: self.iteration, LAST: book.study.iterations}
        self._lookups = {
            moment: Lookup(book, Step(self.variant, iterations[moment]), self.number, self._cell(_ROW, moment))
            for moment in MOMENTS
        }

    def _cell(self, name: str, moment: str) -> str:
        row = self._block.first + (0, *self.names).index(name) if name != _ROW else self._block.first
        return self._block.absolute(moment, row)

    def reference(self, name: str, moment: str) -> str:
        """Return an absolute reference to a parameter at a moment."""
        return self._cell(name, moment)

    def title(self, moment: str) -> str:
        """Return an absolute reference to the heading of a moment's column."""
        return self._block.absolute(moment, self._block.first - 1)

    def pairs(self, moment: str) -> dict[str, Pair]:
        """Return the value of each parameter at a moment, and its error bound, when the training has run."""
        found = self._lookups[moment]
        return {name: (np.array(found.value(name)), np.array(found.error(name))) for name in self.names}

    def looked_up(self, name: str, moment: str) -> Formula:
        """Return the formula that looks up any quantity in the first row of a moment's iteration."""
        return self._lookups[moment].formula(name)

    def shown(self, name: str, moment: str) -> Formula:
        """Return the formula that shows a parameter of a moment elsewhere on the sheet."""
        found = self._lookups[moment]
        return Formula(self.reference(name, moment), lambda: found.value(name), lambda: found.error(name))

    def called(self, moment: str, before: str = "") -> Content:
        """Return what a moment is called: ``iteration 12``; the picked one by a formula."""
        if moment != PICKED:
            return f"{before}iteration {0 if moment == START else self.book.study.iterations}"
        prefix = f"{before}iteration "
        return Formula(f"{text_literal(prefix)}&{EXPLORER_ITERATION.reference}", lambda: f"{prefix}{self.iteration}")

    def put(self, page: Page) -> None:
        """Put both tables."""
        layout, study = self.book.layout, self.book.study
        lookup.put_sheets(page, self._sheets, layout)
        page.put(self._sheets.cell(_NUMBER, self._sheets.first - 1), _NUMBER, style.LABEL)
        number = self._lookups[PICKED].number_formula(EXPLORER_VARIANT, self._sheets, elsewhere=True)
        page.put(self._sheets.cell(_NUMBER, self._sheets.first), number, _QUIET)
        self._block.header(page)
        page.put(self._block.cell(_PARAMETER, self._block.first), _ROW, style.BUILT)
        iterations = {START: "0", PICKED: EXPLORER_ITERATION.reference, LAST: str(study.iterations)}
        for moment, found in self._lookups.items():
            text = picks.row_formula(layout, iterations[moment], "1")
            place = Formula(text, partial(float, found.step.row(study) + 1))
            page.put(self._block.cell(moment, self._block.first), place, _QUIET)
        for row, name in enumerate(self.names, start=self._block.first + 1):
            page.put(self._block.cell(_PARAMETER, row), name, style.NAME)
            for moment, found in self._lookups.items():
                page.put(self._block.cell(moment, row), found.formula(name), style.LINK)
