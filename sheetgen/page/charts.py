"""Native charts: scatter charts with a line a series, told apart by colour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from openpyxl.chart import ScatterChart
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.data_source import AxDataSource, NumDataSource, NumRef, StrRef
from openpyxl.chart.legend import Legend
from openpyxl.chart.marker import Marker
from openpyxl.chart.series import SeriesLabel, XYSeries
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties

from sheetgen.algebra.notation import general
from sheetgen.page.style import series_colour

WIDTH_CM, HEIGHT_CM, HEIGHT_ROWS = 24, 11, 22
"""The size of a chart, and the number of ordinary rows it covers."""
HALF_CM, HALF_WIDTH = 13.5, 70.0
"""The width of a chart that stands beside another on a screen, and how wide the columns below it are together."""

_TICKS = 10
_GRID = "E4E7EC"
_LEAST_POWER = -300
_LINE_WIDTH = 22_225  # in EMU; 1.75 points
_DOT_SIZE, _MARK_SIZE = 5, 8  # in points


@dataclass(frozen=True)
class Line:
    """One line of a chart; the first three are references such as ``Error!$B$5:$B$105``.

    With ``dots`` each of its points is seen, also where it is the only one; ``marks`` are drawn in place of the line
    between them. ``colour`` is the one of its place by default. With ``dashed`` it is no line without gaps.
    """

    name: str
    xs: str
    ys: str
    dots: bool = False
    marks: bool = False
    colour: str = ""
    dashed: bool = False


def scatter(
    title: str,
    x_title: str,
    y_title: str,
    lines: Sequence[Line],
    *,
    x_range: tuple[float, float] | None,
    y_range: tuple[float | None, float | None] = (None, None),
    y_format: str = "General",
    logarithmic: bool = False,
    size: tuple[float, float] = (WIDTH_CM, HEIGHT_CM),
    legend: Literal["r", "b"] = "r",
) -> ScatterChart:
    """Return a chart of some lines; a single line needs no legend, which else stands at the right, or "b", below.

    Without ``x_range`` the x axis follows the lines.
    """
    chart = ScatterChart(scatterStyle="lineMarker")
    chart.title = title
    chart.width, chart.height = size  # type: ignore[assignment]  # in centimetres, whole or not
    chart.x_axis.title, chart.y_axis.title = x_title, y_title
    for axis in (chart.x_axis, chart.y_axis):
        axis.delete = False
        axis.majorGridlines = ChartLines(spPr=GraphicalProperties(ln=LineProperties(solidFill=_GRID, w=6350)))
    chart.x_axis.number_format, chart.y_axis.number_format = "General", y_format
    if x_range:
        numeric: Any = chart.x_axis
        numeric.majorUnit = max(1, round((x_range[1] - x_range[0]) / _TICKS))
        chart.x_axis.scaling.min, chart.x_axis.scaling.max = x_range
    else:
        chart.x_axis.tickLblPos = chart.y_axis.tickLblPos = "low"
    chart.y_axis.scaling.min, chart.y_axis.scaling.max = y_range
    if logarithmic:
        chart.y_axis.scaling.logBase = 10
        chart.x_axis.crosses = chart.y_axis.crosses = "min"
    chart.legend = Legend(legendPos=legend) if len(lines) > 1 else None
    for index, line in enumerate(lines):
        chart.series.append(_series(line, line.colour or series_colour(index)))
    return chart


def begin_axis(chart: ScatterChart, least: float) -> None:
    """Let the logarithmic axis of a chart begin at the power of ten below a number."""
    chart.y_axis.scaling.min = 10.0 ** max(_LEAST_POWER, math.floor(math.log10(least)))


def end_axis(chart: ScatterChart, title: str, most: float) -> None:
    """Let the vertical axis of a chart end at a number, and say so in its title."""
    chart.y_axis.scaling.max = most
    chart.title = f"{title}, up to {general(most)}"


def begin_at_zero(chart: ScatterChart) -> None:
    """Let the vertical axis of a chart begin at 0."""
    chart.y_axis.scaling.min = 0


def free_axis(chart: ScatterChart) -> None:
    """Let the vertical axis of a chart begin where its numbers do."""
    chart.y_axis.scaling.min = None


def _series(line: Line, colour: str) -> Any:
    series: Any = XYSeries()  # openpyxl's own Reference, which its factory makes, ends at row 1,000,000
    series.xVal = AxDataSource(numRef=NumRef(f=line.xs))
    series.yVal = NumDataSource(numRef=NumRef(f=line.ys))
    series.tx = SeriesLabel(strRef=StrRef(line.name))
    series.smooth = False
    if line.marks:
        filled = GraphicalProperties(solidFill=colour, ln=LineProperties(noFill=True))
        series.marker = Marker("circle", _MARK_SIZE, filled)
        series.graphicalProperties.line.noFill = True
        return series
    series.marker.symbol = "circle" if line.dots else "none"
    if line.dots:
        series.marker.size = _DOT_SIZE
        series.marker.graphicalProperties = GraphicalProperties(solidFill=colour, ln=LineProperties(solidFill=colour))
    series.graphicalProperties.line.solidFill = colour
    series.graphicalProperties.line.width = _LINE_WIDTH
    if line.dashed:
        series.graphicalProperties.line.prstDash = "sysDash"
    return series
