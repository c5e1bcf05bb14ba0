"""The picture ``confusion``: how many samples of each class the network takes for which of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from openpyxl.formatting.rule import ColorScaleRule

from sheetgen.algebra.notation import Excel
from sheetgen.network.array_bounds import Pair
from sheetgen.network.graph import SAMPLE
from sheetgen.network.pictures import outputs, over_columns
from sheetgen.network.study import Picture
from sheetgen.network.tolerance import Tolerance
from sheetgen.page import style
from sheetgen.page.cell_names import column_letter
from sheetgen.page.fields import across
from sheetgen.page.page import Content, Formula
from sheetgen.page.style import Style
from sheetgen.sheets.pictures.field import Field
from sheetgen.sheets.pictures.moments import LAST, PICKED
from sheetgen.sheets.pictures.studio import Studio

_TRUE, _SAID = "class", "said"
_COLUMNS, _HEIGHT = 5, 34.0
"""How many columns of the sheet each cell of the table takes, and the height of its row."""
_COUNT = Style(size=16, align="center", border="D0D5DD")
_HEAD = Style(bold=True, size=12, align="center")
_CORNER = Style(bold=True, size=10, align="center", colour=style.GREY)
_THRESHOLD = 0.5


class _Said:
    """What the network says of every sample at one moment: a row a sample, in the margin."""

    def __init__(self, studio: Studio, moment: str, classes: Sequence[str]) -> None:
        self.studio, self.moment, self.study = studio, moment, studio.book.study
        network = self.study.network
        self.ends = [quantity.name for quantity in outputs(network)]
        self.equations = over_columns(network)
        between = [name for name in self.equations if name not in self.ends]
        self.block = studio.margin.block((SAMPLE, *between, *self.ends, _TRUE, _SAID), self.study.count)
        self.field = Field(self.equations, (self.study.count,), self._known)
        both = [f"{network.targets[0]} = {number}" for number in (0, 1)]
        self.classes = classes or (network.targets if network.targets[1:] else both)

    def _known(self) -> dict[str, Pair]:
        data = {name: (np.array(numbers), np.array(0.0)) for name, numbers in self.study.samples.items()}
        return {**data, **self.studio.moments.pairs(self.moment)}

    def put(self) -> None:
        """Put the table."""
        page = self.studio.page
        self.block.header(page)
        page.put(self.block.cell(SAMPLE, self.block.first - 2), self.studio.moments.called(self.moment), style.NOTE)
        patterns = {name: Excel(self._reference).write(expr) for name, expr in self.equations.items()}
        for sample, row in enumerate(self.block.rows):
            page.put(self.block.cell(SAMPLE, row), float(sample + 1), style.BUILT)
            for name, pattern in patterns.items():
                formula = self.field.formula(pattern.replace("\x03", str(row)), name, (sample,))
                page.put(self.block.cell(name, row), formula, style.CALC)
            page.put(self.block.cell(_TRUE, row), self._true(sample, row), style.COUNT)
            page.put(self.block.cell(_SAID, row), self._said(sample, row), style.COUNT)

    def _reference(self, name: str) -> str:
        if name in self.study.samples:
            return f"INDEX({self.studio.book.layout.samples(name)},{self.block.letters[SAMPLE]}\x03)"
        if name in self.equations:
            return f"{self.block.letters[name]}\x03"
        return self.studio.moments.reference(name, self.moment)

    def _true(self, sample: int, row: int) -> Formula:
        """Return the formula of the class of a sample, from 1."""
        targets, layout = self.study.network.targets, self.studio.book.layout
        there = [f"INDEX({layout.samples(name)},{self.block.cell(SAMPLE, row)})" for name in targets]
        numbered = "+".join(f"{number}*{cell}" for number, cell in enumerate(there, start=1))
        return Formula(numbered if there[1:] else f"1+{there[0]}", partial(self.true, sample))

    def true(self, sample: int) -> float:
        """Return the class of a sample, from 1."""
        targets = [self.study.samples[name][sample] for name in self.study.network.targets]
        return sum(number * target for number, target in enumerate(targets, start=1)) if targets[1:] else 1 + targets[0]

    def _said(self, sample: int, row: int) -> Formula:
        """Return the formula of the class that the network says; where two are as likely, either is right."""
        ends = self.block.across(self.ends[0], self.ends[-1], row)
        text = f"MATCH(MAX({ends}),{ends},0)" if self.ends[1:] else f"IF({ends.partition(':')[0]}>={_THRESHOLD},2,1)"
        return Formula(
            f'IFERROR({text},"")', partial(self.said, sample), accepts=lambda value, _: value in self.may_say(sample)
        )

    def said(self, sample: int) -> float | str:
        """Return the class that the network says, nothing where it has no number."""
        values = [self.field.value(name, (sample,)) for name in self.ends]
        numbers = [value for value in values if isinstance(value, float)]
        if not numbers:
            return ""
        if len(self.ends) == 1:
            return 2.0 if numbers[0] >= _THRESHOLD else 1.0
        return values.index(max(numbers)) + 1.0

    def may_say(self, sample: int) -> set[object]:
        """Return the classes that rounding lets it say."""
        values = [self.field.value(name, (sample,)) for name in self.ends]
        noise = [Tolerance.atol * self.field.error(name, (sample,)) + Tolerance.rtol for name in self.ends]
        numbers = [value for value in values if isinstance(value, float)]
        if not numbers:
            return {""}
        if len(self.ends) == 1:
            near = abs(numbers[0] - _THRESHOLD) <= noise[0]
            return {1.0, 2.0} if near else {self.said(sample)}
        return {
            place + 1.0
            for place, (value, error) in enumerate(zip(values, noise, strict=True))
            if isinstance(value, float) and value >= max(numbers) - error - max(noise)
        }

    def count(self, true: int, said: int) -> Formula:
        """Return the formula of how many samples of a class are said to be of another, both from 1."""
        text = f"SUMPRODUCT(({self.block.column(_TRUE)}={true})*({self.block.column(_SAID)}={said}))"
        samples = range(self.study.count)

        def value() -> float:
            return float(sum(self.true(s) == true and self.said(s) == said for s in samples))

        def accepts(found: object, recalculated: object) -> bool:
            ours = [self.may_say(s) for s in samples if self.true(s) == true]
            least, most = sum(may == {said} for may in ours), sum(said in may for may in ours)
            return isinstance(found, float) and least <= found <= most

        return Formula(text, value, accepts=accepts)


def put(studio: Studio, picture: Picture) -> None:
    """Put the picture on the sheet."""
    tables = [_Said(studio, moment, picture.classes) for moment in (PICKED, LAST)]
    studio.canvas.picture(
        f"Right and wrong: all {studio.book.study.count:,} samples, by class",
        "A row is the class that a sample is of, a column the class that the network says; right is what stands on the"
        " diagonal.",
    )
    for table in tables:
        table.put()
        _put_table(studio, table)


def _put_table(studio: Studio, table: _Said) -> None:
    """Put the counts of one moment, coloured."""
    page, classes = studio.page, range(1, len(table.classes) + 1)
    size = len(table.classes) + 1
    row, column = studio.canvas.place(size * _COLUMNS, size + 2)

    def put(down: int, right: int, content: Content, look: Style) -> str:
        return across(page, row + 1 + down, column + right * _COLUMNS, _COLUMNS, content, look)

    page.heights |= dict.fromkeys(range(row + 1, row + 1 + size), _HEIGHT)
    page.put(f"{column_letter(column)}{row}", studio.moments.called(table.moment), Style(bold=True, size=12))
    put(0, 0, "is ↓   says →", _CORNER)
    for number, name in zip(classes, table.classes, strict=True):
        put(0, number, name, _HEAD)
        put(number, 0, name, _HEAD)
    cells = [put(true, said, table.count(true, said), _look(true, said)) for true in classes for said in classes]
    page.colour(
        f"{cells[0]}:{cells[-1]}", ColorScaleRule("num", 0, style.WHITE, end_type="max", end_color=style.POSITIVE)
    )
    right = [cell for place, cell in enumerate(cells) if place % size == 0]
    _put_sentence(studio, table, right, f"{column_letter(column)}{row + 1 + size}")


def _look(true: int, said: int) -> Style:
    return Style(size=_COUNT.size, align="center", border=_COUNT.border, bold=true == said)


def _put_sentence(studio: Studio, table: _Said, right: Sequence[str], cell: str) -> None:
    """Say how many are right."""
    count = table.study.count
    end = f" of {count:,} right"

    def value() -> str:
        return f"{sum(table.true(sample) == table.said(sample) for sample in range(count))}{end}"

    def accepts(found: object, recalculated: object) -> bool:
        ours = [(table.true(sample), table.may_say(sample)) for sample in range(count)]
        least, most = sum(may == {true} for true, may in ours), sum(true in may for true, may in ours)
        return any(found == f"{number}{end}" for number in range(least, most + 1))

    studio.page.put(cell, Formula(f'{"+".join(right)}&"{end}"', value, accepts=accepts), Style(bold=True, size=12))
