"""The Gradient check sheet: the gradients of a picked step beside the central difference of the loss.

The network is computed again at that step's parameters by formulas of this sheet, moved by ±ε and ±2ε: the picked
parameter alone, then all of them along a direction. Doubling ε shows how far off the central difference itself is: its
error grows with ε².
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill

from sheetgen.page import style
from sheetgen.page.block import Block, Listing
from sheetgen.page.page import Formula, Page
from sheetgen.page.printing import fit_width, landscape
from sheetgen.page.validation import decimal, one_of, whole
from sheetgen.sheet_names import GRADIENT_CHECK
from sheetgen.sheets import lookup, picks
from sheetgen.sheets.batch_table import BatchTable
from sheetgen.sheets.book import Book
from sheetgen.sheets.directions import Direction, mixed
from sheetgen.sheets.flag import Verdict
from sheetgen.sheets.gradient_check import top
from sheetgen.sheets.gradient_check.lines import (
    ALLOWED,
    GRADIENT,
    LABELS,
    PARAMETER,
    VALUE,
    VERDICT,
    GradientLine,
    LineMaker,
    put_lines,
)
from sheetgen.sheets.gradient_check.parameters import Parameters
from sheetgen.sheets.gradient_check.top import GradientHelpers
from sheetgen.sheets.lookup import Lookup
from sheetgen.sheets.moved import MovedNetworks, Point, held
from sheetgen.sheets.perturbed import Networks
from sheetgen.sheets.picks import CHECK_EPSILON, CHECK_ITERATION, CHECK_PARAMETER, CHECK_SAMPLE, CHECK_VARIANT, Step
from sheetgen.sheets.slopes import Slopes

_LABEL_ROW, _LINES = 19, 2
_TABLE_ROW = _LABEL_ROW + _LINES + 3
_ALL = "all at once"
_NOTE = (
    "The parameters are moved by −2ε, −ε, ε and 2ε times their components and the network computed again, by formulas"
    " of its own."
)
_OF_ALL_ROWS = " Each is all rows of the batch, and their mean loss."


def page(book: Book, verdict: Verdict) -> Page:
    """Return the Gradient check sheet."""
    page = Page(GRADIENT_CHECK, tab_colour="C01048")
    page.widths = {1: 24, 10: 26} | dict.fromkeys((*range(2, 9), *range(11, 41)), 15.0) | {9: 15.0}
    page.heights = {1: 28} | dict.fromkeys((4, 5, 6, 7, 8, 9), 24.0) | {_LABEL_ROW: 32, _TABLE_ROW: 32}
    helpers = GradientHelpers(book)
    step = Lookup(book, _step(book), helpers.number, helpers.row)
    parameters, compared = Parameters(book, step, _TABLE_ROW), Block.below(_LABEL_ROW, LABELS, _LINES)
    step_numbers = _step_numbers(page, book, step, parameters.block.last + 3)
    given = _given(page, book, step, max(*step_numbers.rows.values(), helpers.sheets.last) + 2)
    below = given.end + 2
    directions = _directions(book, helpers)
    cells = {name: step_numbers.absolute(name) for name in step_numbers.rows} | dict(given.cells)
    numbers = MovedNetworks(book.study.whole, _point(book, step, parameters, cells))
    networks = Networks(numbers, directions, below, 2)
    maker = LineMaker(book, step, compared, helpers.rounding, helpers.least)
    lines = _lines(book, maker, parameters, networks, helpers)
    top.put(page, book, step, helpers, parameters, compared, lines, verdict)
    put_lines(page, compared, lines)
    parameters.put(page)
    note = _NOTE + _OF_ALL_ROWS * book.study.whole.several
    networks.put(page, "The networks with parameters moved", note, {directions[0]: lines[0].name})
    _guard(page, book, parameters.block, helpers.sheets)
    _colour(page, compared, parameters.block)
    page.decorate.append(lambda sheet: _print(sheet, compared, parameters.block))
    return page


def _step(book: Book) -> Step:
    """Return the picked step; what is of a whole batch is looked up in its last row."""
    step = book.picks.checked
    return replace(step, sample=book.study.batch) if book.study.whole.several else step


def _directions(book: Book, helpers: GradientHelpers) -> tuple[Direction, Direction]:
    """Return the direction of the picked parameter, and one along which all move."""
    (together,) = mixed(book.study.network.weights, 1)
    weights = book.study.network.weights
    name, alone = weights[book.picks.parameter], f"IF({helpers.parameter}={{}},1,0)"
    return Direction(name, {name: 1.0}, formula=alone.format), together


def _lines(
    book: Book, maker: LineMaker, parameters: Parameters, networks: Networks, helpers: GradientHelpers
) -> list[GradientLine]:
    """Return the line of the picked parameter, and that of all at once."""
    (alone, together), loss, (first, second) = networks.directions, networks.numbers.graph.loss, maker.block.rows
    name = Formula(CHECK_PARAMETER.absolute, lambda: alone.name)
    value, gradient = (parameters.picked(label, helpers.parameter) for label in (VALUE, GRADIENT))
    sum_of_all = parameters.along(together, networks.component_cells(together))
    return [
        maker.line(first, name, value, gradient, Slopes(networks, alone, loss)),
        maker.line(second, _ALL, None, sum_of_all, Slopes(networks, together, loss)),
    ]


def _step_numbers(page: Page, book: Book, step: Lookup, row: int) -> Listing:
    """List the inputs, targets and the loss of the step; of a whole batch what its rows have in common."""
    whole, graph = book.study.whole, book.study.whole.graph
    given = () if whole.several else (*graph.inputs, *graph.targets)
    once = (name for name in held(graph) if whole.origins[name][0] == name)
    names = (*given, *graph.fixed, *graph.gone_on_from, *once, graph.loss)
    listing = Listing.at(row, names)
    page.heading(listing.labels, row - 1, "The other numbers of this step")
    for name in names:
        listing.put(page, name, step.formula(name), style.LINK)
    return listing


def _given(page: Page, book: Book, step: Lookup, row: int) -> BatchTable:
    """Put what the rows of a batch are given, and what of them is held, from a row down."""
    whole = book.study.whole
    in_rows = (whole.origins[name][0] for name in held(whole.graph) if whole.origins[name][0] != name)
    table = BatchTable(whole, tuple(dict.fromkeys((*whole.network.inputs, *whole.network.targets, *in_rows))), row)
    table.put(page, "What the rows of this batch are given", step.in_batch)
    return table


def _point(book: Book, step: Lookup, parameters: Parameters, given: Mapping[str, str]) -> Point:
    """Return the point of the picked step, with the ε of this sheet; what is ``given`` stands in cells by name."""
    block, rows = parameters.block, book.study.whole.of_a_row if book.study.whole.several else ()
    origins = book.study.whole.origins
    values = {name: block.absolute(VALUE, row) for name, row in zip(parameters.names, block.rows, strict=True)}
    cells = {**given, **values}

    def found(look_up: Callable[[str, int | None], float], name: str) -> float:
        quantity, row = origins.get(name, (name, 1))
        return look_up(quantity, row if quantity in rows else None)

    return Point(
        reference=cells.__getitem__,
        value=partial(found, step.value),
        error=partial(found, step.error),
        epsilon=CHECK_EPSILON.absolute,
        step=lambda: book.picks.epsilon,
        sheet=f"{GRADIENT_CHECK} at iteration {book.picks.checked.iteration}",
        remedy="start {weight} further from that edge, or pick another iteration or a smaller ε",
    )


def _guard(page: Page, book: Book, table: Block, sheets: Block) -> None:
    """Let in only what can be picked."""
    page.guard(lookup.of_sheets(sheets), CHECK_VARIANT.cell)
    page.guard(lookup.iterations(book.layout), CHECK_ITERATION.cell)
    if picks.checks_samples(book.study):
        page.guard(whole(1, book.study.batch), CHECK_SAMPLE.cell)
    page.guard(one_of(table.column(PARAMETER), "a parameter"), CHECK_PARAMETER.cell)
    page.guard(decimal(picks.LEAST_EPSILON, picks.LARGEST_EPSILON), CHECK_EPSILON.cell)


def _colour(page: Page, compared: Block, table: Block) -> None:
    """Turn what differs red, and point at the picked parameter."""
    red = PatternFill(bgColor=style.BAD_FILL)
    verdict, parameter = f"${compared.cell(VERDICT, compared.first)}", f"${table.cell(PARAMETER, table.first)}"
    wrong_rule = FormulaRule([f'LEFT({verdict},2)<>"OK"'], font=Font(color=style.BAD, bold=True), fill=red)
    picked_rule = FormulaRule([f"{parameter}={CHECK_PARAMETER.absolute}"], fill=PatternFill(bgColor="FFFBE6"))
    page.colour(compared.area(PARAMETER, ALLOWED), wrong_rule)
    page.colour(table.area(PARAMETER, GRADIENT), picked_rule)


def _print(sheet: Any, compared: Block, table: Block) -> None:
    landscape(sheet)
    fit_width(sheet)
    sheet.print_area = f"A1:{compared.letters[VERDICT]}{table.last}"
    sheet.sheet_view.showGridLines = False
