"""The picture ``path``: the loss over two parameters, coloured, and the way that the training takes across it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from openpyxl.formatting.rule import ColorScaleRule

from sheetgen.algebra.notation import Excel
from sheetgen.network.array_bounds import Pair
from sheetgen.network.graph import ITERATION, SAMPLES
from sheetgen.network.pictures import loss_of, moved_parameters
from sheetgen.network.study import Picture
from sheetgen.page import charts, style
from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import quoted
from sheetgen.sheet_names import PICTURES
from sheetgen.sheets.pictures.axis import Axis
from sheetgen.sheets.pictures.canvas import LAST
from sheetgen.sheets.pictures.field import Field
from sheetgen.sheets.pictures.grid import EMPTY, FULL, HEIGHT, PICKED, POINTS, WIDTH, Grid
from sheetgen.sheets.pictures.marks import rounded
from sheetgen.sheets.pictures.moments import PICKED as AT_THE_PICK
from sheetgen.sheets.pictures.sampled import Sampled
from sheetgen.sheets.pictures.studio import Studio

_SHARE = "3/14"
_VALLEY, _SLOPE, _PEAK = "FFFFFF", "F9D7A8", "D9774F"
_COLUMN, _ROW, _WHAT = _PLACE = ("column", "row", "picked, start or later")
_AT_PICK, _START, _LATER = "picked", "start", "later"
_X, _Y = "\x03", "\x04"
_CONTOUR = "INT(LN({a})/LN(4))<>INT(LN({b})/LN(4))"
_PATH_COLOUR, _PICK_COLOUR = style.INK, "E8710A"
_CHART_COLUMNS = LAST - WIDTH - 3


class _Landscape:
    """The path, the axes that hold it, and the loss over both."""

    def __init__(self, studio: Studio, picture: Picture) -> None:
        self.studio, self.study = studio, studio.book.study
        self.network = self.study.network
        self.names = moved_parameters(self.study, picture)
        self.path = Sampled(studio, self.names)
        self.x, self.y = (
            Axis(
                studio.margin,
                name,
                POINTS,
                self.path.block.column(name),
                partial(self.path.values, name),
                _SHARE,
                partial(self.path.noise, name),
            )
            for name in self.names
        )
        self.places = studio.margin.block(_PLACE, len(self.path.iterations) + 1)

    def put_helpers(self) -> None:
        """Put the path, the axes, and in which cell of the grid each step of the path lies."""
        self.path.put_iterations()
        for name in self.names:
            self.path.put_quantity(name)
        self.x.put(self.studio.page)
        self.y.put(self.studio.page)
        self.places.header(self.studio.page)
        moments = self.studio.moments
        picked = [moments.reference(name, AT_THE_PICK) for name in self.names]
        self._put_place(self.places.first, picked, [partial(self._picked, name) for name in self.names], _AT_PICK)
        for step, row in enumerate(self.path.block.rows):
            cells = [self.path.block.cell(name, row) for name in self.names]
            numbers = [partial(self._at, name, step) for name in self.names]
            self._put_place(self.places.first + 1 + step, cells, numbers, _LATER if step else _START)

    def _at(self, name: str, step: int) -> float:
        return self.path.values(name)[step]

    def _picked(self, name: str) -> float:
        return float(self.studio.moments.pairs(AT_THE_PICK)[name][0])

    def _put_place(self, row: int, cells: list[str], numbers: Sequence[Callable[[], float]], what: str) -> None:
        page, (x, y), (x_number, y_number) = self.studio.page, cells, numbers
        column = rounded(self.x.place_formula(x), lambda: self.x.place(x_number()))
        line = rounded(self.y.place_formula(y, descending=True), lambda: self.y.place(y_number(), descending=True))
        self.places.line(page, row, (column, line, what), (style.CALC, style.CALC, style.BUILT))

    def put_grid(self) -> None:
        """Put the loss over both parameters."""
        grid = Grid.at(self.studio.page, self.studio.canvas.place(WIDTH, HEIGHT), self.x, self.y)
        loss, expr = self.network.loss, loss_of(self.network)
        pattern = Excel(self._reference).write(expr)
        if self.study.samples:
            pattern = f"SUMPRODUCT({pattern})/{self.studio.book.layout.count(SAMPLES)}"
        field = Field({loss: expr}, (POINTS, POINTS), self._known, self.study.count if self.study.samples else 0)

        def text(row: int, column: int) -> str:
            there = pattern.replace(_X, str(self.x.first_row + column))
            return there.replace(_Y, str(self.y.first_row + POINTS - 1 - row))

        grid.put(text, lambda written, row, column: field.formula(written, loss, (row, column)))
        grid.put_names(f"{loss}{self._averaged()} over {self.x.name} and {self.y.name}")
        scale = ColorScaleRule("min", None, _VALLEY, "percentile", 50, _SLOPE, "max", None, _PEAK)
        grid.colour(scale, [(self._marked(grid, what), mark) for what, mark in _MARKS.items()], _CONTOUR)

    def _averaged(self) -> str:
        """Return over which samples the loss is meant, where there are any."""
        if self.study.samples:
            return " (mean of all samples)"
        return " (of the only sample)" if self._data() else ""

    def _marked(self, grid: Grid, what: str) -> str:
        columns, rows, whats = (self.places.column(label) for label in _PLACE)
        return f'COUNTIFS({columns},{grid.column_number()},{rows},{grid.row_number()},{whats},"{what}")>0'

    def _reference(self, name: str) -> str:
        if name in self.names:
            return self.x.reference(_X) if name == self.x.name else self.y.reference(_Y)
        layout = self.studio.book.layout
        if name in self.network.parameters:
            return self.studio.moments.reference(name, AT_THE_PICK)
        return layout.samples(name) if self.study.samples else layout.given(name)

    def _known(self) -> dict[str, Pair]:
        """Return the parameters, the two of them that the grid moves, and the data, samples along the last axis."""
        samples = tuple(np.newaxis for _ in self.study.samples)[:1]
        (x, x_error), (y, y_error) = self.x.pair(), self.y.pair()
        return {
            **{name: (np.array(numbers), np.array(0.0)) for name, numbers in self._data().items()},
            **self.studio.moments.pairs(AT_THE_PICK),
            self.x.name: (x[np.newaxis, :, *samples], x_error[np.newaxis, :, *samples]),
            self.y.name: (y[::-1][:, np.newaxis, *samples], y_error[:, np.newaxis, *samples]),
        }

    def _data(self) -> Mapping[str, float | tuple[float, ...]]:
        """Return the inputs and targets, of the only sample or of all."""
        given = (*self.network.inputs, *self.network.targets)
        return self.study.samples or {name: self.study.values[name] for name in given}

    def put_chart(self) -> None:
        """Put the path itself, between the cells, and the point that is picked."""
        canvas, moments, sheet = self.studio.canvas, self.studio.moments, quoted(PICTURES)
        row, column = canvas.place(_CHART_COLUMNS, HEIGHT)
        x, y = self.names
        called = self.path.block.absolute(ITERATION, self.path.block.first - 2)
        self.studio.page.put(called.replace("$", ""), "the path", style.NOTE)
        lines = [
            charts.Line(f"{sheet}!{called}", self.path.reference(x), self.path.reference(y), colour=_PATH_COLOUR),
            charts.Line(
                f"{sheet}!{moments.title(AT_THE_PICK)}",
                f"{sheet}!{moments.reference(x, AT_THE_PICK)}",
                f"{sheet}!{moments.reference(y, AT_THE_PICK)}",
                marks=True,
                colour=_PICK_COLOUR,
            ),
        ]
        title = f"the path of {x} and {y}"
        chart = charts.scatter(title, x, y, lines, x_range=None, size=canvas.chart_size(_CHART_COLUMNS))
        alt = f"Chart: {title} on the training sheet picked on Explorer, and where they are at the picked step."
        self.studio.page.charts.append((f"{column_letter(column)}{row}", chart, alt))


_MARKS = {_AT_PICK: PICKED, _START: EMPTY, _LATER: FULL}


def put(studio: Studio, picture: Picture) -> None:
    """Put the picture on the sheet."""
    landscape = _Landscape(studio, picture)
    studio.canvas.picture(
        f"The way downhill: {landscape.network.loss} over {' and '.join(landscape.names)}",
        "The paler, the smaller the loss. Along a black line it is the same, from one to the next four times that.",
        "○ is where the training begins, ● where it comes by, ◆ where it is at the iteration picked on Explorer.",
    )
    landscape.put_helpers()
    landscape.put_grid()
    landscape.put_chart()
