"""The picture ``regions``: what each hidden unit, and then the output, makes of every pair of its two inputs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from openpyxl.formatting.rule import ColorScaleRule

from sheetgen.algebra.expr import Expr
from sheetgen.algebra.notation import Excel
from sheetgen.network.array_bounds import Pair
from sheetgen.network.pictures import activation, fits, outputs, over_inputs, over_units
from sheetgen.network.study import Picture
from sheetgen.page import style
from sheetgen.page.marks import signed_scale
from sheetgen.sheets.pictures.axis import Axis
from sheetgen.sheets.pictures.field import Field
from sheetgen.sheets.pictures.grid import EMPTY, FULL, HEIGHT, POINTS, WIDTH, Grid, largest_size
from sheetgen.sheets.pictures.marks import Marks
from sheetgen.sheets.pictures.moments import LAST, PICKED
from sheetgen.sheets.pictures.studio import Studio

_RANGES = {"sigmoid": (0.0, 0.5, 1.0), "tanh": (-1.0, 0.0, 1.0)}
"""Where the colours of an activation begin, are white, and end; of others they are white at 0."""
_COLOURS = (style.NEGATIVE, style.WHITE, style.POSITIVE)
_SHARE = "3/14"
"""With 21 points, samples at the ends of an input's range lie on points."""
_LARGEST = "largest size"
_ROW, _COLUMN, _UNIT = "\x03", "\x04", "\x05"


class _Regions:
    """The grids of one sheet, and their axes."""

    def __init__(self, studio: Studio) -> None:
        self.studio, self.network = studio, studio.book.study.network
        layout, samples = studio.book.layout, studio.book.study.samples
        self.x, self.y = (
            Axis(studio.margin, name, POINTS, layout.samples(name), partial(samples.__getitem__, name), _SHARE)
            for name in self.network.inputs
        )
        self.marks = Marks(studio, self.x, self.y)
        self.equations = over_units(self.network)
        self.ends = [quantity.name for quantity in outputs(self.network)]
        self.largest = studio.margin.block([f"{_LARGEST}, {name}" for name in self.equations], 1)

    def put_helpers(self) -> None:
        self.x.put(self.studio.page)
        self.y.put(self.studio.page)
        self.marks.put()
        self.largest.header(self.studio.page)

    def known(self, moment: str) -> Callable[[], dict[str, Pair]]:
        """Return what gives the parameters of a moment and the inputs over the grid."""

        def known() -> dict[str, Pair]:
            (x, x_error), (y, y_error) = self.x.pair(), self.y.pair()
            shape = (POINTS, POINTS)
            return {
                **self.studio.moments.pairs(moment),
                self.x.name: (np.broadcast_to(x, shape), np.broadcast_to(x_error, shape)),
                self.y.name: (np.broadcast_to(y[::-1, None], shape), np.broadcast_to(y_error[:, None], shape)),
            }

        return known

    def put_units(self) -> None:
        """Put a grid of every unit at the picked iteration; each is computed from those of the units before it."""
        grids: dict[str, Grid] = {}
        field = Field(self.equations, (POINTS, POINTS), self.known(PICKED))
        for name, expr in self.equations.items():
            grids[name] = self._grid()
            self._put(grids[name], expr, name, PICKED, field, grids)
            is_output = "the output " if name in self.ends else "the hidden unit "
            grids[name].put_names(self.studio.moments.called(PICKED, f"{is_output}{name}, "))

    def put_end(self) -> None:
        """Put the grid of the only output after the last iteration, computed from the inputs at once."""
        equations = over_inputs(self.network)
        if len(equations) != 1 or not fits(self.network, equations):
            return
        ((name, expr),) = equations.items()
        grid = self._grid()
        self._put(grid, expr, name, LAST, Field(equations, (POINTS, POINTS), self.known(LAST)), {})
        grid.put_names(self.studio.moments.called(LAST, f"the output {name}, "))

    def _grid(self) -> Grid:
        return Grid.at(self.studio.page, self.studio.canvas.place(WIDTH, HEIGHT), self.x, self.y)

    def _put(self, grid: Grid, expr: Expr, name: str, moment: str, field: Field, units: dict[str, Grid]) -> None:
        """Put the formulas of a unit, and its colours."""
        places = {unit: f"{_UNIT}{number}{_UNIT}" for number, unit in enumerate(units)}

        def reference(used: str) -> str:
            if used == self.x.name:
                return self.x.reference(_COLUMN)
            if used == self.y.name:
                return self.y.reference(_ROW)
            return places[used] if used in places else self.studio.moments.reference(used, moment)

        pattern = Excel(reference).write(expr)
        used = [unit for unit in places if places[unit] in pattern]

        def text(row: int, column: int) -> str:
            written = pattern.replace(_COLUMN, str(self.x.first_row + column))
            written = written.replace(_ROW, str(self.y.first_row + POINTS - 1 - row))
            for unit in used:
                written = written.replace(places[unit], units[unit].cell(row, column))
            return written

        grid.put(text, lambda written, row, column: field.formula(written, name, (row, column)))
        self._colour(grid, name, field, moment)

    def _colour(self, grid: Grid, name: str, field: Field, moment: str) -> None:
        quantity = self.network.by_name[name]
        marks = [(self.marks.formula(grid, kind), mark) for kind, mark in ((1, FULL), (0, EMPTY))]
        if ends := _RANGES.get(activation(quantity)):
            stops = [part for stop in zip(("num",) * 3, ends, _COLOURS, strict=True) for part in stop]
            grid.colour(ColorScaleRule(*stops), marks, f"({{a}}-{ends[1]:g})*({{b}}-{ends[1]:g})<0")
            return
        largest = self.largest.absolute(f"{_LARGEST}, {name}", self.largest.first)
        if moment == PICKED:
            size = largest_size(grid.cells, lambda: field.largest(name)[0], lambda: field.largest(name)[1])
            self.studio.page.put(largest.replace("$", ""), size, style.CALC)
        grid.colour(signed_scale(largest), marks, "{a}*{b}<0")


def put(studio: Studio, picture: Picture) -> None:
    """Put the picture on the sheet."""
    regions = _Regions(studio)
    network = studio.book.study.network
    units = [name for name in regions.equations if name not in regions.ends]
    ends = " and ".join(regions.ends)
    studio.canvas.picture(
        f"What is learnt: {ends} over {' and '.join(network.inputs)}",
        f"Every cell is a point: the deeper blue, the higher {'a unit' if units else ends} there; the deeper red, the"
        " lower. The black line runs where the colour is white between them: the decision boundary.",
        regions.marks.sentence
        + (" Left to right: what each hidden unit has learnt, and what the output makes of them." if units else ""),
    )
    regions.put_helpers()
    regions.put_units()
    regions.put_end()
