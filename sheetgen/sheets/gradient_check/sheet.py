"""The Gradient check sheet: every gradient of a picked step beside the central difference of the loss.

The network is computed again at that step's parameters by formulas of this sheet, each parameter moved by
±ε and ±2ε. Doubling ε shows how far off the central difference itself is: its error grows with ε².
"""

from __future__ import annotations

from typing import Any

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill

from sheetgen.page import style
from sheetgen.page.block import Block, Listing
from sheetgen.page.page import Page
from sheetgen.page.printing import fit_width, landscape
from sheetgen.page.validation import decimal, one_of, whole
from sheetgen.sheet_names import GRADIENT_CHECK
from sheetgen.sheets import lookup, picks
from sheetgen.sheets.book import Book
from sheetgen.sheets.flag import Verdict
from sheetgen.sheets.gradient_check import top
from sheetgen.sheets.gradient_check.lines import (
    ALLOWED,
    PARAMETER,
    VALUE,
    VERDICT,
    gradient_lines,
    lines_block,
    put_lines,
)
from sheetgen.sheets.gradient_check.top import GradientHelpers
from sheetgen.sheets.lookup import Lookup
from sheetgen.sheets.perturbed import Networks, Point, held
from sheetgen.sheets.picks import CHECK_EPSILON, CHECK_ITERATION, CHECK_PARAMETER, CHECK_SAMPLE, CHECK_VARIANT

_LABEL_ROW = 16
_NOTE = "Each parameter is moved by −2ε, −ε, ε and 2ε and the network computed again, by formulas of its own."


def page(book: Book, verdict: Verdict) -> Page:
    """Return the Gradient check sheet."""
    page = Page(GRADIENT_CHECK, tab_colour="C01048")
    page.widths = {1: 24, 10: 26} | dict.fromkeys((*range(2, 9), *range(11, 41)), 15.0) | {9: 15.0}
    page.heights = {1: 28} | dict.fromkeys((4, 5, 6, 7, 8, 9), 24.0) | {_LABEL_ROW: 32}
    table, helpers = lines_block(book, _LABEL_ROW), GradientHelpers(book)
    step = Lookup(book, book.picks.checked, helpers.number, helpers.row)
    step_numbers = _step_numbers(page, book, step, table.last + 3)
    point = _point(book, step, table, step_numbers)
    below = max(*step_numbers.rows.values(), helpers.sheets.last) + 2
    networks = Networks(book, point, below, (-2, -1, 1, 2))
    lines = gradient_lines(book, step, networks, table, helpers.rounding, helpers.least)
    top.put(page, book, step, helpers, table, lines, verdict)
    put_lines(page, table, lines)
    networks.put(page, "The networks with one parameter moved", _NOTE, ("parameter", "moved by", None, None))
    _guard(page, book, table, helpers.sheets)
    _colour(page, table)
    page.decorate.append(lambda sheet: _print(sheet, table))
    return page


def _step_numbers(page: Page, book: Book, step: Lookup, row: int) -> Listing:
    """List the inputs, targets and the loss of the step."""
    graph = book.study.network
    names = (*graph.inputs, *graph.targets, *graph.fixed, *held(graph), graph.loss)
    listing = Listing.at(row, names)
    page.heading(listing.labels, row - 1, "The other numbers of this step")
    for name in names:
        listing.put(page, name, step.formula(name), style.LINK)
    return listing


def _point(book: Book, step: Lookup, table: Block, step_numbers: Listing) -> Point:
    """Return the point of the picked step, with the ε of this sheet."""
    rows = enumerate(book.study.network.weights, start=table.first)
    cells = {name: step_numbers.absolute(name) for name in step_numbers.rows}
    cells |= {weight: table.absolute(VALUE, row) for row, weight in rows}
    return Point(
        reference=cells.__getitem__,
        value=step.value,
        error=step.error,
        epsilon=CHECK_EPSILON.absolute,
        step=lambda: book.picks.epsilon,
        sheet=f"{GRADIENT_CHECK} at iteration {book.picks.checked.iteration}",
        remedy="start {weight} further from that edge, or pick another iteration or a smaller ε",
    )


def _guard(page: Page, book: Book, table: Block, sheets: Block) -> None:
    """Let in only what can be picked."""
    page.guard(lookup.of_sheets(sheets), CHECK_VARIANT.cell)
    page.guard(lookup.iterations(book.layout), CHECK_ITERATION.cell)
    if book.study.batch > 1:
        page.guard(whole(1, book.study.batch), CHECK_SAMPLE.cell)
    page.guard(one_of(table.column(PARAMETER), "a parameter"), CHECK_PARAMETER.cell)
    page.guard(decimal(picks.LEAST_EPSILON, picks.LARGEST_EPSILON), CHECK_EPSILON.cell)


def _colour(page: Page, table: Block) -> None:
    """Turn wrong parameters red, and point at the picked one."""
    red = PatternFill(bgColor=style.BAD_FILL)
    verdict, parameter = (f"${table.cell(label, table.first)}" for label in (VERDICT, PARAMETER))
    wrong_rule = FormulaRule([f'{verdict}<>"OK"'], font=Font(color=style.BAD, bold=True), fill=red)
    picked_rule = FormulaRule([f"{parameter}={CHECK_PARAMETER.absolute}"], fill=PatternFill(bgColor="FFFBE6"))
    page.colour(table.area(PARAMETER, ALLOWED), wrong_rule, picked_rule)


def _print(sheet: Any, table: Block) -> None:
    landscape(sheet)
    fit_width(sheet)
    sheet.print_area = f"A1:{table.cell(VERDICT, table.last)}"
    sheet.sheet_view.showGridLines = False
