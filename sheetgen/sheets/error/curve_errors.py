"""How far off two right computations of the ends of a curve may be: what links to them carries their bound."""

from __future__ import annotations

from functools import cache

from sheetgen.network.graph import mean
from sheetgen.network.row_bounds import RowBounds
from sheetgen.sheets.book import Book
from sheetgen.sheets.folds import KeptRow
from sheetgen.sheets.results import Watched


class CurveErrors:
    """The errors of the first and the last value of the loss and of each metric.

    All are in units of an operation's relative error.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        study, variants = book.study, range(len(book.study.variants))
        self._ends: list[tuple[Watched[KeptRow], Watched[KeptRow]]] = []
        if not study.evaluates:
            first, last = study.batch - 1, study.rows - 1
            self._ends = [(book.results.keep(v, first), book.results.keep(v, last)) for v in variants]
        self._at_end = cache(self._bounds_at)

    def of(self, variant: int, quantity: str, last: bool) -> float:
        """Return the error of the first or the last value of a curve, when the training has run."""
        study = self._book.study
        if study.evaluates:
            evaluation = self._book.results.evaluation
            point = len(evaluation.points) - 1 if last else 0
            return self._book.evaluation_bounds.at(variant, point, study.count - 1)[mean(quantity)]
        return self._at_end(variant, last)[quantity if study.batch == 1 else mean(quantity)]

    def _bounds_at(self, variant: int, last: bool) -> dict[str, float]:
        study = self._book.study
        bounds = RowBounds(study.graphs[variant], study.constants(variant), 1.0, study.batch)
        for row in self._ends[variant][last]().rows:
            bounds.follow(row)
        return bounds.here()
