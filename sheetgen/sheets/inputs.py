"""The Inputs sheet: every number a person may change, once."""

from __future__ import annotations

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font

from sheetgen.network.tolerance import same_when_saved
from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.page import Formula, Page
from sheetgen.page.printing import fit_width
from sheetgen.page.validation import any_number, positive_number
from sheetgen.sheet_names import INPUTS
from sheetgen.sheets.book import Book
from sheetgen.sheets.flag import Verdict, flag
from sheetgen.sheets.inputs_layout import AS_BUILT, CHANGED, NAME, VALUE, Given
from sheetgen.sheets.layout import Layout

_LOOKS = (style.NAME, style.PLAIN, style.INPUT, style.BUILT, style.NOTE)
_POSITIVE = ("Learning rates", "Checks")
"""The headings of numbers that must be above 0."""


def page(book: Book, verdict: Verdict) -> Page:
    """Return the Inputs sheet."""
    layout, built = book.layout, Layout(book.built)
    table = layout.inputs_table
    page = Page(INPUTS, freeze=table.cell(NAME, table.first), tab_colour="0000FF")
    longest = max(len(given.label) for givens in layout.givens.values() for given in givens)
    page.widths = {1: max(16, min(40, longest + 2)), 2: 44, 3: 14, 4: 14, 5: 14, 6: 3, 7: 34}
    page.heights = {1: 28}
    page.put("A1", "Inputs", style.TITLE)
    flag(page, "B1", verdict)
    page.bar = 3
    page.put("A2", "Change a blue number: every sheet of this workbook follows.", style.NOTE)
    table.header(page)
    for heading, givens in layout.givens.items():
        if givens:
            page.put(table.cell(NAME, layout.heading_rows[heading]), heading, style.HEADING)
        for given, as_built in zip(givens, built.givens[heading], strict=True):
            _given(page, table, layout.input_rows[given.label], given, as_built)
    _guard(page, layout)
    page.decorate.append(fit_width)
    return page


def _given(page: Page, table: Block, row: int, given: Given, as_built: Given) -> None:
    """Put one number: its name, what it is, its value, and the value it was built with."""
    same = same_when_saved(given.value, as_built.value)
    test = f'IF({table.cell(VALUE, row)}={table.cell(AS_BUILT, row)},"","changed")'
    may_differ = given.value != as_built.value

    def may_say(word: object, recalculated: object) -> bool:
        return may_differ and word == "changed"

    changed = Formula(test, lambda: "" if same else "changed", accepts=may_say)
    table.line(page, row, (given.label, given.meaning, given.value, as_built.value, changed), _LOOKS)


def _guard(page: Page, layout: Layout) -> None:
    """Let only numbers in, some of them above 0 only, and colour what was changed."""
    table = layout.inputs_table
    anything: list[str] = []
    positive: list[str] = []
    for heading, givens in layout.givens.items():
        cells = positive if heading in _POSITIVE else anything
        cells += [table.cell(VALUE, layout.input_rows[given.label]) for given in givens]
    page.guard(any_number(), *anything)
    page.guard(positive_number(), *positive)
    # The rule is spelled for the first row; a spreadsheet moves it down to the others.
    changed = FormulaRule([f'${table.cell(CHANGED, table.first)}="changed"'], font=Font(color=style.BAD, bold=True))
    page.colour(table.area(AS_BUILT, CHANGED), changed)
