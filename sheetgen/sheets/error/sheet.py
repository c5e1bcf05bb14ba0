"""The Error sheet: the loss of every variant side by side, charted and summed up, all live."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import Any

from sheetgen.network.study import Study
from sheetgen.page import charts, style
from sheetgen.page.cell_names import column_letter, row_and_column
from sheetgen.page.fields import span
from sheetgen.page.page import Page, quoted
from sheetgen.page.printing import by_width
from sheetgen.page.style import series_colour
from sheetgen.sheet_names import ERROR
from sheetgen.sheets import layout as at
from sheetgen.sheets.book import Book
from sheetgen.sheets.error.summary import ErrorSummary
from sheetgen.sheets.error.table import ErrorTable
from sheetgen.sheets.flag import Verdict, flag

_COLUMN = 14.0
_TITLE_WIDTH = 1.7
"""How wide a character of the title is, where one of a cell is 1."""
_BESIDE = int(charts.HALF_WIDTH / _COLUMN)
"""The columns from one chart to the one beside it."""
COLUMNS = 2 * _BESIDE
"""The columns below two charts."""
_FAR = 3.0
"""How many times the first error the axis reaches where a curve grows beyond that."""
_LEVEL = 0.99
"""The part of its largest value below which a metric that changes does not fall."""


def page(book: Book, verdict: Verdict) -> Page:
    """Return the Error sheet: the table, the summary to its right, and below that the charts."""
    study, table = book.study, ErrorTable(book)
    page = Page(ERROR, freeze=f"B{at.FIRST_ROW}", tab_colour="B54708")
    column = table.block.end + 2
    summary = ErrorSummary(book, table, column)
    page.widths = dict.fromkeys(range(1, column - 1), 12.0) | {column - 1: 3.0}
    page.widths |= dict.fromkeys(range(column, column + max(summary.width, COLUMNS)), _COLUMN)
    page.heights = {1: 28, at.LABEL_ROW: 32, at.EQUATION_ROW: 18}
    title = _title(study)
    page.put("A1", title, style.TITLE)
    beside = max(column, span(page, 1, _TITLE_WIDTH * len(title)) + 1)
    flag(page, f"{column_letter(beside)}1:{column_letter(beside + 1)}1", verdict)
    page.bar = beside + 2
    table.put(page)
    summary.put(page)
    _charts(page, book, table, column)
    width = column - 1 + max(summary.width, COLUMNS)
    below = row_and_column(page.charts[-1][0])[0] + charts.HEIGHT_ROWS
    area = f"A1:{column_letter(width)}{max(table.block.last, below)}"
    page.decorate.append(lambda sheet: _print(page, sheet, width, area))
    return page


def _title(study: Study) -> str:
    """Return the title, which says of what the error is."""
    test = f"; test: of {study.test_count:,} others" if study.test else ""
    what, players = f"Error {study.graph.loss}", [player.loss for player in study.network.players]
    if players:
        what = f"{', '.join(players)} and their sum {study.graph.loss}"
    if study.evaluates:
        return f"{what} of the whole data set after every epoch (mean of {study.count:,} samples{test})"
    averaged = f" (mean of all {study.count:,} samples{test})" if study.count > 1 else ""
    return f"{what} at every iteration{averaged}"


def _charts(page: Page, book: Book, table: ErrorTable, column: int) -> None:
    """Chart the error of every variant, on a linear and beside it on a logarithmic axis, and below that each metric.

    The losses of several players stand above their sum.
    """
    top = at.FIRST_ROW + len(book.study.variants) + 5
    network = book.study.network
    players = [(player.loss, False) for player in network.players]
    metrics = [(metric.name, False) for metric in network.metrics]
    charted = (*players, (network.loss, False), (network.loss, True), *metrics)
    for place, (name, logarithmic) in enumerate(charted):
        row = top + place // 2 * (charts.HEIGHT_ROWS + 1)
        chart, alt = _chart(book, table, name, logarithmic)
        page.charts.append((f"{column_letter(column + place % 2 * _BESIDE)}{row}", chart, alt))
    (_, linear, _), (_, of_powers, _), *_ = page.charts[len(players) :]
    page.finish.append(partial(_limit_axes, book, linear, of_powers, _chart_title(book, table, network.loss, False)))
    if book.study.evaluates:
        of_metrics = [chart for _, chart, _ in page.charts[len(charted) - len(metrics) :]]
        page.finish.append(partial(_begin_level_axes, book, of_metrics))


def _chart(book: Book, table: ErrorTable, name: str, logarithmic: bool) -> tuple[Any, str]:
    """Return the chart of a quantity with a line for each variant, and its alternative text."""
    lines, x_title = _lines(table, name), table.counters[-1]
    chart = charts.scatter(
        _chart_title(book, table, name, logarithmic),
        x_title,
        name,
        lines,
        x_range=(0, table.last_count),
        y_range=(0 if name == book.study.network.loss and not logarithmic else None, None),
        logarithmic=logarithmic,
        y_format="0E+00" if logarithmic else "General",
        size=(charts.HALF_CM, charts.HEIGHT_CM),
        legend="b",
    )
    variants = len(book.study.variants)
    each = f"{variants} {'learning rates' if book.study.shares_settings else 'training sheets'}"
    of = f", one line for each of {each}" if variants > 1 else ""
    of += ", and dashed one of the test set" if book.study.test else ""
    kind = "logarithmic" if logarithmic else "linear"
    return chart, f"Chart: {name} against the {x_title}{of}, on a {kind} axis."


def _chart_title(book: Book, table: ErrorTable, name: str, logarithmic: bool) -> str:
    of_what = "of the whole data set by epoch" if book.study.evaluates else f"by {table.counters[-1]}"
    return f"{name} {of_what}" + (", logarithmic axis" if logarithmic else "")


def _limit_axes(book: Book, linear: Any, logarithmic: Any, title: str) -> None:
    """Let the linear axis end near the first error where a curve leaves it far behind, which would flatten all others.

    It begins at 0, but where an error is below that, and the logarithmic one at the smallest error above 0.
    """
    of_all = book.losses_as_built
    first, largest = max(losses.first for losses in of_all), max(losses.largest for losses in of_all)
    if min(losses.smallest for losses in of_all) < 0:
        charts.free_axis(linear)
    elif first > 0 and largest > _FAR * first:
        charts.end_axis(linear, title, _round_up(_FAR * first))
    if (least := min(losses.least for losses in of_all)) < math.inf:
        charts.begin_axis(logarithmic, least)


def _begin_level_axes(book: Book, of_metrics: Sequence[Any]) -> None:
    """Let the axis of a metric that hardly changes begin at 0: it would have no labels but long equal ones."""
    results, study = book.results, book.study
    evaluations = [results.evaluation, results.test] if study.test else [results.evaluation]
    for metric, chart in zip(study.network.metrics, of_metrics, strict=True):
        curves = (of.curve(variant, metric.name) for of in evaluations for variant in range(len(study.variants)))
        numbers = list(chain.from_iterable(curves))
        if 0 < max(numbers) * _LEVEL <= min(numbers):
            charts.begin_at_zero(chart)


def _round_up(number: float) -> float:
    """Return the next number of two digits, with zeros."""
    unit = 10.0 ** (math.floor(math.log10(number)) - 1)
    return float(f"{math.ceil(number / unit) * unit:.2g}")


def _lines(table: ErrorTable, quantity: str) -> list[charts.Line]:
    """Return a line for each variant, and a dashed one of the test set; its name is the label above its column."""
    block = table.block
    return [
        charts.Line(
            f"{quoted(ERROR)}!{block.absolute(label, at.LABEL_ROW)}",
            f"{quoted(ERROR)}!{block.column(table.counters[-1])}",
            f"{quoted(ERROR)}!{block.column(label)}",
            colour=series_colour(curve.variant),
            dashed=curve.test,
        )
        for label, curve in table.curves.items()
        if curve.quantity == quantity
    ]


def _print(page: Page, sheet: Any, width: int, area: str) -> None:
    sheet.print_area = area
    repeated = range(at.RATE_ROW, at.EQUATION_ROW + 1)
    sheet.print_title_rows = f"{repeated[0]}:{repeated[-1]}"
    above = [row_and_column(anchor)[0] - 1 for anchor, _, _ in page.charts]  # an empty row: not even the edge is cut
    by_width(sheet, page, width, {row: row + charts.HEIGHT_ROWS for row in above}, repeated)
