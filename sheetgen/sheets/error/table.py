"""The table of the Error sheet: the loss of every variant, and then each metric, iteration by iteration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice

from sheetgen.algebra.notation import general
from sheetgen.network.graph import BATCH, ITERATION, Section, mean
from sheetgen.network.tolerance import RowBounds
from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.page import PREVIOUS_ROW, ROW, Column, Formula, Page, Table, quoted
from sheetgen.sheets import layout as at
from sheetgen.sheets.book import Book
from sheetgen.sheets.section_style import equation_style, label_style


@dataclass(frozen=True)
class Curve:
    """One column of the table: a quantity of one variant."""

    quantity: str
    variant: int


@dataclass(frozen=True)
class ErrorTable:
    """The columns of the table and where they stand."""

    book: Book

    @cached_property
    def curves(self) -> Mapping[str, Curve]:
        """What each column but that of the iterations shows, by its label."""
        study = self.book.study
        quantities = (study.network.loss, *(metric.name for metric in study.network.metrics))
        curves = [Curve(name, variant) for name in quantities for variant in range(len(study.variants))]
        return {self.label(curve): curve for curve in curves}

    def label(self, curve: Curve) -> str:
        """Return the label by which a curve's column is found."""
        return f"{curve.quantity}, {self.book.study.variants[curve.variant].sheet}"

    def losses(self) -> list[str]:
        """Return the labels of the loss, of all variants in their order."""
        return [label for label, curve in self.curves.items() if curve.quantity == self.book.study.network.loss]

    @cached_property
    def block(self) -> Block:
        """Where the columns stand; below row 4, as on a training sheet."""
        return Block.below(at.EQUATION_ROW, (ITERATION, *self.curves), self.book.study.iterations + 1)

    def column_of(self, quantity: str) -> str:
        """Return the column of a training sheet that holds a quantity's value for an iteration.

        With batches that is its mean over the rows, which the last row of a batch has.
        """
        return quantity if self.book.study.batch == 1 else mean(quantity)

    def put(self, page: Page) -> None:
        """Put the table, under what each curve is called and what it shows."""
        page.put(self.block.cell(ITERATION, at.LABEL_ROW), ITERATION, label_style(Section.DATA))
        page.put(self.block.cell(ITERATION, at.EQUATION_ROW), None, equation_style(Section.DATA))
        for label, curve in self.curves.items():
            section = self.book.study.graph.by_name[curve.quantity].section
            title = variant_title(self.book, curve.variant)
            page.put(self.block.cell(label, at.LABEL_ROW), title, label_style(section))
            page.put(self.block.cell(label, at.EQUATION_ROW), curve.quantity, equation_style(section))
        rows = self.book.study.iterations + 1
        page.table = Table(self.block.first, rows, (self._iterations(), *self._columns()), self._rows)

    def _iterations(self) -> Column:
        layout = self.book.layout
        if layout.study.batch > 1:
            count_up = f"{self.block.letters[ITERATION]}{PREVIOUS_ROW}+1"
            return Column(ITERATION, 0.0, count_up, style.COUNT, style.COUNT)
        link = f"{quoted(layout.study.variants[0].sheet)}!{layout.letter(ITERATION)}{ROW}"
        return Column(ITERATION, link, link, style.LINK_GENERAL, style.LINK_GENERAL)

    def _columns(self) -> Iterator[Column]:
        layout = self.book.layout
        for label, curve in self.curves.items():
            name, sheet = self.column_of(curve.quantity), quoted(layout.study.variants[curve.variant].sheet)
            link = f"{sheet}!{layout.letter(name)}{ROW}"
            if layout.study.batch > 1:
                row = f"(${self.block.letters[ITERATION]}{ROW}+1)*{layout.count(BATCH)}"
                link = f"INDEX({layout.column(curve.variant, name)},{row})"
            yield Column(label, link, link, style.LINK, style.LINK)

    def _rows(self) -> Iterator[tuple[float, ...]]:
        study = self.book.study
        position = study.graph.position
        places = [(curve.variant, position[self.column_of(curve.quantity)]) for curve in self.curves.values()]
        last_of_batch = islice(self.book.trace.rows(), study.batch - 1, None, study.batch)
        for iteration, rows in enumerate(last_of_batch):
            yield (float(iteration), *[rows[variant][place] for variant, place in places])


def variant_title(book: Book, variant: int) -> Formula | str:
    """Return what a variant is called: by its learning rate, live, where only that tells it from the others."""
    layout = book.layout
    if not layout.study.shares_settings:
        return layout.study.variants[variant].sheet
    text = partial(variant_text, book, variant)
    return Formula(f'"{layout.study.rate_name} = "&{layout.rate(variant)}', text)


def variant_text(book: Book, variant: int) -> str:
    """Return the text of a variant's title."""
    study = book.study
    if not book.study.shares_settings:
        return study.variants[variant].sheet
    return f"{study.rate_name} = {general(study.rates[variant])}"


class CurveBounds:
    """Error bounds of the table's columns; the trace runs along only as far as it is asked."""

    def __init__(self, book: Book, unit: float) -> None:
        study, self._table = book.study, ErrorTable(book)
        self._row_bounds = [
            RowBounds(graph, study.constants(index), unit, study.batch) for index, graph in enumerate(study.graphs)
        ]
        self._batch, self._rows = study.batch, book.trace.rows()
        self._rows_asked, self._rows_followed = 0, 0

    def follow(self, row: tuple[float, ...]) -> None:
        """Take the values of the next row."""
        self._rows_asked += self._batch

    def here(self) -> Mapping[str, float]:
        """Return the bounds of the last row, by label."""
        for _ in range(self._rows_followed, self._rows_asked):
            for bounds, row in zip(self._row_bounds, next(self._rows), strict=True):
                bounds.follow(row)
        self._rows_followed = self._rows_asked
        limits = [bounds.here() for bounds in self._row_bounds]
        table = self._table
        return {label: limits[curve.variant][table.column_of(curve.quantity)] for label, curve in table.curves.items()}
