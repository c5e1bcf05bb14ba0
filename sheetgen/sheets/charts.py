"""Native charts: scatter charts with a line a series, told apart by colour."""

from __future__ import annotations

from typing import Any

from openpyxl.chart import ScatterChart, Series
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.legend import Legend
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.utils import get_column_letter

from sheetgen import layout as at
from sheetgen.layout import Layout
from sheetgen.style import SERIES_COLOURS

WIDTH_CM, HEIGHT_CM, HEIGHT_ROWS = 24, 11, 22


def lines(sheet: str, layout: Layout, title: str, logarithmic: bool) -> ScatterChart:
    """Return a chart of the Error sheet's columns against its iterations."""
    chart = ScatterChart(scatterStyle="lineMarker")
    chart.title, chart.width, chart.height = title, WIDTH_CM, HEIGHT_CM
    chart.x_axis.title, chart.y_axis.title = "iteration", layout.study.graph.loss
    for axis in (chart.x_axis, chart.y_axis):
        axis.delete = False
        line = GraphicalProperties(ln=LineProperties(solidFill="E4E7EC", w=6350))
        axis.majorGridlines = ChartLines(spPr=line)
    chart.x_axis.scaling.min, chart.x_axis.scaling.max = 0, layout.study.iterations
    chart.x_axis.number_format = chart.y_axis.number_format = "General"
    if logarithmic:
        chart.y_axis.scaling.logBase = 10
        chart.y_axis.crosses = "min"
        chart.x_axis.crosses = "min"
    else:
        chart.y_axis.scaling.min = 0
    chart.legend = Legend(legendPos="r")
    for index in range(len(layout.study.variants)):
        chart.series.append(_line(sheet, layout, index))
    return chart


def _line(sheet: str, layout: Layout, index: int) -> Any:
    letter = get_column_letter(index + 2)
    top, bottom = at.FIRST_ROW, layout.last_row
    series = Series(f"{sheet}!${letter}${top}:${letter}${bottom}", f"{sheet}!$A${top}:$A${bottom}")
    series.tx = SeriesLabel(strRef=StrRef(f"{sheet}!${letter}${at.LABEL_ROW}"))
    series.smooth = False
    series.marker.symbol = "none"
    series.graphicalProperties.line.solidFill = SERIES_COLOURS[index % len(SERIES_COLOURS)]
    series.graphicalProperties.line.width = 22225
    return series
