"""Error bounds of the tables of a workbook's sheets; the trace runs along only as far as they are asked."""

from __future__ import annotations

from collections.abc import Mapping

from sheetgen.network.graph import mean
from sheetgen.network.row_bounds import RowBounds
from sheetgen.proof.expected import TableBounds, ZeroBounds
from sheetgen.sheet_names import EPOCHS, ERROR
from sheetgen.sheets.book import Book
from sheetgen.sheets.epochs import EpochsTable
from sheetgen.sheets.error.table import ErrorTable


def table_bounds(book: Book, sheet: str, unit: float) -> TableBounds:
    """Return what gives the error bounds of the rows of a sheet's table; ``unit`` is granted to every operation."""
    if sheet == ERROR:
        return _CurvesByEpoch(book, unit) if book.study.evaluates else _CurvesByIteration(book, unit)
    if sheet == EPOCHS:
        return _Samples(book, unit)
    study = book.study
    variants = {variant.sheet: index for index, variant in enumerate(study.variants)}
    if sheet not in variants:
        return ZeroBounds()
    variant = variants[sheet]
    return RowBounds(study.graphs[variant], study.constants(variant), unit, study.batch)


class _CurvesByIteration:
    """The bounds of a table that goes iteration by iteration."""

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


class _OfEvaluation:
    """Bounds that come from those of the evaluation of the whole data set."""

    def __init__(self, book: Book, unit: float) -> None:
        self._book, self._unit = book, unit
        self._rows = 0

    def follow(self, row: tuple[float, ...]) -> None:
        """Take the values of the next row."""
        self._rows += 1

    def _at(self, variant: int, point: int, sample: int) -> Mapping[str, float]:
        bounds = self._book.evaluation_bounds.at(variant, point, sample)
        return {name: self._unit * bound for name, bound in bounds.items()}


class _CurvesByEpoch(_OfEvaluation):
    """The bounds of a table that goes epoch by epoch: those of the means of the last sample."""

    def here(self) -> Mapping[str, float]:
        """Return the bounds of the last row, by label."""
        last = self._book.study.count - 1
        return {
            label: self._at(curve.variant, self._rows - 1, last)[mean(curve.quantity)]
            for label, curve in ErrorTable(self._book).curves.items()
        }


class _Samples(_OfEvaluation):
    """The bounds of the table of the Epochs sheet."""

    def here(self) -> Mapping[str, float]:
        """Return the bounds of the last row, by label."""
        table, study = EpochsTable(self._book), self._book.study
        point, sample = divmod(self._rows - 1, study.count)
        return {
            table.label(name, variant): bound
            for variant in range(len(study.variants))
            for name, bound in self._at(variant, point, sample).items()
        }
