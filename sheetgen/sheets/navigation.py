"""The bar of links at the top of every sheet but Start, which lists them: from each sheet to the others.

The training sheets come last, where there may be many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sheetgen.page import style
from sheetgen.page.cell_names import column_letter, row_and_column
from sheetgen.page.fields import field, span
from sheetgen.page.page import Page

_BAR_ROW = 1
_MOST_TRAINING_SHEETS = 6
"""Of more training sheets the bar has the first, and a link to Start, which lists them all."""
_MARGIN = 2.0
_LINK = replace(style.LINK_TEXT, align="center", size=10, fill="EAF1FD", border=style.WHITE)
_HERE = replace(_LINK, colour=style.WHITE, bold=True, underline=False, fill="475467")


@dataclass(frozen=True)
class Bar:
    """What the bar links to: the sheets by their names, in their order, and which of them are training sheets."""

    sheets: Sequence[str]
    training: Sequence[str]

    def put(self, page: Page) -> None:
        """Put the bar in the row of the title, from the column on that the page has for it.

        What is printed stays as wide as it was; a sheet with charts says itself what that is.
        """
        area = _area(page)
        page.decorate.insert(0, lambda sheet: setattr(sheet, "print_area", area))
        column = page.bar
        for text, sheet in self._links(page.name):
            if span(page, column, len(text) + _MARGIN) in page.folded:
                column = page.folded.stop
            column, cell = field(page, _BAR_ROW, column, len(text) + _MARGIN)
            assert row_and_column(cell) not in page.cells, f"{page.name}!{cell} holds something else"
            page.put(cell, text, _HERE if sheet == page.name else _LINK)
            if sheet != page.name:
                page.links[cell] = sheet

    def _links(self, here: str) -> Iterator[tuple[str, str]]:
        """Yield what each link says and where it leads: on a training sheet, to those beside it; else to the first."""
        start, *others = [sheet for sheet in self.sheets if sheet not in self.training]
        yield start, start
        if here in self.training:
            place = self.training.index(here)
            yield from ((f"◂ {sheet}", sheet) for sheet in self.training[max(place - 1, 0) : place])
            yield here, here
            yield from ((f"{sheet} ▸", sheet) for sheet in self.training[place + 1 : place + 2])
        yield from ((sheet, sheet) for sheet in others)
        if here not in self.training:
            yield from ((sheet, sheet) for sheet in self.training[:_MOST_TRAINING_SHEETS])
            if len(self.training) > _MOST_TRAINING_SHEETS:
                yield "more …", start


def _area(page: Page) -> str:
    """Return the area of all cells, and of those that they are merged with."""
    ends = [page.size, *(row_and_column(merge.partition(":")[2]) for merge in page.merges)]
    return f"A1:{column_letter(max(column for _, column in ends))}{max(row for row, _ in ends)}"
