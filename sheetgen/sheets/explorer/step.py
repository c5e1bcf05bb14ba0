"""The step of training that follows the picked iteration: the loss around it, and the update of every weight."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sheetgen.algebra.notation import general
from sheetgen.limits import FEW_WEIGHTS
from sheetgen.network.graph import BATCH, RATE, Section, derivative_label, mean
from sheetgen.network.study import Study
from sheetgen.page import style
from sheetgen.page.fields import fields, span
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
_PICKED = replace(_NUMBER, bold=True, fill=style.PICK.fill)
_COUNT = Style(align="center", colour=style.GREY)
_NEXT = replace(_NUMBER, bold=True)

_MEANINGS = {
    "now: w": "The weight at the picked iteration.",
    "slope: ∂": "The gradient of the loss with respect to the weight: how steeply the loss rises with it.",
    "−η·∂": "What the update adds: downhill, against the slope, the further the larger the learning rate η.",
    "step: w′ − w": "What the optimiser adds to the weight.",
    "next: w′": "The weight one iteration later.",
}
"""What the labels of the updates mean, in notes on them."""


def put(page: Page, book: Book, table: LookupTable, row: int) -> int:
    """Put the strip of the loss and the updates, from a row on, where anything is trained; return the next free row."""
    if not book.study.trains:
        return row
    step = _StepTable(page, book, table)
    row = page.heading("B", row, "The step from here")
    row = step.strip(row)
    if book.study.network.weights:
        row = step.updates(row + 1)
    return row


def last_column(page: Page, study: Study) -> int:
    """Return the last column of all this, on a page whose columns have their widths."""
    if not study.trains:
        return FIRST_DRAWN_COLUMN
    ends = []
    for halves, widths in ((1, _strip_widths()), (min(2, len(study.network.weights)), _update_widths(study))):
        column = FIRST_DRAWN_COLUMN
        for _ in range(halves):
            for width in widths:
                column = span(page, column, width) + 1
            ends.append(column - 1)
            column += 1
    return max(ends)


def _strip_widths() -> list[float]:
    return [_NAME, *[_VALUE] * len(_AROUND)]


def _update_widths(study: Study) -> list[float]:
    return [_NAME, *[_VALUE] * (len(_update_labels(study)) - 1)]


def _update_labels(study: Study) -> tuple[str, ...]:
    between = ("slope: ∂", "−η·∂") if study.plain else ("step: w′ − w",)
    return ("weight", "now: w", *between, "next: w′")


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

    def strip(self, row: int) -> int:
        """Put the loss at the iterations around the picked one and, where it has a schedule, the learning rate."""
        study, loss = self.book.study, self.book.study.network.loss
        widths = _strip_widths()
        _, (title, *iterations) = fields(self.page, row, FIRST_DRAWN_COLUMN, widths)
        self.page.put(title, "iteration", style.NAME)
        for offset, cell in zip(_AROUND, iterations, strict=True):
            self.page.put(cell, self._iteration(offset), _COUNT)
        losses = (loss, *(player.loss for player in study.network.players))
        shown = {f"{name}, mean" if study.batch > 1 else name: study.over_batch(name) for name in losses}
        if study.scheduled:
            shown[RATE] = RATE
        for line, (label, name) in enumerate(shown.items(), start=row + 1):
            _, (title, *cells) = fields(self.page, line, FIRST_DRAWN_COLUMN, widths)
            self.page.put(title, label, style.NAME)
            for offset, iteration, cell in zip(_AROUND, iterations, cells, strict=True):
                number = self._at_end_of_batch(name, iteration, self.k + offset)
                self.page.put(cell, self._where_it_is(iteration, number), _NUMBER if offset else _PICKED)
        return row + 1 + len(shown)

    def _iteration(self, offset: int) -> Formula:
        """Return the formula of an iteration near the picked one, nothing where there is none."""
        there = f"{EXPLORER_ITERATION.absolute}{offset:+d}" if offset else EXPLORER_ITERATION.absolute
        value = float(self.k + offset) if self._exists(self.k + offset) else ""
        return Formula(f'IF(({there}>=0)*({there}<={self.last}),{there},"")', lambda: value)

    def _exists(self, iteration: int) -> bool:
        return 0 <= iteration <= self.last

    def _where_it_is(self, iteration: str, formula: Formula) -> Formula:
        """Return a formula that shows nothing where an iteration's cell does."""
        return formula._replace(text=f'IF({iteration}="","",{formula.text})')

    def _at_end_of_batch(self, name: str, cell: str, iteration: int) -> Formula:
        """Return the formula of a quantity in the last row of an iteration, which stands in a cell."""
        study = self.book.study
        row = f"({cell}+1)*{self.book.layout.count(BATCH)}" if study.batch > 1 else f"{cell}+1"
        there = self._exists(iteration)
        shown = self.table.step.elsewhere(name, row, (iteration + 1) * study.batch - 1 if there else 0)
        return shown if there else shown._replace(value=lambda: "", scale=0.0)

    # --- the updates ---

    def updates(self, row: int) -> int:
        """Put the update of every weight, in two columns of lines."""
        names = self.book.study.network.weights[:FEW_WEIGHTS]
        self.page.put(f"B{row}", self._sentence(), Style(size=12))
        labels, widths = _update_labels(self.book.study), _update_widths(self.book.study)
        half, column = (len(names) + 1) // 2, FIRST_DRAWN_COLUMN
        for listed in (names[:half], names[half:]):
            if listed:
                free, heads = fields(self.page, row + 1, column, widths)
                for cell, label in zip(heads, labels, strict=True):
                    self.page.put(cell, label, style.LABEL)
                    if label in _MEANINGS:
                        self.page.notes[cell] = f"{label}\n{_MEANINGS[label]}"
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
        slope = "that of its own loss" if study.network.players else derivative_label(study.network.loss, "w")
        of_batch = ", the mean over the batch" if study.batch > 1 else ""
        of_both = ", with that of the row above" if study.network.section(Section.ABOVE) else ""
        how = (
            f"w′ = w − η·∂, where ∂ is {slope}{of_batch}{of_both}"
            if self.book.study.plain
            else "w′ = w + what the optimiser adds"
        )
        start, to, after = "From iteration ", " to ", f"{few}: every weight goes its step, {how}"
        rate, of_rate = self.table.step.rate(), ", and η = "
        shown = "" if study.scheduled else f"&{text_literal(of_rate)}&{rate.text}"
        text = (
            f"IF({k}={self.last},{text_literal(end)},{text_literal(start)}&{k}&{text_literal(to)}&{k}+1&"
            f"{text_literal(after)}{shown})"
        )

        def value() -> str:
            if self.k == self.last:
                return end
            eta = "" if study.scheduled else of_rate + general(float(rate.value()))
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
        if self.book.study.plain:
            slope = self._slope(name)
            self.page.put(between[0], slope, _NUMBER)
            self.page.put(between[1], self._down(between[0], slope, after), _NUMBER)
        else:
            self.page.put(between[0], self._difference(now, weight, after, following), _NUMBER)

    def _slope(self, name: str) -> Formula:
        """Return the formula of the gradient that the update uses."""
        if self.book.study.batch == 1:
            return self.table.show(self.book.study.network.descended(name))
        gradient = self.book.study.network.slope(name)
        return self._at_end_of_batch(mean(gradient), EXPLORER_ITERATION.absolute, self.k)

    def _next(self, name: str) -> Formula:
        """Return the formula of a weight after the step; nothing after the last iteration."""
        study, ends = self.book.study, self.k == self.last
        row = self.book.picks.explorer.row(study)
        batch = self.book.layout.count(BATCH) if study.batch > 1 else "1"
        looked_up = self.table.step.elsewhere(name, f"{self.table.row}+{batch}", row if ends else row + study.batch)
        shown = looked_up._replace(value=lambda: "", scale=0.0) if ends else looked_up
        return shown._replace(text=f'IF({EXPLORER_ITERATION.absolute}={self.last},"",{looked_up.text})')

    def _down(self, cell: str, slope: Formula, after: str) -> Formula:
        """Return the formula of −η·∂; nothing after the last iteration."""
        rate = self._rate()

        def step() -> float:
            return -float(rate.value()) * float(slope.value())

        def value() -> CachedValue:
            return "" if self.k == self.last else step()

        def error() -> float:
            slope_error, rate_error = slope.bound(1.0), rate.bound(1.0)
            return abs(float(rate.value())) * slope_error + abs(float(slope.value())) * rate_error + abs(step())

        return Formula(f'IF({after}="","",-{rate.text}*{cell})', value, error)

    def _difference(self, now: str, weight: Formula, after: str, following: Formula) -> Formula:
        """Return the formula of what a step adds to a weight; nothing after the last iteration."""

        def value() -> CachedValue:
            return "" if self.k == self.last else float(following.value()) - float(weight.value())

        def error() -> float:
            return 0.0 if self.k == self.last else following.bound(1.0) + weight.bound(1.0) + abs(float(value()))

        return Formula(f'IF({after}="","",{after}-{now})', value, error)
