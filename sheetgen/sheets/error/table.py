"""The table of the Error sheet: the loss of every variant, and then each metric, of the whole data set.

Where every row, or every batch, of the training holds the whole data set, it goes iteration by iteration; in a
training on batches, epoch by epoch.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from sheetgen.algebra.notation import general
from sheetgen.network.evaluation import points
from sheetgen.network.graph import BATCH, ITERATION, SAMPLES, Section
from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.page import PREVIOUS_ROW, ROW, Column, Formula, Page, Table, quoted, text_literal
from sheetgen.sheets import folds
from sheetgen.sheets import layout as at
from sheetgen.sheets.book import Book
from sheetgen.sheets.epochs import EpochsTable
from sheetgen.sheets.error.rows import kept_rows, trained_rows
from sheetgen.sheets.results import Watched
from sheetgen.sheets.section_style import put_label

EPOCHS_DONE = "epochs done"
"""The label of the column that counts how often a training on batches has seen the whole data set."""


MOST_KEPT = 2**20
"""The most numbers of the curves that are kept, 8 MiB; where there are more, the training runs again for them."""
_ON_TEST = ", test"
"""What stands behind the name of a variant where a curve is of the test set."""


@dataclass(frozen=True)
class Curve:
    """One column of the table: a quantity of one variant, of the samples trained on or of the test set."""

    quantity: str
    variant: int
    test: bool = False

    @property
    def title(self) -> str:
        """What it shows, whatever its variant."""
        return at.test_label(self.quantity) if self.test else self.quantity


@dataclass(frozen=True)
class ErrorTable:
    """The columns of the table and where they stand."""

    book: Book

    @cached_property
    def curves(self) -> Mapping[str, Curve]:
        """What each column but that of the iterations shows, by its label."""
        study = self.book.study
        quantities = study.network.watched
        sets = (False, True) if study.test else (False,)
        variants = range(len(study.variants))
        curves = [Curve(name, variant, test) for name in quantities for test in sets for variant in variants]
        return {self.label(curve): curve for curve in curves}

    def label(self, curve: Curve) -> str:
        """Return the label by which a curve's column is found."""
        return f"{curve.title}, {self.book.study.variants[curve.variant].sheet}"

    def losses(self) -> list[str]:
        """Return the labels of the loss, of all variants in their order, on the samples trained on."""
        loss = self.book.study.network.loss
        return [label for label, curve in self.curves.items() if curve.quantity == loss and not curve.test]

    @cached_property
    def counters(self) -> tuple[str, ...]:
        """The labels of the columns left of the curves."""
        return (ITERATION, EPOCHS_DONE) if self.book.study.evaluates else (ITERATION,)

    @property
    def last_count(self) -> float:
        """What the last of those columns ends with."""
        study = self.book.study
        return study.iterations * study.batch / study.count if study.evaluates else study.iterations

    @property
    def rows(self) -> int:
        """The number of rows: the iterations, or the points at which the whole data set is evaluated."""
        study = self.book.study
        return len(points(study)) if study.evaluates else study.iterations + 1

    @cached_property
    def block(self) -> Block:
        """Where the columns stand; below row 4, as on a training sheet."""
        return Block.below(at.EQUATION_ROW, (*self.counters, *self.curves), self.rows)

    def put(self, page: Page) -> None:
        """Put the table, under what each curve is called and what it shows."""
        for label in self.counters:
            put_label(page, self.block, label, Section.DATA, label)
        for label, curve in self.curves.items():
            section = self.book.study.graph.by_name[curve.quantity].section
            title = variant_title(self.book, curve.variant, curve.test)
            put_label(page, self.block, label, section, title, curve.title)
        study = self.book.study
        columns = self._by_epoch() if study.evaluates else (self._iterations(), *self._by_iteration())
        values = self._points if study.evaluates else self._values_of_rows()
        if study.test and not study.evaluates:
            values = partial(self._with_tested, values)
        portable = not (study.evaluates or study.test)
        page.table = Table(self.block.first, self.rows, tuple(columns), values, is_portable=portable)

    def _column(self, label: str, link: str) -> Column:
        return Column(label, link, link, style.LINK, style.LINK)

    def _of_test(self, curve: Curve) -> str:
        """Return the link to a mean over the test set, whose list of points begins in the same row."""
        tested = EpochsTable(self.book, test=True)
        return tested.curve(curve.quantity, curve.variant, tested.point(ROW))

    # --- where every row or batch of the training sees the whole data set ---

    def _iterations(self) -> Column:
        layout = self.book.layout
        if layout.study.batch > 1:
            count_up = f"{self.block.letters[ITERATION]}{PREVIOUS_ROW}+1"
            return Column(ITERATION, 0.0, count_up, style.COUNT, style.COUNT)
        link = f"{quoted(layout.study.variants[0].sheet)}!{layout.letter(ITERATION)}{ROW}"
        return Column(ITERATION, link, link, style.LINK_GENERAL, style.LINK_GENERAL)

    def _by_iteration(self) -> Iterator[Column]:
        layout = self.book.layout
        for label, curve in self.curves.items():
            if curve.test:
                yield self._column(label, self._of_test(curve))
                continue
            name, sheet = self.book.study.over_batch(curve.quantity), quoted(layout.study.variants[curve.variant].sheet)
            link = f"{sheet}!{layout.letter(name)}{ROW}"
            if layout.study.batch > 1:
                row = f"(${self.block.letters[ITERATION]}{ROW}+1)*{layout.count(BATCH)}"
                link = f"INDEX({layout.column(curve.variant, name)},{row})"
            yield self._column(label, link)

    def _values_of_rows(self) -> Callable[[], Iterator[tuple[float, ...]]]:
        position = self.book.study.graph.position
        places = [
            (curve.variant, position[self.book.study.over_batch(curve.quantity)])
            for curve in self.curves.values()
            if not curve.test
        ]
        if self.rows * len(places) > MOST_KEPT:
            return partial(trained_rows, self.book.trace, places)
        batch, results = self.book.study.batch, self.book.results
        return _Kept([results.watch(folds.Curve(variant, position, batch)) for variant, position in places])

    def _with_tested(self, of_training: Callable[[], Iterator[tuple[float, ...]]]) -> Iterator[tuple[float, ...]]:
        """Yield the values of the rows where some are of the test set, which is evaluated at every iteration."""
        test = self.book.results.test
        tested = {c: test.curve(c.variant, c.quantity) for c in self.curves.values() if c.test}
        for row, (iteration, *numbers) in enumerate(of_training()):
            trained = iter(numbers)
            yield (iteration, *(tested[c][row] if c.test else next(trained) for c in self.curves.values()))

    # --- where it is evaluated beside a training on batches ---

    def _by_epoch(self) -> Iterator[Column]:
        """Yield the columns: links to the sheet Epochs, whose list of points begins in the same row."""
        layout, epochs = self.book.layout, EpochsTable(self.book)
        point = epochs.point(ROW)
        iteration = epochs.iteration(point)
        yield Column(ITERATION, iteration, iteration, style.LINK_GENERAL, style.LINK_GENERAL)
        passes = f"{self.block.letters[ITERATION]}{ROW}*{layout.count(BATCH)}/{layout.count(SAMPLES)}"
        yield Column(EPOCHS_DONE, passes, passes, style.BUILT, style.BUILT)
        for label, curve in self.curves.items():
            link = epochs.curve(curve.quantity, curve.variant, point)
            yield self._column(label, self._of_test(curve) if curve.test else link)

    def _points(self) -> Iterator[tuple[float, ...]]:
        study, results = self.book.study, self.book.results
        curves = [
            (results.test if curve.test else results.evaluation).curve(curve.variant, curve.quantity)
            for curve in self.curves.values()
        ]
        for iteration, *numbers in zip(results.evaluation.points, *curves, strict=True):
            yield (float(iteration), iteration * float(study.batch) / study.count, *numbers)


@dataclass(frozen=True)
class _Kept:
    """The values of the rows from curves that were kept while the training passed by, so that it need not run again.

    Another process gets the numbers alone.
    """

    curves: Sequence[Watched[folds.Curve]]

    def __call__(self) -> Iterator[tuple[float, ...]]:
        return kept_rows(self._numbers)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return partial, (kept_rows, self._numbers)

    @property
    def _numbers(self) -> list[array[float]]:
        return [curve().values for curve in self.curves]


def variant_title(book: Book, variant: int, test: bool = False) -> Formula | str:
    """Return what a variant is called: by its learning rate, live, where only that tells it from the others.

    With ``test`` what it is called where a curve is of the test set.
    """
    layout, behind = book.layout, _ON_TEST if test else ""
    if not layout.study.shares_settings:
        return layout.study.variants[variant].sheet + behind
    text = f"{text_literal(f'{layout.study.rate_name} = ')}&{layout.rate(variant)}"
    return Formula(f"{text}&{text_literal(behind)}" if test else text, lambda: variant_text(book, variant) + behind)


def variant_text(book: Book, variant: int) -> str:
    """Return the text of a variant's title."""
    study = book.study
    if not book.study.shares_settings:
        return study.variants[variant].sheet
    return f"{study.rate_name} = {general(study.rates[variant])}"
