"""Error bounds of the tables of a workbook's sheets; the trace runs along only as far as they are asked."""

from __future__ import annotations

from sheetgen.network.batches import batches
from sheetgen.network.graph import mean
from sheetgen.network.row_bounds import RowBounds
from sheetgen.proof.expected import TableBounds, no_bounds
from sheetgen.sheet_names import EPOCHS, ERROR, TEST
from sheetgen.sheets.book import Book
from sheetgen.sheets.epochs import EpochsTable
from sheetgen.sheets.error.table import Curve, ErrorTable


def table_bounds(book: Book, sheet: str, unit: float) -> TableBounds:
    """Return what gives the error bounds of the cells of a sheet's table; ``unit`` is granted to every operation."""
    if sheet == ERROR:
        return _CurvesByEpoch(book, unit).of if book.study.evaluates else _CurvesByIteration(book, unit).of
    if sheet in (EPOCHS, TEST):
        return _Samples(EpochsTable(book, test=sheet == TEST), unit).of
    variants = {variant.sheet: index for index, variant in enumerate(book.study.variants)}
    return _Training(book, variants[sheet], unit).of if sheet in variants else no_bounds


class _Training:
    """The bounds of the rows of a variant, found for some successive batches at a time."""

    def __init__(self, book: Book, variant: int, unit: float) -> None:
        graph = book.study.graphs[variant]
        self._trace, self._variant, self._position = book.trace, variant, graph.position
        self._bounds = RowBounds(graph, book.study.constants(variant), unit, book.study.batch)
        self._ahead = batches(self._trace, variant)
        self._first = 0
        self._held: list[list[float]] = []

    def of(self, row: int, quantity: str) -> float:
        """Return the bound of a quantity in a row; rows are best asked for from the top down."""
        if row < self._first:
            self._ahead, self._first, self._held = batches(self._trace, self._variant), 0, []
        while row >= self._first + len(self._held):
            here = next(self._ahead)
            if row < here.first + len(here.rows):
                limits = self._bounds.of_some(here, range(len(here.values)))
                self._first, self._held = here.first, limits.reshape(*here.rows.shape).tolist()
        return self._held[row - self._first][self._position[quantity]]


class _CurvesByIteration:
    """The bounds of a table that goes iteration by iteration: those of the last row of each batch."""

    def __init__(self, book: Book, unit: float) -> None:
        self._batch, self._table, self._unit = book.study.batch, ErrorTable(book), unit
        self._trainings = [_Training(book, variant, unit) for variant in range(len(book.study.variants))]

    def of(self, row: int, label: str) -> float:
        """Return the bound of a curve in a row."""
        curve = self._table.curves.get(label)
        if curve is None:
            return 0.0
        if curve.test:
            return _of_mean(EpochsTable(self._table.book, test=True), curve, row, self._unit)
        last = (row + 1) * self._batch - 1
        return self._trainings[curve.variant].of(last, self._table.book.study.over_batch(curve.quantity))


class _CurvesByEpoch:
    """The bounds of a table that goes epoch by epoch: those of the means of the last sample."""

    def __init__(self, book: Book, unit: float) -> None:
        self._book, self._unit, self._curves = book, unit, ErrorTable(book).curves

    def of(self, row: int, label: str) -> float:
        """Return the bound of a curve in a row."""
        curve = self._curves.get(label)
        if curve is None:
            return 0.0
        return _of_mean(EpochsTable(self._book, curve.test), curve, row, self._unit)


def _of_mean(table: EpochsTable, curve: Curve, point: int, unit: float) -> float:
    """Return the bound of the mean of all samples of a data set at a point."""
    return unit * table.bounds.at(curve.variant, point, table.count - 1)[mean(curve.quantity)]


class _Samples:
    """The bounds of the table of the sheet Epochs or Test."""

    def __init__(self, table: EpochsTable, unit: float) -> None:
        self._table, self._unit = table, unit
        variants = range(len(table.book.study.variants))
        self._columns = {
            table.label(q.name, variant): (variant, q.name) for variant in variants for q in table.quantities
        }

    def of(self, row: int, label: str) -> float:
        """Return the bound of a quantity in a row."""
        if label not in self._columns:
            return 0.0
        variant, name = self._columns[label]
        point, sample = divmod(row, self._table.count)
        return self._unit * self._table.bounds.at(variant, point, sample)[name]
