"""Whether the cells of a workbook hold what is to stand in them: asked before one is written."""

from __future__ import annotations

from collections.abc import Iterable

from sheetgen.errors import UsageError
from sheetgen.limits import MAX_FORMULA, MAX_NESTING, MAX_TEXT
from sheetgen.page.cell_names import column_letter
from sheetgen.page.nesting import nesting, nests_deeper
from sheetgen.page.page import Formula, Page


def require_room(pages: Iterable[Page]) -> None:
    """Make sure that every formula and text fits its cell, and that spreadsheets read it; else raise UsageError."""
    for page in pages:
        _require_room(page)


def _require_room(page: Page) -> None:
    for (row, column), cell in page.cells.items():
        if isinstance(cell.content, Formula):
            _require_formula(page, row, column, cell.content.text)
        elif isinstance(cell.content, str):
            _require_length(page, row, column, "text", cell.content, MAX_TEXT)
    if page.table:
        first, last = page.table.first_row, page.table.last_row
        for number, column_of_formulas in enumerate(page.table.columns, start=1):
            for row in (first, last):
                _require_formula(page, row, number, column_of_formulas.formula(row, first) or "")


def _require_formula(page: Page, row: int, column: int, text: str) -> None:
    """Make sure that a cell holds a formula, and that spreadsheets read it."""
    _require_length(page, row, column, "formula", text, MAX_FORMULA)
    if nests_deeper(text, MAX_NESTING):
        where, levels = f"{page.name}!{column_letter(column)}{row}", nesting(text)
        raise UsageError(
            f"the formula of {where} has {levels} parentheses, functions and operators inside one another, and"
            f" spreadsheets read {MAX_NESTING}",
            "name parts of the equations as quantities of their own",
        )


def _require_length(page: Page, row: int, column: int, what: str, text: str, most: int) -> None:
    if len(text) > most:
        raise UsageError(
            f"the {what} of {page.name}!{column_letter(column)}{row} has {len(text):,} characters, and a cell"
            f" holds {most:,}",
            "shorten names, or name parts of the equations as quantities of their own",
        )
