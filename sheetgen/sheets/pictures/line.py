"""The picture ``line``: what the network makes of every value of its one input, and the samples it learns from."""

from __future__ import annotations

from sheetgen.algebra.notation import Excel
from sheetgen.network.array_bounds import Pair
from sheetgen.network.pictures import MOST_LINES, hidden_units, outputs, over_columns
from sheetgen.network.study import Picture
from sheetgen.page import charts, style
from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import quoted
from sheetgen.sheet_names import DATA, PICTURES
from sheetgen.sheets.layout import DATA_LABEL_ROW
from sheetgen.sheets.pictures.axis import Axis
from sheetgen.sheets.pictures.canvas import CHART_COLUMNS, CHART_ROWS, WIDE_CHART
from sheetgen.sheets.pictures.field import Field
from sheetgen.sheets.pictures.moments import LAST, MOMENTS, PICKED, START
from sheetgen.sheets.pictures.studio import Studio

_POINTS = 25
_COLOURS = {START: "B0B7C3", PICKED: "E8710A", LAST: "1F77B4"}
_SAMPLES = style.INK


class _Curves:
    """The table behind the charts: a row for each value of the input, a column for each unit at each moment."""

    def __init__(self, studio: Studio) -> None:
        self.studio, book = studio, studio.book
        network = book.study.network
        self.input, self.equations = network.inputs[0], over_columns(network)
        self.ends = tuple(quantity.name for quantity in outputs(network))
        cells, samples = book.layout.samples(self.input), book.study.samples[self.input]
        self.axis = Axis(studio.margin, self.input, _POINTS, cells, lambda: samples, "1/10")
        labels = [self.label(name, moment) for moment in MOMENTS for name in self.equations]
        self.block = studio.margin.block(labels, _POINTS)

    def label(self, name: str, moment: str) -> str:
        return f"{name}, {moment}"

    def put(self) -> None:
        self.axis.put(self.studio.page)
        for moment in MOMENTS:
            self._put_moment(moment)

    def _put_moment(self, moment: str) -> None:
        page, moments = self.studio.page, self.studio.moments

        def known() -> dict[str, Pair]:
            return {**moments.pairs(moment), self.input: self.axis.pair()}

        field = Field(self.equations, (_POINTS,), known)
        for name, expr in self.equations.items():
            label = self.label(name, moment)
            several = len(self.ends) > 1 or name not in self.ends
            called = moments.called(moment, f"{name}, " if several else "")
            page.put(self.block.cell(label, self.block.first - 1), called, style.LABEL)
            for point, row in enumerate(self.block.rows):

                def reference(used: str, point: int = point, row: int = row) -> str:
                    if used == self.input:
                        return self.axis.reference(point)
                    if used in self.equations:
                        return self.block.cell(self.label(used, moment), row)
                    return moments.reference(used, moment)

                formula = field.formula(Excel(reference).write(expr), name, (point,))
                page.put(self.block.cell(label, row), formula, style.CALC)

    def line(self, name: str, moment: str, colour: str = "") -> charts.Line:
        """Return a unit at a moment as a line of a chart."""
        label, sheet = self.label(name, moment), quoted(PICTURES)
        return charts.Line(
            f"{sheet}!{self.block.absolute(label, self.block.first - 1)}",
            f"{sheet}!{self.axis.range()}",
            f"{sheet}!{self.block.column(label)}",
            colour=colour,
        )


def put(studio: Studio, picture: Picture) -> None:
    """Put the picture on the sheet."""
    network = studio.book.study.network
    curves = _Curves(studio)
    curves.put()
    ends, targets = " and ".join(curves.ends), " and ".join(network.targets)
    studio.canvas.picture(
        f"What is learnt: {ends} over {curves.input}",
        f"The dots are the samples ({targets or 'none has a target'}). Each line is what the network says for every"
        f" {curves.input}: before training, at the iteration picked on Explorer, and at the end.",
    )
    hidden = hidden_units(network)[:MOST_LINES]
    columns = CHART_COLUMNS if hidden else WIDE_CHART
    lines = [curves.line(name, moment, _colour(curves, moment)) for moment in MOMENTS for name in curves.ends]
    _chart(studio, columns, f"{ends} over {curves.input}", curves.input, ends, [*lines, *_samples(studio)])
    if hidden:
        of_hidden = [curves.line(unit.name, PICKED) for unit in hidden]
        title = f"the hidden units of which {ends} is made"
        _chart(studio, columns, title, curves.input, "output of the unit", of_hidden)


def _colour(curves: _Curves, moment: str) -> str:
    return _COLOURS[moment] if len(curves.ends) == 1 else ""


def _samples(studio: Studio) -> list[charts.Line]:
    layout, network = studio.book.layout, studio.book.study.network
    return [
        charts.Line(
            f"{quoted(DATA)}!{layout.samples_table.absolute(target, DATA_LABEL_ROW)}",
            layout.samples(network.inputs[0]),
            layout.samples(target),
            marks=True,
            colour=_SAMPLES if len(network.targets) == 1 else "",
        )
        for target in network.targets
    ]


def _chart(studio: Studio, columns: int, title: str, x_title: str, y_title: str, lines: list[charts.Line]) -> None:
    row, column = studio.canvas.place(columns, CHART_ROWS)
    chart = charts.scatter(title, x_title, y_title, lines, x_range=None, size=studio.canvas.chart_size(columns))
    alt = f"Chart: {title}, {len(lines)} lines; it follows the iteration picked on Explorer."
    studio.page.charts.append((f"{column_letter(column)}{row}", chart, alt))
