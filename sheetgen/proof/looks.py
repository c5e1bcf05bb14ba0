"""What a page shows besides its cells, as it was built, in the terms in which files are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from openpyxl.formatting.rule import Rule

from sheetgen.page.cell_names import row_and_column
from sheetgen.page.controls import Spinner
from sheetgen.page.fields import row_points
from sheetgen.page.marks import all_rules, flag_rules
from sheetgen.page.page import Page, quoted
from sheetgen.page.shapes import Ellipse, Line, Spot
from sheetgen.xlsx.appearance import Appearance
from sheetgen.xlsx.chart_box import Box, Corner
from sheetgen.xlsx.differential_look import SIDES, DifferentialLook
from sheetgen.xlsx.formulas import plainly
from sheetgen.xlsx.shown_chart import ShownChart
from sheetgen.xlsx.shown_guards import ShownGuard, said
from sheetgen.xlsx.shown_overlay import ShownSpinner
from sheetgen.xlsx.shown_rules import ShownRule, stop_of_a_scale
from sheetgen.xlsx.shown_shape import ELLIPSE, LINE, Place, ShownShape
from sheetgen.xlsx.spinners import corner, counted_cell

_POINTS_A_CM = 72 / 2.54


def appearance_as_built(page: Page) -> Appearance:
    """Return what a page shows besides its cells."""
    return Appearance(
        rules=list(_rules(page)),
        guards=[
            ShownGuard(
                cells,
                guard.type or "none",
                guard.operator or "between",
                (guard.formula1 or "", guard.formula2 or ""),
                prompt=said(guard.promptTitle, guard.prompt) if guard.showInputMessage else "",
                refusal=said(guard.errorTitle, guard.error) if guard.showErrorMessage else "",
                blank=bool(guard.allow_blank),
            )
            for cells, guard in page.guards
        ],
        links={cell: f"{quoted(target)}!A1" for cell, target in page.links.items()},
        notes=dict(page.notes),
        merges=list(page.merges),
        charts=[_chart(anchor, chart) for anchor, chart, _ in page.charts],
        shapes=[_shape(page, shape) for shape in page.shapes],
        spinners=[_spinner(page, spinner) for spinner in page.spinners],
    )


def rules_of_flag(cell: str) -> list[ShownRule]:
    """Return the rules that colour a flag."""
    return [_rule((cell,), rule) for rule in flag_rules(cell)]


def _rules(page: Page) -> Iterator[ShownRule]:
    split: dict[str, tuple[str, ...]] = {}
    for cells, rule in all_rules(page):
        if cells not in split:
            split[cells] = tuple(cells.split())
        yield _rule(split[cells], rule)


def _rule(cells: tuple[str, ...], rule: Rule) -> ShownRule:
    formulas = tuple(map(str, rule.formula))
    if rule.colorScale:
        formulas += tuple(stop_of_a_scale({"type": stop.type, "val": _value(stop)}) for stop in rule.colorScale.cfvo)
        formulas += tuple(f"#{colour.rgb[-6:].upper()}" for colour in rule.colorScale.color)
    return ShownRule(cells, rule.type, rule.operator or "", formulas, _look(rule.dxf), bool(rule.stopIfTrue))


def _value(stop: Any) -> str:
    return "" if stop.val is None else str(stop.val)


def _look(dxf: Any) -> DifferentialLook:
    if dxf is None:
        return DifferentialLook()
    ink = dxf.font.color.rgb[-6:] if dxf.font and dxf.font.color else ""
    fill = dxf.fill.bgColor.rgb[-6:] if dxf.fill else ""
    sides = ((side, getattr(dxf.border, side)) for side in set(SIDES.values())) if dxf.border else ()
    lines = sorted((name, side.style, side.color.rgb[-6:]) for name, side in sides if side and side.style)
    return DifferentialLook(ink, fill, dxf.numFmt.formatCode if dxf.numFmt else None, tuple(lines))


def _chart(anchor: str, chart: Any) -> ShownChart:
    axes = tuple(
        (
            _text(axis.title),
            axis.scaling.orientation,
            "" if axis.scaling.logBase is None else f"{axis.scaling.logBase:g}",
            "",
            "",
            axis.number_format.formatCode,
        )
        for axis in (chart.x_axis, chart.y_axis)
    )
    series = tuple((one.tx.strRef.f, one.xVal.numRef.f, one.yVal.numRef.f) for one in chart.series)
    ends = ((axis.scaling.min, axis.scaling.max) for axis in (chart.x_axis, chart.y_axis))
    limits = tuple((_limit(least), _limit(largest)) for least, largest in ends)
    row, column = row_and_column(anchor)
    box = Box(Corner(column, row), (chart.width * _POINTS_A_CM, chart.height * _POINTS_A_CM))
    return ShownChart((chart.tagname,), _text(chart.title), axes, series, limits, box=box)


def _limit(end: float | None) -> str:
    return "" if end is None else plainly(repr(float(end)))


def _shape(page: Page, shape: Line | Ellipse) -> ShownShape:
    rising = isinstance(shape, Line) and (shape.start.row, shape.start.down) > (shape.end.row, shape.end.down)
    start, end = (_place(page, spot) for spot in (shape.start, shape.end))
    if rising:
        start, end = replace(start, row=end.row, down=end.down), replace(end, row=start.row, down=start.down)
    kind = LINE if isinstance(shape, Line) else ELLIPSE
    return ShownShape(kind, shape.colour, shape.points, start, end, rising)


def _place(page: Page, spot: Spot) -> Place:
    return Place(spot.column, spot.row, spot.down * row_points(page, spot.row))


def _spinner(page: Page, spinner: Spinner) -> ShownSpinner:
    start, end = (corner(page, spot) for spot in (spinner.start, spinner.end))
    place = tuple(str(number) for number in (start[0], start[2], end[0], end[2]))
    return ShownSpinner(counted_cell(page, spinner), "0", str(spinner.most), "1", place)


def _text(title: Any) -> str:
    return "".join(run.t for paragraph in title.tx.rich.p for run in paragraph.r)
