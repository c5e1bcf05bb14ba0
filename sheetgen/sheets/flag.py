"""The overall flag of the checks, shown on every sheet in words and, beside the words, in colour."""

from __future__ import annotations

from typing import Any

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill

from sheetgen import style
from sheetgen.layout import FLAG
from sheetgen.sheets.book import Book
from sheetgen.sheets.page import Formula, Page


def flag(page: Page, where: str, book: Book) -> None:
    """Show the overall flag in a cell of a page, or across a range of cells."""
    cell = where.partition(":")[0]
    page.put(cell, Formula(FLAG, lambda: book.verdict()), style.FLAG)
    page.flags.append(cell)
    if cell != where:
        page.merges.append(where)


def colour_flags(sheet: Any, cells: list[str]) -> None:
    """Colour cells whose text begins with OK green and all others red."""
    for cell in cells:
        good, bad = f'LEFT({cell},2)="OK"', f'LEFT({cell},2)<>"OK"'
        for formula, ink, fill in ((good, style.GOOD, style.GOOD_FILL), (bad, style.BAD, style.BAD_FILL)):
            rule = FormulaRule([formula], font=Font(color=ink, bold=True), fill=PatternFill(bgColor=fill))
            sheet.conditional_formatting.add(cell, rule)
