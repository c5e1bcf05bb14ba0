"""The summary of the Error sheet: a line of live facts for each variant, and one sentence about them all."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sheetgen.network.graph import ITERATION
from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.page import Formula, Page
from sheetgen.sheets import layout as at
from sheetgen.sheets.book import Book
from sheetgen.sheets.error.table import Curve, ErrorTable, variant_text
from sheetgen.sheets.folds import Losses, may_match

Recalculated = Callable[[int, int], object]
"""Gives what a cell of the sheet, by row and column, holds when recalculated."""

_FIRST, _LAST, _RISES = "first error", "last error", "steps that did not fall"
_LABELS = ("learning rate", _FIRST, _LAST, "smallest error", "at iteration", _RISES, "fell at every step?")
_LOOKS = (style.INPUT_LINK, *[style.CALC] * 3, style.COUNT, style.COUNT, style.Style(align="center"))


class ErrorSummary:
    """The summary, from a column on: its block of facts and, right of that, the last value of each metric."""

    def __init__(self, book: Book, table: ErrorTable, column: int) -> None:
        self.book, self.table = book, table
        variants = len(book.study.variants)
        last = [f"last {metric.name}" for metric in book.study.network.metrics]
        self.facts = Block.below(at.EQUATION_ROW, _LABELS, variants, column)
        # A block of its own: a metric may be called error.
        self.metrics = Block.below(at.EQUATION_ROW, last, variants, column + len(_LABELS))

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.facts.letters) + len(self.metrics.letters)

    def put(self, page: Page) -> None:
        """Put the lines and the sentence."""
        self.facts.header(page, row=at.LABEL_ROW)
        self.metrics.header(page, row=at.LABEL_ROW)
        for variant, row in enumerate(self.facts.rows):
            self.facts.line(page, row, self._facts(variant, row), _LOOKS)
            lasts = self._lasts(variant)
            self.metrics.line(page, row, lasts, [style.CALC] * len(lasts))
        row = self.facts.last + 2
        page.put(self.facts.cell(_LABELS[0], row), self._sentence(), style.Style(bold=True, wrap=True, size=12))
        page.merges.append(f"{self.facts.cell(_LABELS[0], row)}:{self.facts.cell(_LABELS[-1], row + 2)}")

    def _lasts(self, variant: int) -> list[Formula]:
        """Return the last value of each metric of a variant."""
        block, last = self.table.block, partial(self.book.results.last, variant)
        return [
            Formula(
                block.cell(self.table.label(Curve(metric.name, variant)), block.last),
                partial(last, self.table.column_of(metric.name)),
                scale=1.0,
            )
            for metric in self.book.study.network.metrics
        ]

    def _facts(self, variant: int, row: int) -> tuple[Formula, ...]:
        """Return the formulas of one variant's line."""
        block, study = self.table.block, self.book.study
        label = self.table.label(Curve(study.network.loss, variant))
        losses: Callable[[], Losses] = partial(self.book.results.losses, variant)
        column, rises = block.cells(label), self.facts.cell(_RISES, row)
        after, before = block.cells(label, first=block.first + 1), block.cells(label, last=block.last - 1)
        smallest = f"MATCH(MIN({column}),{column},0)"

        def is_smallest(iteration: object, recalculated: Recalculated) -> bool:
            if not isinstance(iteration, float):
                return False
            loss = recalculated(block.first + int(iteration), block.index(label))
            return isinstance(loss, float) and may_match(loss, losses().smallest)

        def may_say(word: object, recalculated: Recalculated) -> bool:
            steps = 0 if word == "yes" else max(losses().rises, 1)
            return word in ("yes", "no") and losses().may_rise(steps)

        return (
            Formula(self.book.layout.rate(variant), lambda: study.rates[variant]),
            Formula(block.cell(label, block.first), lambda: losses().first, scale=1.0),
            Formula(block.cell(label, block.last), lambda: losses().last, scale=1.0),
            Formula(f"MIN({column})", lambda: losses().smallest, scale=1.0),
            Formula(
                f"INDEX({block.column(ITERATION)},{smallest})",
                lambda: float(losses().smallest_at),
                accepts=is_smallest,
            ),
            Formula(
                f"SUMPRODUCT(({after}>={before})*1)",
                lambda: float(losses().rises),
                accepts=lambda steps, recalculated: losses().may_rise(steps),
            ),
            Formula(f'IF({rises}=0,"yes","no")', lambda: "no" if losses().rises else "yes", accepts=may_say),
        )

    def _sentence(self) -> Formula:
        """Return the sentence that says which variant did best, whether any let the error rise, or diverged."""
        study = self.book.study
        first, last, rises = (self.facts.cells(label) for label in (_FIRST, _LAST, _RISES))
        titles = self.table.losses()
        start_of, end_of = (self.table.block.absolute(titles[i], at.LABEL_ROW) for i in (0, -1))
        variant_word = "rate" if study.shares_settings else "variant"
        start = f"After {study.iterations} updates the smallest error is that of "
        calm = f"; at every {variant_word} the error fell at every step, so none of them diverged."
        rose = f" of the {variant_word}s the error did not fall at every step"
        higher = " it ended higher than it began: diverged."
        formula = (
            f'"{start}"&INDEX({start_of}:{end_of},MATCH(MIN({last}),{last},0))&IF(SUM({rises})=0,"{calm}",'
            f'"; at "&SUMPRODUCT(({rises}>0)*1)&"{rose}, at "&SUMPRODUCT(({last}>{first})*1)&"{higher}")'
        )

        def of_all() -> list[Losses]:
            return [self.book.results.losses(variant) for variant in range(len(study.variants))]

        def sentence(best: int, risen: int) -> str:
            ended_higher = sum(losses.last > losses.first for losses in of_all())
            end = f"; at {risen}{rose}, at {ended_higher}{higher}" if risen else calm
            return start + variant_text(self.book, best) + end

        def value() -> str:
            lasts = [losses.last for losses in of_all()]
            return sentence(lasts.index(min(lasts)), sum(losses.rises > 0 for losses in of_all()))

        def may_say(text: object, recalculated: Recalculated) -> bool:
            lowest = min(losses.last for losses in of_all())
            tied = [variant for variant, losses in enumerate(of_all()) if may_match(losses.last, lowest)]
            least = sum(losses.rises > losses.fuzzy for losses in of_all())
            most = sum(losses.rises + losses.fuzzy > 0 for losses in of_all())
            return any(text == sentence(best, risen) for best in tied for risen in range(least, most + 1))

        return Formula(formula, value, accepts=may_say)
