"""The sheets Epochs and Test: a data set after every epoch, every sample with the weights then.

Epochs has the whole data set of a training on batches, Test the samples that are never trained on.

Right of the samples stand the parameters at each point, linked from the training sheets; the forward half of every
sample is computed from them by formulas like those there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sheetgen.algebra.expr import Expr
from sheetgen.algebra.notation import Excel
from sheetgen.algebra.textbook import Textbook, in_lines
from sheetgen.errors import UsageError
from sheetgen.network.evaluation import Evaluation, evaluated, points
from sheetgen.network.evaluation_bounds import EvaluationBounds
from sheetgen.network.graph import BATCH, ITERATION, SAMPLE, SAMPLES, Quantity, Section, as_read, equation_of, mean
from sheetgen.network.row_program import Row
from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import FIRST_TOGETHER, LAST_TOGETHER, PREVIOUS_ROW, ROW, Column, Formula, Page, Table, quoted
from sheetgen.page.printing import landscape
from sheetgen.sheet_names import EPOCHS, TEST
from sheetgen.sheets import layout as at
from sheetgen.sheets.book import Book
from sheetgen.sheets.flag import Verdict, flag
from sheetgen.sheets.section_style import band_style, put_label

POINT = "point"
"""The label of the column that numbers the points at which the data set is evaluated, from 1."""

_PRINT_SCALE = 50
_FLAG_COLUMN = 11
"""Where the flag stands, right of the title, but for the narrow column between the tables."""


@dataclass(frozen=True)
class EpochsTable:
    """The table of samples, and right of it the parameters at each point; with ``test`` those of the test set."""

    book: Book
    test: bool = False

    @property
    def sheet(self) -> str:
        """The sheet on which it stands."""
        return TEST if self.test else EPOCHS

    @property
    def samples(self) -> Mapping[str, tuple[float, ...]]:
        """The numbers of each input and target, sample by sample."""
        return self.book.study.test if self.test else self.book.study.samples

    @property
    def count(self) -> int:
        """The number of samples."""
        return self.book.study.test_count if self.test else self.book.study.count

    @property
    def evaluation(self) -> Evaluation:
        """The values, when the training has run."""
        return self.book.results.test if self.test else self.book.results.evaluation

    @property
    def bounds(self) -> EvaluationBounds:
        """How far off they may be."""
        return self.book.test_bounds if self.test else self.book.evaluation_bounds

    @cached_property
    def points(self) -> tuple[int, ...]:
        """The iterations at which the data set is evaluated."""
        return points(self.book.study)

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """What is computed for every sample, in the order of the columns."""
        return evaluated(self.book.study.network)

    def label(self, name: str, variant: int) -> str:
        """Return the label by which a variant's column is found."""
        return f"{name}, {self.book.study.variants[variant].sheet}"

    @cached_property
    def block(self) -> Block:
        """The table: a row for every sample at every point; below row 4, as on a training sheet."""
        study = self.book.study
        computed = [self.label(q.name, v) for v in range(len(study.variants)) for q in self.quantities]
        labels = (POINT, SAMPLE, *self.samples, *computed)
        return Block.below(at.EQUATION_ROW, labels, len(self.points) * self.count)

    @cached_property
    def parameters(self) -> Block:
        """The parameters of every variant, a row a point."""
        study = self.book.study
        variants, names = range(len(study.variants)), study.network.parameters
        labels = (POINT, ITERATION, *(self.label(name, v) for v in variants for name in names))
        return Block.below(at.EQUATION_ROW, labels, len(self.points), self.block.end + 2)

    # --- references, for other sheets ---

    def iteration(self, point: str) -> str:
        """Return the formula of the iteration of a point whose number stands in a cell."""
        return f"INDEX({quoted(self.sheet)}!{self.parameters.column(ITERATION)},{point})"

    def point(self, row: str) -> str:
        """Return the reference to the number of a point whose row is that of the list of points."""
        return f"{quoted(self.sheet)}!${self.parameters.letters[POINT]}{row}"

    def curve(self, quantity: str, variant: int, point: str) -> str:
        """Return the formula of the mean of the loss or a metric at a point whose number stands in a cell."""
        column = self.block.column(self.label(mean(quantity), variant))
        return f"INDEX({quoted(self.sheet)}!{column},{point}*{self.number})"

    @property
    def number(self) -> str:
        """The reference to the number of samples."""
        return self.book.layout.count(at.TEST_SAMPLES if self.test else SAMPLES)

    # --- formulas on this sheet ---

    def formula(self, expr: Expr, variant: int) -> str:
        """Return an equation as it stands in a row of the table."""
        return Excel(
            lambda name: self._reference(name, variant, ROW),
            lambda name: self._reference(name, variant, PREVIOUS_ROW),
            batch=lambda name: ":".join(self._reference(name, variant, end) for end in (FIRST_TOGETHER, LAST_TOGETHER)),
        ).write(expr)

    def _reference(self, name: str, variant: int, row: str) -> str:
        study, label = self.book.study, self.label(name, variant)
        if name == SAMPLES:
            return self.number
        if name in study.starts:
            return self.book.layout.given(name)
        if name == SAMPLE or name in self.samples:
            return f"${self.block.letters[name]}{row}"
        if label in self.block.letters:
            return f"{self.block.letters[label]}{row}"
        return f"INDEX({self.parameters.column(label)},${self.block.letters[POINT]}{row})"

    def columns(self) -> Iterator[Column]:
        """Yield the columns of the table."""
        layout, letters = self.book.layout, self.block.letters
        last_sample = f"{letters[SAMPLE]}{PREVIOUS_ROW}={self.number}"
        numbers = layout.test_samples if self.test else layout.samples
        next_point = f"IF({last_sample},{letters[POINT]}{PREVIOUS_ROW}+1,{letters[POINT]}{PREVIOUS_ROW})"
        yield Column(POINT, 1.0, next_point, style.COUNT, style.COUNT)
        next_sample = f"IF({last_sample},1,{letters[SAMPLE]}{PREVIOUS_ROW}+1)"
        yield Column(SAMPLE, 1.0, next_sample, style.COUNT, style.COUNT)
        for name in self.samples:
            link = f"INDEX({numbers(name)},${letters[SAMPLE]}{ROW})"
            yield Column(name, link, link, style.LINK_GENERAL, style.LINK_GENERAL)
        for variant in range(len(self.book.study.variants)):
            for quantity in self.quantities:
                first = self.formula(quantity.first or equation_of(quantity), variant)
                later = self.formula(equation_of(quantity), variant)
                together = self.count if quantity.is_over_batch else 1
                label = self.label(quantity.name, variant)
                yield Column(label, first, later, style.CALC, style.CALC, together=together)

    def rows(self) -> Iterator[Row]:
        """Yield the values of the table's rows, when the training has run."""
        samples = list(zip(*self.samples.values(), strict=True))
        for row, variants in enumerate(self.evaluation.rows()):
            point, sample = divmod(row, self.count)
            yield (point + 1.0, sample + 1.0, *samples[sample], *(number for values in variants for number in values))


_TITLES = {
    EPOCHS: "The whole data set after every epoch, with the weights as they are then",
    TEST: "The test set, never trained on, with the weights as they are after every epoch",
}


def page(book: Book, verdict: Verdict, test: bool = False) -> Page:
    """Return the sheet Epochs, or the sheet Test."""
    table = EpochsTable(book, test)
    _require_room(table)
    page = Page(table.sheet, freeze=f"C{at.FIRST_ROW}", tab_colour="B54708")
    page.put("A1", _TITLES[table.sheet], style.TITLE)
    column = _FLAG_COLUMN if table.block.end + 1 not in (_FLAG_COLUMN, _FLAG_COLUMN + 1) else table.block.end + 2
    flag(page, f"{column_letter(column)}1:{column_letter(column + 1)}1", verdict)
    page.bar = column + 2
    page.widths = dict.fromkeys(range(1, table.parameters.end + 1), 14.0) | {1: 9.0, 2: 9.0, table.block.end + 1: 4.0}
    page.heights = {at.TITLE_ROW: 28, at.RATE_ROW: 20, at.LABEL_ROW: 22, at.EQUATION_ROW: 58}
    _header(page, table)
    page.table = Table(table.block.first, len(table.points) * table.count, tuple(table.columns()), table.rows)
    _parameters(page, table)
    page.decorate.append(_print)
    return page


def _require_room(table: EpochsTable) -> None:
    """Let a sheet hold the test set at every iteration, where the sheet Error goes by iterations."""
    study, rows = table.book.study, (table.book.study.iterations + 1) * table.count
    if not study.evaluates and len(table.points) <= study.iterations:
        problem = f"the sheet {TEST} would need {rows:,} rows, {table.count:,} for each iteration"
        raise UsageError(problem, "train for fewer iterations, or with fewer test samples")


def _header(page: Page, table: EpochsTable) -> None:
    """Put the labels and the equations of the table, and over each variant's columns what its sheet is called."""
    block, study = table.block, table.book.study
    explained: dict[str, str | None] = {POINT: None, SAMPLE: None, **dict.fromkeys(study.network.inputs, "input")}
    explained |= dict.fromkeys(study.network.targets, "target")
    for name, text in explained.items():
        put_label(page, block, name, Section.DATA, name, text)
    for variant in range(len(study.variants)):
        for quantity in table.quantities:
            equation = in_lines(f"{quantity.name} = {Textbook().write(as_read(quantity))}", at.LINE)
            _put_column(page, table, block, variant, quantity.name, quantity.section, equation)


def _put_column(
    page: Page,
    table: EpochsTable,
    block: Block,
    variant: int,
    name: str,
    section: Section,
    equation: str | None = None,
) -> None:
    """Put what stands above a variant's column; the first one says what the variant's sheet is called."""
    label, sheet = table.label(name, variant), table.book.study.variants[variant].sheet
    begins = name in (table.quantities[0].name, table.book.study.network.parameters[0])
    page.put(block.cell(label, at.RATE_ROW), sheet if begins else None, band_style(section))
    put_label(page, block, label, section, name, equation)


def _parameters(page: Page, table: EpochsTable) -> None:
    """Put the parameters at every point: links to the training sheets."""
    block, book = table.parameters, table.book
    for name in (POINT, ITERATION):
        put_label(page, block, name, Section.DATA, name)
    for point, (row, iteration) in enumerate(zip(block.rows, table.points, strict=True)):
        page.put(block.cell(POINT, row), point + 1.0, style.COUNT)
        page.put(block.cell(ITERATION, row), float(iteration), style.COUNT)
    for variant in range(len(book.study.variants)):
        for number, name in enumerate(book.study.network.parameters):
            _put_column(page, table, block, variant, name, Section.WEIGHTS)
            for point, row in enumerate(block.rows):
                place = f"{block.absolute(ITERATION, row)}*{book.layout.count(BATCH)}+1"
                text = f"INDEX({book.layout.column(variant, name)},{place})"
                page.put(
                    block.cell(table.label(name, variant), row), _link(table, text, variant, point, number), style.LINK
                )


def _link(table: EpochsTable, text: str, variant: int, point: int, number: int) -> Formula:
    """Return the link to a parameter at a point."""
    name = table.book.study.network.parameters[number]
    return Formula(
        text,
        lambda: table.evaluation.parameters[variant][point][number],
        lambda: table.bounds.parameters(variant, point)[name],
    )


def _print(sheet: Any) -> None:
    landscape(sheet)
    sheet.print_title_rows = f"{at.RATE_ROW}:{at.EQUATION_ROW}"
    sheet.print_title_cols = "A:B"
    sheet.page_setup.scale = _PRINT_SCALE
