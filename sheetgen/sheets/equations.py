"""The Equations sheet: every equation read off the graph, and each weight's chain rule with live numbers."""

from __future__ import annotations

from functools import partial
from typing import Any

from sheetgen.algebra.textbook import Textbook
from sheetgen.network.chains import MAX_FACTORS, gathered
from sheetgen.network.graph import ITERATION, Quantity, Section, as_read
from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.page import Formula, Page
from sheetgen.page.printing import fit_width, landscape
from sheetgen.sheet_names import EQUATIONS
from sheetgen.sheets import chain_rule
from sheetgen.sheets.book import Book
from sheetgen.sheets.flag import Verdict, flag
from sheetgen.sheets.layout import Address
from sheetgen.sheets.section_style import label_style
from sheetgen.sheets.section_words import section_headings
from sheetgen.sheets.ways import ways

_BACKWARD = {Section.BACKWARD: "Backward: the chain rule, one quantity at a time"}
CHAIN_RULE = "The chain rule, weight by weight, with the numbers of iteration 0"
"""The heading of the last part, in column A."""
OF_ALL_ROWS = "What the loss of the first row gains by a number of the whole batch; batch_sum(…) adds up all rows"
"""The heading of what follows where the rows of a batch meet, likewise."""
_QUANTITY, _EQUATION, _FORMULA = "quantity", "equation", "as a spreadsheet formula"
_NUMBER = ("at iteration 0", "at iteration 1")
_NARROW, _WIDE = 25.0, 38.0
"""How wide a factor of a chain is; numbers of a whole batch have long names."""
_LOOKS = (style.NAME, style.LINK, style.EQUATION, style.CODE)


def page(book: Book, verdict: Verdict) -> Page:
    """Return the Equations sheet."""
    if book.study.tensors is not None:
        from sheetgen.sheets.matrices import sheet as matrices  # modules that scalars do not need

        return matrices.page(book, verdict, book.study.tensors)
    page = Page(EQUATIONS, freeze="A4", tab_colour="6941C6")
    meet = bool(book.study.network.over_batch)
    page.widths = {1: 30 if meet else 20, 2: 18} | dict.fromkeys(range(3, 4 + MAX_FACTORS), _WIDE if meet else _NARROW)
    page.heights = {1: 28}
    page.put("A1", "Equations", style.TITLE)
    flag(page, "B1:C1", verdict)
    page.bar = 4
    first = book.study.variants[0].sheet
    page.put(
        "A2",
        f"Read off the network; the numbers are live, those of {_first(book)} on the sheet {first}.",
        style.NOTE,
    )
    row = _equations(page, book, 4)
    if book.study.trains:
        row = _updates(page, book, row)
        row = page.heading("A", row, CHAIN_RULE)
        for weight in book.study.network.weights:
            row = chain_rule.put(page, book, weight, row)
        if of_batch := gathered(book.study.network):
            row = page.heading("A", row, OF_ALL_ROWS)
            for number in of_batch:
                row = chain_rule.put(page, book, number, row)
    page.decorate.append(_print)
    return page


def _first(book: Book) -> str:
    """Return what the first row of a sheet is."""
    return "iteration 0" if book.study.trains else "sample 1"


def _equations(page: Page, book: Book, row: int) -> int:
    """List the forward, loss, backward and gradient equations; return the next free row."""
    for section, heading in (section_headings(book.study.network) | _BACKWARD).items():
        if quantities := book.study.network.section(section):
            row = page.heading("A", row, heading)
            row = _table(page, book, section, quantities, row, iteration=int(quantities[0].looks_above))
    return row


def _updates(page: Page, book: Book, row: int) -> int:
    """List the columns that count, the optimiser's and the update of every weight, for each way of training."""
    for variant, heading in ways(book.study):
        row = _training(page, book, variant, page.heading("A", row, heading))
    return row


def _training(page: Page, book: Book, variant: int, row: int) -> int:
    """List how one variant is trained; return the next free row."""
    graph = book.study.graphs[variant]
    counters = [q for q in graph.section(Section.STEP) if q.name != ITERATION]
    updated = [q for q in graph.quantities if q.is_given and q.equation is not None]
    quantities = (*counters, *graph.section(Section.MEANS, Section.OPTIMIZER), *updated)
    return _table(page, book, Section.WEIGHTS, quantities, row, variant, 1)


def _table(
    page: Page,
    book: Book,
    section: Section,
    quantities: tuple[Quantity, ...],
    row: int,
    variant: int = 0,
    iteration: int = 0,
) -> int:
    """List some quantities with their numbers at iteration 0 or 1 of a variant; return the next free row."""
    number = _NUMBER[iteration] if book.study.trains else f"at {_first(book)}"
    page.row(row, (_QUANTITY, number, _EQUATION, None, None, _FORMULA), label_style(section))
    block = Block(row + 1, row + len(quantities), {_QUANTITY: "A", number: "B", _EQUATION: "C", _FORMULA: "F"})
    for line, quantity in zip(block.rows, quantities, strict=True):
        block.line(page, line, _contents(book, quantity, variant, iteration), _LOOKS)
    return block.last + 2


def _contents(book: Book, quantity: Quantity, variant: int, iteration: int) -> tuple[str | Formula, ...]:
    """Return a quantity's name, its number at an iteration, its equation, and its formula there."""
    layout, results, name = book.layout, book.results, quantity.name
    assert quantity.equation is not None
    value = partial(results.second if iteration else results.first, variant, name)
    text = f"{name} {':=' if iteration and quantity.becomes else '='} {Textbook().write(as_read(quantity))}"
    formula = layout.formula(layout.spelled(quantity), variant, layout.row(iteration))
    error = partial(results.start_error, variant, name, iteration)
    return name, Formula(layout.cell(Address(variant, name, iteration)), value, error), text, f"={formula}"


def _print(sheet: Any) -> None:
    landscape(sheet)
    fit_width(sheet)
