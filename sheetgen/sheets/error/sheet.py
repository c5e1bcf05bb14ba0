"""The Error sheet: the loss of every variant side by side, charted and summed up, all live."""

from __future__ import annotations

from typing import Any

from sheetgen.network.study import Study
from sheetgen.page import charts, style
from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import Page, quoted
from sheetgen.page.printing import fit_width, landscape
from sheetgen.sheet_names import ERROR
from sheetgen.sheets import layout as at
from sheetgen.sheets.book import Book
from sheetgen.sheets.error.summary import ErrorSummary
from sheetgen.sheets.error.table import ErrorTable
from sheetgen.sheets.flag import Verdict, flag


def page(book: Book, verdict: Verdict) -> Page:
    """Return the Error sheet: the table, the summary to its right, and below that the charts."""
    study, table = book.study, ErrorTable(book)
    page = Page(ERROR, freeze=f"B{at.FIRST_ROW}", tab_colour="B54708")
    column = table.block.end + 2
    summary = ErrorSummary(book, table, column)
    page.widths = dict.fromkeys(range(1, column - 1), 11.0) | {column - 1: 3.0}
    page.widths |= dict.fromkeys(range(column, column + summary.width), 14.0)
    page.heights = {1: 28, at.LABEL_ROW: 32, at.EQUATION_ROW: 18}
    page.put("A1", _title(study), style.TITLE)
    flag(page, f"{column_letter(column + 4)}1:{column_letter(column + 6)}1", verdict)
    table.put(page)
    summary.put(page)
    _charts(page, book, table, column)
    page.decorate.append(_print)
    return page


def _title(study: Study) -> str:
    """Return the title, which says of what the error is."""
    if study.evaluates:
        return f"Error {study.graph.loss} of the whole data set after every epoch (mean of {study.count:,} samples)"
    averaged = f" (mean of all {study.count:,} samples)" if study.count > 1 else ""
    return f"Error {study.graph.loss} at every iteration{averaged}"


def _charts(page: Page, book: Book, table: ErrorTable, column: int) -> None:
    """Chart the error of every variant, on a linear and on a logarithmic axis, and each metric."""
    row = at.FIRST_ROW + len(book.study.variants) + 5
    loss, metrics = book.study.network.loss, book.study.network.metrics
    x_title = table.counters[-1]
    of_what = "of the whole data set by epoch" if book.study.evaluates else f"by {x_title}"
    for name, logarithmic in ((loss, False), (loss, True), *((metric.name, False) for metric in metrics)):
        lines = _lines(table, name)
        chart = charts.scatter(
            f"{name} {of_what}" + (", logarithmic axis" if logarithmic else ""),
            x_title,
            name,
            lines,
            x_range=(0, table.last_count),
            y_range=(None if logarithmic else 0, None),
            logarithmic=logarithmic,
        )
        variants = "learning rates" if book.study.shares_settings else "variants"
        kind = "logarithmic" if logarithmic else "linear"
        alt = f"Chart: {name} against the {x_title}, one line for each of {len(lines)} {variants}, on a {kind} axis."
        page.charts.append((f"{column_letter(column)}{row}", chart, alt))
        row += charts.HEIGHT_ROWS + 1


def _lines(table: ErrorTable, quantity: str) -> list[charts.Line]:
    """Return a line for each variant; its name is the label above its column."""
    block = table.block
    return [
        charts.Line(
            f"{quoted(ERROR)}!{block.absolute(label, at.LABEL_ROW)}",
            f"{quoted(ERROR)}!{block.column(table.counters[-1])}",
            f"{quoted(ERROR)}!{block.column(label)}",
        )
        for label, curve in table.curves.items()
        if curve.quantity == quantity
    ]


def _print(sheet: Any) -> None:
    landscape(sheet)
    fit_width(sheet)
    sheet.print_title_rows = f"{at.TITLE_ROW}:{at.EQUATION_ROW}"
