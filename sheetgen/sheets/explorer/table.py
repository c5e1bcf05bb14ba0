"""The numbers of the Explorer: every quantity of the picked step, looked up once, to the right of the drawing.

There stand also the largest sizes of each kind of number, at this step and over the whole run, which the colours are
scaled by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sheetgen.algebra.expr import ONE
from sheetgen.network.graph import Graph, Section
from sheetgen.page import style
from sheetgen.page.block import Block, Listing
from sheetgen.page.cell_names import column_number
from sheetgen.page.page import Content, Formula, Page
from sheetgen.sheets import lookup, picks
from sheetgen.sheets.book import Book
from sheetgen.sheets.folds import Largest
from sheetgen.sheets.lookup import Lookup
from sheetgen.sheets.picks import EXPLORER_ITERATION, EXPLORER_VARIANT, THE_STEP

TOP = 4
"""The first row below the title: of the picks, and of the helper cells."""
_NUMBER, _ROW = "training sheet, by number", "row in it"
LARGEST = ("largest neuron", "largest weight", "largest ∂ along a neuron", "largest ∂ by a weight")
"""The labels of the largest sizes, one of each kind of number that has a scale of colours."""
_SECTIONS = (
    (Section.DATA, Section.STATE, Section.FORWARD), (Section.WEIGHTS,), (Section.BACKWARD,), (Section.GRADIENTS,),
)  # fmt: skip
_QUIET = replace(style.BUILT, align="center")
_LONGEST = 900
"""How many quantities stand one below another: more than 1,000 rows below what is in sight, LibreOffice 7.4 leaves out
of the XLSX that it saves what stands in columns out of sight."""

Kinds = Mapping[str, Sequence[str]]
"""The kinds of numbers that have a scale of colours each, with their names, by the labels of the largest sizes."""


def kinds_of(graph: Graph) -> Kinds:
    """Return the kinds of a network of neurons: themselves, the weights, if it trains the derivatives by both.

    A number that only prepares data, as a mean that is taken off them, would leave smaller weights without a colour.
    """
    sections = list(zip(LARGEST, _SECTIONS, strict=True))[: None if graph.trains else 2]
    return {
        label: [quantity.name for quantity in graph.section(*of_kind) if quantity.name not in graph.preparing]
        for label, of_kind in sections
    }


class LookupTable:
    """The helper cells, the largest sizes, the list of training sheets, and every quantity; from a column on."""

    def __init__(self, book: Book, column: int, kinds: Kinds) -> None:
        self.graph = book.study.network
        self._book, self._layout, self._kinds = book, book.layout, kinds
        self.helpers = Listing.at(TOP, (_NUMBER, _ROW, *kinds), column)
        self.sheets = lookup.sheets(book.layout, TOP, column + 3)
        self.runs = Block.below(TOP, list(map(_of_the_run, kinds)), picks.offered(book.layout), column + 4)
        self._lists = self._listings(column)
        self._list_of = {name: listing for listing in self._lists for name in listing.rows}
        self.colours = picks.colours_cell(book.study)
        number, row = (self.helpers.absolute(label) for label in (_NUMBER, _ROW))
        self.step = Lookup(book, book.picks.explorer, number, row)

    @property
    def sheet_number(self) -> str:
        """An absolute reference to the number of the picked training sheet."""
        return self.helpers.absolute(_NUMBER)

    @property
    def row(self) -> str:
        """An absolute reference to the row of the picked step."""
        return self.helpers.absolute(_ROW)

    @property
    def columns(self) -> range:
        """The columns that it stands in."""
        return range(column_number(self.helpers.labels), max(self.runs.end, column_number(self._lists[-1].numbers)) + 1)

    def largest_cell(self, label: str) -> str:
        """Return an absolute reference to one of the largest sizes."""
        return self.helpers.absolute(label)

    def cell(self, name: str) -> str:
        """Return an absolute reference to a quantity."""
        return self._list_of[name].absolute(name)

    def show(self, name: str) -> Formula:
        """Return the formula that shows a quantity elsewhere on the sheet."""
        looked_up = self.step.formula(name)
        return Formula(self.cell(name), looked_up.value, looked_up.scale)

    def read(self, name: str, words: Sequence[str]) -> Formula:
        """Return the formula that shows the word that a quantity stands for."""
        value = self.step.formula(name).value
        return Formula(picks.word(self.cell(name), words), lambda: picks.word_of(float(value()), words))

    def slope(self, name: str) -> Content:
        """Return the derivative of the loss along a quantity, or None where it has none."""
        if label := self.graph.gradient(name):
            return self.show(label)
        return 1.0 if moves_loss_alike(self.graph, name) else None

    def put(self, page: Page) -> None:
        """Put the table on the page."""
        number = self.step.number_formula(EXPLORER_VARIANT, self.sheets)
        row = self.step.row_formula(EXPLORER_ITERATION, picks.picked_sample(self._book.study))
        for label, formula in ((_NUMBER, number), (_ROW, row)):
            self.helpers.put(page, label, formula, _QUIET, style.BUILT)
        self.runs.header(page)
        look = replace(_QUIET, number=style.SHORT)
        for label, names in self._kinds.items():
            of_run = _of_the_run(label)
            over_runs = [self._of_run(variant, names) for variant in range(len(self.runs.rows))]
            for line, largest in zip(self.runs.rows, over_runs, strict=True):
                page.put(self.runs.cell(of_run, line), largest, look)
            picked = over_runs[self.step.step.variant]
            self.helpers.put(page, label, self._scale(self._largest(names), of_run, picked), look, style.BUILT)
        lookup.put_sheets(page, self.sheets, self._layout)
        column = column_number(self.helpers.labels)
        page.widths |= {column - 1: 4.0, column + 2: 4.0, column + 3: 18.0}
        page.widths |= dict.fromkeys(map(self.runs.index, self.runs.letters), 14.0)
        for listing in self._lists:
            self._list(page, listing)
        page.folded = self.columns

    def _listings(self, column: int) -> list[Listing]:
        """Return the lists of the quantities: the first below the helpers, the others to the right of all."""
        row, names = TOP + len(self.helpers.rows) + 3, self.graph.names
        parts = [names[start : start + _LONGEST] for start in range(0, len(names), _LONGEST)]
        others = [Listing.at(row, part, self.runs.end + 2 + 3 * index) for index, part in enumerate(parts[1:])]
        return [Listing.at(row, parts[0], column), *others]

    def _list(self, page: Page, listing: Listing) -> None:
        column, header = column_number(listing.labels), min(listing.rows.values()) - 1
        page.row(header, ("quantity", "at this step"), style.LABEL, column)
        page.widths |= {column: 34.0, column + 1: 14.0}
        for name in listing.rows:
            listing.put(page, name, self.step.formula(name), style.LINK)

    def _scale(self, of_step: Formula, label: str, of_run: Formula) -> Formula:
        """Return the formula of what the colours are scaled by: the largest size at this step, or over the run."""
        if not picks.picks_colours(self._book.study):
            return of_step
        over_run = f"INDEX({self.runs.column(label)},{self.sheet_number})"
        text = f'IF({self.colours.absolute}="{THE_STEP}",{of_step.text},{over_run})'
        chosen = of_step if self._book.picks.colours == THE_STEP else of_run
        return chosen._replace(text=text)

    def _of_run(self, variant: int, names: Sequence[str]) -> Formula:
        """Return the formula of the largest size among quantities over all rows of a training sheet."""
        if not names:
            return Formula("0", lambda: 0.0)
        largest = self._book.results.watch(Largest(self._book.study, variant, names))
        blocks = ",".join(self._layout.range(variant, first, last) for first, last in _blocks(self.graph, names))
        text = f"MAX(MAX({blocks}),-MIN({blocks}))"
        return Formula(text, lambda: largest().value, lambda: largest().error)

    def _largest(self, names: Sequence[str]) -> Formula:
        """Return the formula of the largest size among quantities, which stand in few blocks."""
        if not names:
            return Formula("0", lambda: 0.0)
        of_lists = [
            block for listing in self._lists for block in _blocks(self.graph, [n for n in names if n in listing.rows])
        ]
        blocks = ",".join(f"{self.cell(first)}:{self.cell(last)}" for first, last in of_lists)

        def largest() -> str:
            return max(names, key=lambda name: abs(self.step.value(name)))

        value = Formula(f"MAX(MAX({blocks}),-MIN({blocks}))", lambda: abs(self.step.value(largest())))
        return value._replace(scale=lambda: self.step.error(largest()))


def _of_the_run(label: str) -> str:
    return f"{label}, whole run"


def _blocks(graph: Graph, names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the first and last name of each block of names that stand next to one another."""
    blocks: list[tuple[str, str]] = []
    for name in names:
        if blocks and graph.position[name] == graph.position[blocks[-1][1]] + 1:
            blocks[-1] = (blocks[-1][0], name)
        else:
            blocks.append((name, name))
    return blocks


def moves_loss_alike(graph: Graph, name: str) -> bool:
    """Whether the loss moves by as much as a quantity does, so that its derivative, 1, has no column."""
    if name == graph.loss:
        return True
    users = [user for user in graph.users.get(name, ()) if user in graph.influences]
    return len(users) == 1 and graph.local(users[0], name) == ONE and moves_loss_alike(graph, users[0])
