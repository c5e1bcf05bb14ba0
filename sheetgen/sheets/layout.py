"""Where everything stands: (variant, quantity, iteration, sample) to a cell, and back from labels.

The training sheets, the Data sheet and (in `inputs_layout`) the Inputs sheet are laid out here, because the
formulas of other sheets refer to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from sheetgen.algebra.expr import Expr
from sheetgen.algebra.notation import Excel
from sheetgen.limits import HEADER_ROWS
from sheetgen.network.descent import at_place
from sheetgen.network.graph import BATCH, ITERATION, SAMPLE, SAMPLES, TURN, Quantity, equation_of
from sheetgen.page.block import Block, Listing
from sheetgen.page.page import first_together, quoted
from sheetgen.sheet_names import CHECKS, DATA, ERROR
from sheetgen.sheets.dot_products import DotProducts
from sheetgen.sheets.inputs_layout import InputsLayout

LAYOUT_VERSION = 3
TITLE_ROW, RATE_ROW, LABEL_ROW, EQUATION_ROW = 1, 2, 3, 4
FIRST_ROW = HEADER_ROWS + 1
LINE = 20
"""The characters of a line of an equation above a column."""
RATE_CELL = "$B$2"
DATA_LABEL_ROW, DATA_FIRST_ROW = 5, 6
DATA_COUNTS = {SAMPLES: Listing.at(3, (SAMPLES,)), BATCH: Listing.at(3, (BATCH,), 3)}
"""Where, on the Data sheet, the number of samples stands and, beside it, that of those in a batch."""
TEST_SAMPLES = "test samples"
"""The label, on the Data sheet, of the number of samples that are never trained on."""

FLAG_CELL = f"{quoted(CHECKS)}!$B$3"
"""The cell that holds the overall flag of the checks."""


def test_label(name: str) -> str:
    """Return what a quantity is called where it is one of the test set."""
    return f"test {name}"


class Address(NamedTuple):
    """One number of the study: a quantity, in one variant, at one iteration, for one sample of its batch."""

    variant: int
    quantity: str
    step: int
    sample: int = 0


@dataclass(frozen=True)
class Layout(InputsLayout):
    """The geometry of one study's workbook."""

    def columns(self, variant: int = 0) -> tuple[str, ...]:
        """Return the labels of a training sheet, from column A."""
        return self.study.graphs[variant].names

    @cached_property
    def tables(self) -> tuple[Block, ...]:
        """The table of each training sheet, by the names of its quantities."""
        return tuple(Block.below(EQUATION_ROW, graph.names, self.study.rows) for graph in self.study.graphs)

    def letter(self, quantity: str, variant: int = 0) -> str:
        """Return the column of a quantity on a training sheet; all but an optimiser's are alike on all of them."""
        return self.tables[variant].letters[quantity]

    @property
    def last_row(self) -> int:
        """The last row of a training sheet."""
        return self.tables[0].last

    def row(self, step: int, sample: int = 0) -> int:
        """Return the row of a sample, counted from 0, of an iteration's batch.

        Raises ValueError for a sample that no batch has.
        """
        if not 0 <= sample < self.study.batch:
            raise ValueError(f"there is no sample {sample} in a batch of {self.study.batch}")
        return FIRST_ROW + step * self.study.batch + sample

    def cell(self, address: Address) -> str:
        """Return an absolute reference to a number of a training sheet, for use on any sheet."""
        sheet = quoted(self.study.variants[address.variant].sheet)
        row = self.row(address.step, address.sample)
        return f"{sheet}!{self.tables[address.variant].absolute(address.quantity, row)}"

    def range(self, variant: int, first: str, last: str, start: int = 0, stop: int | None = None) -> str:
        """Return a reference to the rows start…stop, from 0 (all by default), of a block of columns."""
        top, bottom = FIRST_ROW + start, self.last_row if stop is None else FIRST_ROW + stop
        sheet, table = quoted(self.study.variants[variant].sheet), self.tables[variant]
        return f"{sheet}!{table.absolute(first, top)}:{table.absolute(last, bottom)}"

    def column(self, variant: int, quantity: str, start: int = 0, stop: int | None = None) -> str:
        """Return a reference to the rows start…stop, from 0 (all by default), of one column."""
        return self.range(variant, quantity, quantity, start, stop)

    def iterations(self) -> str:
        """Return a reference to the list of all iterations."""
        listed = Block.below(EQUATION_ROW, (ITERATION,), self.study.iterations + 1)
        return f"{quoted(ERROR)}!{listed.column(ITERATION)}"

    def rate(self, variant: int) -> str:
        """Return a reference to the learning rate of a variant's sheet."""
        return f"{quoted(self.study.variants[variant].sheet)}!{RATE_CELL}"

    # --- formulas ---

    def constant(self, variant: int, name: str) -> str:
        """Return a reference to a number that the formulas of a training sheet use besides its columns."""
        if name == self.study.rate_name:
            return RATE_CELL
        if name in (SAMPLES, BATCH):
            return self.count(name)
        if name in self.study.values:
            return self.given(name)
        return self.given(self.setting_label(variant, name))

    @cached_property
    def _places(self) -> tuple[Mapping[str, int], ...]:
        """Where the quantities stand in a row of each training sheet, from the left."""
        return tuple({name: place for place, name in enumerate(table.letters)} for table in self.tables)

    @property
    def together(self) -> int:
        """How many successive rows of a training sheet need one another: a batch, where its rows meet."""
        return self.study.whole.rows

    def notation(self, variant: int, row: str, above: str, ends: tuple[str, str] | None = None) -> Excel:
        """Return the notation of a training sheet's formulas in a row.

        ``above`` is the row above; ``ends`` are the first and the last row of its batch, where these are not numbers.
        """
        letters = self.tables[variant].letters

        def here(name: str) -> str:
            return letters[name] + row if name in letters else self.constant(variant, name)

        def whole_batch(name: str) -> str:
            first, last = ends or self._ends_of_batch(int(row))
            return f"{letters[name]}{first}:{letters[name]}{last}"

        if self.study.tensors is None:
            return Excel(here, lambda name: letters[name] + above, batch=whole_batch)
        return DotProducts(here, lambda name: letters[name] + above, self._places[variant].get)

    def _ends_of_batch(self, row: int) -> tuple[int, int]:
        first = first_together(row, FIRST_ROW, self.study.batch)
        return first, first + self.study.batch - 1

    def formula(self, expr: Expr, variant: int, row: int) -> str:
        """Return an equation as it stands in one row of a training sheet."""
        return self.notation(variant, str(row), str(row - 1)).write(expr)

    def spelled(self, quantity: Quantity, begins: bool = True) -> Expr:
        """Return the equation that the formula of a quantity spells, in a row that begins a batch or in another.

        Where rows meet, one formula of a parameter for both would seem to go round in a circle: inside a batch it would
        name the means of that batch, which rest on the parameter.
        """
        equation = equation_of(quantity)
        return at_place(equation, begins) if self.together > 1 and quantity.is_given else equation

    def data(self, name: str, row: str) -> str:
        """Return the formula that brings an input or target to a row of a training sheet."""
        if not self.study.samples:
            return self.given(name)
        if name == SAMPLE:
            return f"INDEX({self.order()},{self.letter(TURN)}{row})"
        return f"INDEX({self.samples(name)},{self.letter(SAMPLE)}{row})"

    # --- the Data sheet ---

    @cached_property
    def samples_table(self) -> Block:
        """The table of the Data sheet, by the names of the inputs and targets."""
        return Block.below(DATA_LABEL_ROW, (SAMPLE, *self.study.samples), self.study.count)

    def samples(self, name: str) -> str:
        """Return a reference to an input or target of all samples."""
        return f"{quoted(DATA)}!{self.samples_table.column(name)}"

    @cached_property
    def order_table(self) -> Block:
        """The table of the Data sheet, a column to the right of the samples, that says which sample has each turn."""
        return Block.below(DATA_LABEL_ROW, (TURN, SAMPLE), self.study.count, self.samples_table.end + 2)

    def order(self) -> str:
        """Return a reference to the sample of every turn."""
        return f"{quoted(DATA)}!{self.order_table.column(SAMPLE)}"

    def count(self, name: str) -> str:
        """Return a reference to the number of samples, of those in a batch, or of those that are never trained on."""
        listing = self.test_counts if name == TEST_SAMPLES else DATA_COUNTS[name]
        return f"{quoted(DATA)}!{listing.absolute(name)}"

    @cached_property
    def test_table(self) -> Block:
        """The table of the Data sheet, to the right of all others, of the samples that are never trained on."""
        before = self.order_table if self.study.order else self.samples_table
        labels = (test_label(SAMPLE), *map(test_label, self.study.test))
        return Block.below(DATA_LABEL_ROW, labels, self.study.test_count, before.end + 2)

    @property
    def test_counts(self) -> Listing:
        """Where the number of those samples stands: above their table."""
        return Listing.at(DATA_LABEL_ROW - 1, (TEST_SAMPLES,), self.test_table.index(test_label(SAMPLE)))

    def test_samples(self, name: str) -> str:
        """Return a reference to an input or target of all samples that are never trained on."""
        return f"{quoted(DATA)}!{self.test_table.column(test_label(name))}"

    def at_first(self, name: str, turn: int = 1) -> str:
        """Return a formula's part that gives an initial parameter, or a number of the sample that is trained on first,
        or at another ``turn``.
        """
        if name not in self.study.samples:
            return self.given(name)
        row = DATA_FIRST_ROW + turn - 1
        if self.study.order:
            sample = f"{quoted(DATA)}!{self.order_table.absolute(SAMPLE, row)}"
            return f"INDEX({self.samples(name)},{sample})"
        return f"{quoted(DATA)}!{self.samples_table.absolute(name, row)}"
