"""The summary of the Error sheet: a line of live facts for each variant, and one sentence about them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial

from sheetgen.network.evaluation import points
from sheetgen.network.graph import ITERATION, mean
from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.page import Formula, Page
from sheetgen.sheets import layout as at
from sheetgen.sheets.book import Book
from sheetgen.sheets.error.players import PlayersSentence
from sheetgen.sheets.error.sentence import Facts, Outcome, Sentence, Tested, sentence_of
from sheetgen.sheets.error.table import Curve, ErrorTable
from sheetgen.sheets.folds import Losses, may_match

Recalculated = Callable[[int, int], object]
"""Gives what a cell of the sheet, by row and column, holds when recalculated."""

_SHEET, _RATE, _FIRST, _LAST = "training sheet", "learning rate", "first error", "last error"
_SMALLEST, _AT = "smallest error", "at iteration"
_TESTED = ("last test error", "smallest test error", "reached at iteration")
_LOOKS = (style.INPUT_LINK, *[style.CALC] * 3, style.COUNT, style.COUNT, style.Style(align="center"))


class ErrorSummary:
    """The summary, from a column on: its block of facts and, right of that, the last value of each metric."""

    def __init__(self, book: Book, table: ErrorTable, column: int) -> None:
        self.book, self.table, study = book, table, book.study
        variants = len(study.variants)
        self._firsts = [] if study.evaluates else [book.results.keep(v, study.batch - 1) for v in range(variants)]
        self.step = "epoch" if book.study.evaluates else "step"
        self._rises = f"{self.step}s that did not fall"
        names = () if study.shares_settings else (_SHEET,)
        labels = (*names, _RATE, _FIRST, _LAST, _SMALLEST, _AT, self._rises, f"fell at every {self.step}?")
        last = [f"last {name}" for name in book.study.network.watched[1:]]
        self.facts = Block.below(at.EQUATION_ROW, labels, variants, column)
        # Blocks of their own: a metric may be called error.
        self.metrics = Block.below(at.EQUATION_ROW, last, variants, column + len(labels))
        column += len(labels) + len(last)
        tested = (*_TESTED, *(f"last {at.test_label(name)}" for name in book.study.network.watched[1:]))
        self.tests = Block.below(at.EQUATION_ROW, tested if study.test else (), variants, column)

    @property
    def width(self) -> int:
        """The number of columns."""
        return sum(len(block.letters) for block in (self.facts, self.metrics, self.tests))

    def put(self, page: Page) -> None:
        """Put the lines and the sentence."""
        self.facts.header(page, row=at.LABEL_ROW)
        self.metrics.header(page, row=at.LABEL_ROW)
        self.tests.header(page, row=at.LABEL_ROW)
        for variant, row in enumerate(self.facts.rows):
            name = () if self.book.study.shares_settings else (self.book.study.variants[variant].sheet,)
            looks = (*[style.NAME] * len(name), *_LOOKS)
            self.facts.line(page, row, (*name, *self._facts(variant, row)), looks)
            lasts = self._lasts(variant)
            self.metrics.line(page, row, lasts, [style.CALC] * len(lasts))
            if self.book.study.test:
                self.tests.line(page, row, *zip(*self._tested(variant), strict=True))
        row = self.facts.last + 2
        first, *_, last = self.facts.letters
        page.put(self.facts.cell(first, row), self._sentence(), style.Style(bold=True, wrap=True, size=12))
        page.merges.append(f"{self.facts.cell(first, row)}:{self.facts.cell(last, row + 2)}")

    def _tested(self, variant: int) -> Iterator[tuple[Formula, style.Style]]:
        """Yield what became of the test set, with the look of each: the error, and the last value of each metric."""
        study, results = self.book.study, self.book.results
        for name in study.network.watched:
            curve = Curve(name, variant, test=True)
            cell = self.table.block.cell(self.table.label(curve), self.table.block.last)
            last = partial(lambda name: results.test.curve(variant, name)[-1], name)
            yield Formula(cell, last, partial(self._test_error, variant, name, last=True)), style.CALC
            if name == study.network.loss:
                error = partial(self._test_error, variant, name)
                smallest = self._smallest(curve, partial(results.test_losses, variant), error)
                yield from zip(smallest, (style.CALC, style.COUNT), strict=True)

    def _test_error(self, variant: int, quantity: str, last: bool) -> float:
        """Return how far off the first or the last value of a curve of the test set may be, likewise."""
        point = len(self._iterations) - 1 if last else 0
        return self.book.test_bounds.at(variant, point, self.book.study.test_count - 1)[mean(quantity)]

    def _smallest(
        self, curve: Curve, losses: Callable[[], Losses], error: Callable[..., float]
    ) -> tuple[Formula, Formula]:
        """Return the smallest error of a curve and the iteration at which that is."""
        block, label = self.table.block, self.table.label(curve)
        column = block.cells(label)

        def is_smallest(iteration: object, recalculated: Recalculated) -> bool:
            if not isinstance(iteration, float) or iteration not in self._iterations:
                return False
            loss = recalculated(block.first + self._iterations.index(int(iteration)), block.index(label))
            return isinstance(loss, float) and may_match(loss, losses().smallest)

        return (
            Formula(
                f"MIN({column})",
                lambda: losses().smallest,
                lambda: max(1.0, error(last=False), error(last=True)),
            ),
            Formula(
                f"INDEX({block.column(ITERATION)},MATCH(MIN({column}),{column},0))",
                lambda: float(self._iterations[losses().smallest_at]),
                accepts=is_smallest,
            ),
        )

    def _lasts(self, variant: int) -> list[Formula]:
        """Return the last value of each metric of a variant."""
        block, last = self.table.block, partial(self.book.results.last_shown, variant)
        return [
            Formula(
                block.cell(self.table.label(Curve(name, variant)), block.last),
                partial(last, name),
                partial(self._error, variant, name, last=True),
            )
            for name in self.book.study.network.watched[1:]
        ]

    def _facts(self, variant: int, row: int) -> tuple[Formula, ...]:
        """Return the formulas of one variant's line."""
        block, study = self.table.block, self.book.study
        curve = Curve(study.network.loss, variant)
        label = self.table.label(curve)
        losses: Callable[[], Losses] = partial(self.book.results.losses, variant)
        rises = self.facts.cell(self._rises, row)
        after, before = block.cells(label, first=block.first + 1), block.cells(label, last=block.last - 1)
        error = partial(self._error, variant, study.network.loss)

        def may_say(word: object, recalculated: Recalculated) -> bool:
            steps = 0 if word == "yes" else max(losses().rises, 1)
            return word in ("yes", "no") and losses().may_rise(steps)

        return (
            Formula(self.book.layout.rate(variant), lambda: study.rates[variant]),
            Formula(block.cell(label, block.first), lambda: losses().first, partial(error, last=False)),
            Formula(block.cell(label, block.last), lambda: losses().last, partial(error, last=True)),
            *self._smallest(curve, losses, error),
            Formula(
                f"SUMPRODUCT(({after}>={before})-({after}=0)*({before}=0))",
                lambda: float(losses().rises),
                accepts=lambda steps, recalculated: losses().may_rise(steps),
            ),
            Formula(f'IF({rises}=0,"yes","no")', lambda: "no" if losses().rises else "yes", accepts=may_say),
        )

    def _error(self, variant: int, quantity: str, last: bool) -> float:
        """Return how far off the first or the last value of a curve may be, in units of an operation's error."""
        study, results, column = self.book.study, self.book.results, self.book.study.over_batch(quantity)
        if study.evaluates:
            point = len(self._iterations) - 1 if last else 0
            return self.book.evaluation_bounds.at(variant, point, study.count - 1)[mean(quantity)]
        return results.last_error(variant, column) if last else self._firsts[variant]().errors[column]

    @cached_property
    def _iterations(self) -> Sequence[int]:
        """The iteration of each row of the table."""
        study = self.book.study
        return points(study) if study.evaluates else range(study.iterations + 1)

    def _sentence(self) -> Formula:
        """Return the sentence that says which variant did best, whether any let the error rise, or diverged."""
        if self.book.study.network.players:
            return PlayersSentence(self.book, self.table).formula()
        titles = self.table.losses()
        start, end = (self.table.block.absolute(titles[i], at.LABEL_ROW) for i in (0, -1))
        first, last, smallest, at_iteration, rises = map(self.facts.cells, (_FIRST, _LAST, _SMALLEST, _AT, self._rises))
        tested = None
        if self.book.study.test:
            last_tested, smallest_tested, reached = map(self.tests.cells, _TESTED)
            tested = last_tested, smallest_tested, reached
        facts = Facts(f"{start}:{end}", first, last, smallest, at_iteration, rises, tested)
        return Formula(self._words.formula(facts), self._said, accepts=self._may_say)

    @cached_property
    def _words(self) -> Sentence:
        return sentence_of(self.book)

    def _of_all(self) -> list[Losses]:
        return [self.book.results.losses(variant) for variant in range(len(self.book.study.variants))]

    def _said(self) -> str:
        """Return the sentence."""
        of_all = self._of_all()
        lasts, smallest = [losses.last for losses in of_all], [losses.smallest for losses in of_all]
        lowest = smallest.index(min(smallest))
        outcome = Outcome(
            lasts.index(min(lasts)),
            lasts.count(min(lasts)) - 1,
            (lowest, float(self._iterations[of_all[lowest].smallest_at])) if min(smallest) < min(lasts) else None,
            sum(losses.rises > 0 for losses in of_all),
            sum(losses.last > losses.first for losses in of_all),
            0 in lasts,
            self._tested_best(),
        )
        return self._words.text(outcome)

    def _tested_best(self) -> Tested | None:
        """Return what became of the test set, where there is one."""
        if not self.book.study.test:
            return None
        of_all = list(map(self.book.results.test_losses, range(len(self.book.study.variants))))
        smallest = [losses.smallest for losses in of_all]
        variant = smallest.index(min(smallest))
        best = of_all[variant]
        return Tested(variant, float(self._iterations[best.smallest_at]), best.last > best.smallest)

    def _tested_bests(self, recalculated: Recalculated) -> Iterator[Tested | None]:
        """Yield what may be said of the test set, where numbers are equal but for rounding."""
        if not self.book.study.test:
            yield None
            return
        of_all = list(map(self.book.results.test_losses, range(len(self.book.study.variants))))
        least = min(losses.smallest for losses in of_all)
        for variant, (row, losses) in enumerate(zip(self.facts.rows, of_all, strict=True)):
            iteration = recalculated(row, self.tests.index(_TESTED[-1]))
            if may_match(losses.smallest, least) and isinstance(iteration, float):
                for ended_higher in {losses.last > losses.smallest, not may_match(losses.last, losses.smallest)}:
                    yield Tested(variant, iteration, ended_higher)

    def _may_say(self, text: object, recalculated: Recalculated) -> bool:
        """Whether the sentence is as right where numbers are equal but for rounding."""
        of_all = self._of_all()
        lasts, smallest = [losses.last for losses in of_all], [losses.smallest for losses in of_all]
        tied = [variant for variant, last in enumerate(lasts) if may_match(last, min(lasts))]
        risen = [sum(losses.rises + sign * losses.fuzzy > 0 for losses in of_all) for sign in (-1, 1)]
        flat = [losses for losses in of_all if may_match(losses.last, losses.first)]
        higher = sum(losses.last > losses.first for losses in of_all if losses not in flat)
        return any(
            text == self._words.text(Outcome(best, as_good, low, rises, higher_ends, at_zero, tested))
            for best in tied
            for as_good in range(len(tied))
            for low in self._lowest(smallest, min(lasts), recalculated)
            for rises in range(risen[0], risen[1] + 1)
            for higher_ends in range(higher, higher + len(flat) + 1)
            for at_zero in {0 in lasts, any(may_match(last, 0.0) for last in lasts)}
            for tested in self._tested_bests(recalculated)
        )

    def _lowest(
        self, smallest: list[float], last: float, recalculated: Recalculated
    ) -> Iterator[tuple[int, float] | None]:
        """Yield the variants, and iterations, that may be said to be lowest on the way; None for the end being so."""
        if may_match(min(smallest), last):
            yield None
        for variant, row in enumerate(self.facts.rows):
            iteration = recalculated(row, self.facts.index(_AT))
            if may_match(smallest[variant], min(smallest)) and isinstance(iteration, float):
                yield variant, iteration
