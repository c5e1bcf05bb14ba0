"""The step of training that follows the picked iteration: the loss around it, and the update of every weight."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from sheetgen.algebra.notation import general
from sheetgen.limits import FEW_WEIGHTS
from sheetgen.network.graph import BATCH, RATE, derivative_label, mean
from sheetgen.network.optimizers import SGD
from sheetgen.page import style
from sheetgen.page.fields import fields
from sheetgen.page.page import CachedValue, Formula, Page, text_literal
from sheetgen.page.style import Style
from sheetgen.sheets.book import Book
from sheetgen.sheets.drawing.plan import FIRST_DRAWN_COLUMN
from sheetgen.sheets.explorer.table import LookupTable
from sheetgen.sheets.picks import EXPLORER_ITERATION

_AROUND = (-2, -1, 0, 1, 2)
"""The iterations of the strip, counted from the picked one."""
_NAME, _VALUE = 14.0, 13.0
_NUMBER = Style(align="center", number=style.NUMBER)
_PICKED = replace(_NUMBER, bold=True, fill="FFFBE6")
_COUNT = Style(align="center", colour=style.GREY)
_NEXT = replace(_NUMBER, bold=True)


def put(page: Page, book: Book, table: LookupTable, row: int) -> int:
    """Put the strip of the loss and the updates, from a row on; return the next free row."""
    step = _StepTable(page, book, table)
    row = page.heading("B", row, "The step from here")
    row = step.strip(row)
    if book.study.network.weights:
        row = step.updates(row + 1)
    return row


@dataclass(frozen=True)
class _StepTable:
    """What is put on the page; ``k`` is the picked iteration."""

    page: Page
    book: Book
    table: LookupTable

    @property
    def k(self) -> int:
        return self.book.picks.explorer.iteration

    @property
    def last(self) -> int:
        return self.book.study.iterations

    @cached_property
    def plain(self) -> bool:
        """Whether every sheet goes down the gradient itself, so that the step is −η·∂."""
        return all(variant.optimizer == SGD for variant in self.book.study.variants)

    def strip(self, row: int) -> int:
        """Put the loss at the iterations around the picked one."""
        study, loss = self.book.study, self.book.study.network.loss
        of_batch = study.batch > 1
        _, cells = fields(self.page, row, FIRST_DRAWN_COLUMN, [_NAME, *[_VALUE] * len(_AROUND)])
        _, below = fields(self.page, row + 1, FIRST_DRAWN_COLUMN, [_NAME, *[_VALUE] * len(_AROUND)])
        self.page.put(cells[0], "iteration", style.NAME)
        self.page.put(below[0], f"{loss}, mean" if of_batch else loss, style.NAME)
        for offset, above, cell in zip(_AROUND, cells[1:], below[1:], strict=True):
            self.page.put(above, self._iteration(offset), _COUNT)
            self.page.put(cell, self._where_it_is(above, self._loss_at(offset, above)), _NUMBER if offset else _PICKED)
        return row + 2

    def _iteration(self, offset: int) -> Formula:
        """Return the formula of an iteration near the picked one, nothing where there is none."""
        there = f"{EXPLORER_ITERATION.absolute}{offset:+d}" if offset else EXPLORER_ITERATION.absolute
        value = float(self.k + offset) if self._exists(offset) else ""
        return Formula(f'IF(({there}>=0)*({there}<={self.last}),{there},"")', lambda: value)

    def _exists(self, offset: int) -> bool:
        return 0 <= self.k + offset <= self.last

    def _where_it_is(self, iteration: str, formula: Formula) -> Formula:
        """Return a formula that shows nothing where an iteration's cell does."""
        return replace(formula, text=f'IF({iteration}="","",{formula.text})')

    def _loss_at(self, offset: int, iteration: str) -> Formula:
        """Return the formula of the loss at an iteration: with batches, its mean over the batch."""
        loss = self.book.study.network.loss
        return self._at_end_of_batch(loss if self.book.study.batch == 1 else mean(loss), iteration, self.k + offset)

    def _at_end_of_batch(self, name: str, cell: str, iteration: int) -> Formula:
        """Return the formula of a quantity in the last row of an iteration, which stands in a cell."""
        study = self.book.study
        row = f"({cell}+1)*{self.book.layout.count(BATCH)}" if study.batch > 1 else f"{cell}+1"
        there = 0 <= iteration <= self.last
        shown = self.table.step.elsewhere(name, row, (iteration + 1) * study.batch - 1 if there else 0)
        return shown if there else replace(shown, value=lambda: "", scale=0.0)

    # --- the updates ---

    def updates(self, row: int) -> int:
        """Put the update of every weight, in two columns of lines."""
        names = self.book.study.network.weights[:FEW_WEIGHTS]
        self.page.put(f"B{row}", self._sentence(), Style(size=12))
        labels = ("weight", "now: w", *(("slope: ∂", "−η·∂") if self.plain else ("step: w′ − w",)), "next: w′")
        widths = [_NAME, *[_VALUE] * (len(labels) - 1)]
        half, column = (len(names) + 1) // 2, FIRST_DRAWN_COLUMN
        for listed in (names[:half], names[half:]):
            if listed:
                free, heads = fields(self.page, row + 1, column, widths)
                for cell, label in zip(heads, labels, strict=True):
                    self.page.put(cell, label, style.LABEL)
                for line, name in enumerate(listed, start=row + 2):
                    _, cells = fields(self.page, line, column, widths)
                    self._update(name, cells)
                column = free + 1
        return row + 2 + half

    def _sentence(self) -> Formula:
        """Return the sentence over the updates."""
        study, k = self.book.study, EXPLORER_ITERATION.absolute
        end = f"Iteration {self.last} is the last: no step follows it."
        few = f" (the first {FEW_WEIGHTS} of {len(study.network.weights):,} weights)"
        few = few if len(study.network.weights) > FEW_WEIGHTS else ""
        slope = derivative_label(study.network.loss, "w")
        of_batch = ", the mean over the batch" if study.batch > 1 else ""
        rate, of_rate = self._rate(), ", and η = "
        how = (
            f"w′ = w − η·∂, where ∂ is {slope}{of_batch}{of_rate}" if self.plain else "w′ = w + what the optimiser adds"
        )
        start, to, after = "From iteration ", " to ", f"{few}: every weight goes its step, {how}"
        shown = f"&{rate.text}" if self.plain else ""
        text = (
            f"IF({k}={self.last},{text_literal(end)},{text_literal(start)}&{k}&{text_literal(to)}&{k}+1&"
            f"{text_literal(after)}{shown})"
        )

        def value() -> str:
            if self.k == self.last:
                return end
            eta = general(float(rate.value())) if self.plain else ""
            return f"{start}{self.k}{to}{self.k + 1}{after}{eta}"

        return Formula(text, value)

    def _rate(self) -> Formula:
        """Return the formula of the learning rate of this step."""
        if self.book.study.scheduled:
            return self._at_end_of_batch(RATE, EXPLORER_ITERATION.absolute, self.k)
        return self.table.step.rate()

    def _update(self, name: str, cells: list[str]) -> None:
        """Put the line of one weight."""
        label, now, *between, after = cells
        self.page.put(label, name, style.NAME)
        weight, following = self.table.show(name), self._next(name)
        self.page.put(now, weight, _NUMBER)
        self.page.put(after, following, _NEXT)
        if self.plain:
            slope = self._slope(name)
            self.page.put(between[0], slope, _NUMBER)
            self.page.put(between[1], self._down(between[0], slope), _NUMBER)
        else:
            self.page.put(between[0], self._difference(now, weight, after, following), _NUMBER)

    def _slope(self, name: str) -> Formula:
        """Return the formula of the gradient that the update uses."""
        gradient = derivative_label(self.book.study.network.loss, name)
        if self.book.study.batch == 1:
            return self.table.show(gradient)
        return self._at_end_of_batch(mean(gradient), EXPLORER_ITERATION.absolute, self.k)

    def _next(self, name: str) -> Formula:
        """Return the formula of a weight after the step; nothing after the last iteration."""
        study, ends = self.book.study, self.k == self.last
        row = self.book.picks.explorer.row(study)
        batch = self.book.layout.count(BATCH) if study.batch > 1 else "1"
        looked_up = self.table.step.elsewhere(name, f"{self.table.row}+{batch}", row if ends else row + study.batch)
        shown = replace(looked_up, value=lambda: "", scale=0.0) if ends else looked_up
        return replace(shown, text=f'IF({EXPLORER_ITERATION.absolute}={self.last},"",{looked_up.text})')

    def _down(self, cell: str, slope: Formula) -> Formula:
        """Return the formula of −η·∂."""
        rate = self._rate()

        def value() -> float:
            return -float(rate.value()) * float(slope.value())

        def error() -> float:
            return (
                abs(float(rate.value())) * slope.bound(1.0) + abs(float(slope.value())) * rate.bound(1.0) + abs(value())
            )

        return Formula(f"-{rate.text}*{cell}", value, error)

    def _difference(self, now: str, weight: Formula, after: str, following: Formula) -> Formula:
        """Return the formula of what a step adds to a weight; nothing after the last iteration."""

        def value() -> CachedValue:
            return "" if self.k == self.last else float(following.value()) - float(weight.value())

        def error() -> float:
            return 0.0 if self.k == self.last else following.bound(1.0) + weight.bound(1.0) + abs(float(value()))

        return Formula(f'IF({after}="","",{after}-{now})', value, error)
