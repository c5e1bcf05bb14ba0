"""The Inputs sheet: every number a person may change, once."""

from __future__ import annotations

from typing import Any

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from sheetgen.page import style
from sheetgen.page.page import Formula, Page
from sheetgen.page.printing import fit_width
from sheetgen.sheets import layout as at
from sheetgen.sheets.book import Book
from sheetgen.sheets.flag import flag
from sheetgen.sheets.layout import Given, Layout

_HEADER = ("name", "what it is", "value", "as built", "changed?")
_VALUE, _BUILT, _CHANGED = (get_column_letter(c) for c in (at.VALUE_COLUMN, at.BUILT_COLUMN, at.CHANGED_COLUMN))


def page(book: Book) -> Page:
    """Return the Inputs sheet."""
    layout, built = book.layout, Layout(book.built)
    page = Page(at.INPUTS, freeze="A5", tab_colour="0000FF")
    page.widths = {1: 16, 2: 44, 3: 14, 4: 14, 5: 14, 6: 3, 7: 34}
    page.heights = {1: 28}
    page.put("A1", "Inputs", style.TITLE)
    flag(page, "G1", book)
    page.put("A2", "Change a blue number: every sheet of this workbook follows.", style.NOTE)
    page.row(4, _HEADER, style.LABEL)
    for heading, givens in layout.givens.items():
        if givens:
            page.put(f"A{layout.heading_rows[heading]}", heading, style.HEADING)
        for given, as_built in zip(givens, built.givens[heading], strict=True):
            _given(page, layout.input_rows[given.label], given, as_built)
    page.decorate.append(lambda sheet: _guard(sheet, layout))
    return page


def _given(page: Page, row: int, given: Given, as_built: Given) -> None:
    """Put one number: its name, what it is, its value, and the value it was built with."""
    page.put(f"A{row}", given.label, style.NAME)
    page.put(f"B{row}", given.meaning, style.PLAIN)
    page.put(f"{_VALUE}{row}", given.value, style.INPUT)
    page.put(f"{_BUILT}{row}", as_built.value, style.BUILT)
    differs = given.value != as_built.value
    formula = f'IF({_VALUE}{row}={_BUILT}{row},"","changed")'
    page.put(f"{_CHANGED}{row}", Formula(formula, lambda: "changed" if differs else ""), style.NOTE)


def _guard(sheet: Any, layout: Layout) -> None:
    """Let only numbers in, learning rates above 0, and colour what was changed."""
    anything = DataValidation("decimal", operator="between", formula1="-1E+300", formula2="1E+300")
    positive = DataValidation("decimal", operator="greaterThan", formula1="0")
    for validation, wanted in ((anything, "a number"), (positive, "a number greater than 0")):
        validation.errorTitle, validation.error = "Not a number", f"Type {wanted}, for example 0.25."
        validation.showErrorMessage = True
        validation.allow_blank = False
        sheet.add_data_validation(validation)
    for heading, givens in layout.givens.items():
        for given in givens:
            cell = f"{_VALUE}{layout.input_rows[given.label]}"
            (positive if heading in ("Learning rates", "Checks") else anything).add(cell)
    last = max(layout.input_rows.values())
    changed = FormulaRule([f'${_CHANGED}5="changed"'], font=Font(color=style.BAD, bold=True))
    sheet.conditional_formatting.add(f"{_BUILT}5:{_CHANGED}{last}", changed)
    fit_width(sheet)
