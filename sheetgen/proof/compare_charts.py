"""The charts of a sheet: each must show the cells it was built for."""

from __future__ import annotations

from sheetgen.engines.base import Recalculation
from sheetgen.page.page import Page
from sheetgen.proof.chart_place import lies_as_built
from sheetgen.proof.compare_kept import keeps_its_cells
from sheetgen.proof.number_shown import decoration
from sheetgen.proof.report import Kind
from sheetgen.proof.shown_outcome import ShownOutcome, counted, differ, some
from sheetgen.xlsx.appearance import Appearance
from sheetgen.xlsx.formulas import canonical
from sheetgen.xlsx.shown_chart import ShownChart


def compare_charts(
    page: Page, built: Appearance, found: Appearance, values: Recalculation | None, outcome: ShownOutcome
) -> None:
    """Make sure that each chart shows the cells it was built for, and keeps the values that an engine recalculated."""
    left = list(found.charts)
    lost: list[ShownChart] = []
    for chart in built.charts:
        same = next((other for other in left if _cells_of(other) == _cells_of(chart)), None)
        if same is None:
            lost.append(chart)
            continue
        left.remove(same)
        if not _limits_agree(same, chart):
            outcome.unproven.append(f"the chart {chart.title!r} with another end of an axis")
        if (same.kinds, same.title, _axes_of(same)) != (chart.kinds, chart.title, _axes_of(chart)):
            outcome.unproven.append(f"the chart {chart.title!r} with another title, kind or axes")
        if same.unseen > chart.unseen:
            outcome.unproven.append(f"the chart {chart.title!r} with a curve that is not seen")
        if chart.box is not None and not lies_as_built(page, same.box, chart.box):
            outcome.unproven.append(f"the chart {chart.title!r} elsewhere, or of another size")
        if values is not None and not keeps_its_cells(same, values):
            outcome.unproven.append(f"the chart {chart.title!r}, which keeps other numbers or texts than its cells")
    for chart, other in zip(lost, left, strict=False):
        outcome.differences.append(differ(page, "A1", Kind.CHART, _named(chart), _named(other)))
    if gone := len(lost) - len(left):
        what = "a chart that is gone" if gone > 0 else "an added chart"
        outcome.unproven.append(counted(what, abs(gone)))


def _cells_of(chart: ShownChart) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(map(canonical, series)) for series in chart.series)


def _axes_of(chart: ShownChart) -> list[tuple[str | None, ...]]:
    """Return what axes show, number formats that round differently or not at all taken as one."""
    return [(*axis[:-1], decoration(axis[-1])) for axis in chart.axes]


def _limits_agree(found: ShownChart, built: ShownChart) -> bool:
    """Whether axes end where they were built to; a program may have dropped that."""
    pairs = (pair for ends in zip(found.limits, built.limits, strict=False) for pair in zip(*ends, strict=True))
    return all(end in ("", wanted) for end, wanted in pairs)


def _named(chart: ShownChart) -> str:
    cells = sorted({reference for series in _cells_of(chart) for reference in series})
    return f"the chart {chart.title!r} of {some(cells)}"
