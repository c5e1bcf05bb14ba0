"""Conditional formats: small numbers in scientific notation, flags green or red, negative numbers in red."""

from __future__ import annotations

from typing import Any

from openpyxl.formatting.rule import CellIsRule, FormulaRule, Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from sheetgen.page import style

_OWN_FORMATS = 200
"""The number of the first number format of a conditional format; those of cells begin at 164."""


def show_small(sheet: Any, cells: str, number: str) -> None:
    """Show numbers that a few decimals would show as zero in scientific notation.

    ``cells`` have the number format ``number``, and are given as a conditional format lists them.
    Other rules for the same cells belong into the same list: LibreOffice heeds one list a cell.
    """
    least, scientific = style.SMALL[number]
    index = _OWN_FORMATS + list(style.SMALL).index(number)
    look = DifferentialStyle(numFmt=NumberFormat(numFmtId=index, formatCode=scientific))
    size = f"{least:f}".rstrip("0")
    zero = Rule("cellIs", operator="equal", formula=["0"], stopIfTrue=True)
    small = Rule("cellIs", operator="between", formula=[f"-{size}", size], dxf=look)
    for rule in (zero, small):
        sheet.conditional_formatting.add(cells, rule)


def colour_flags(sheet: Any, cells: list[str]) -> None:
    """Colour cells whose text begins with OK green and all others red."""
    for cell in cells:
        good, bad = f'LEFT({cell},2)="OK"', f'LEFT({cell},2)<>"OK"'
        for formula, ink, fill in ((good, style.GOOD, style.GOOD_FILL), (bad, style.BAD, style.BAD_FILL)):
            rule = FormulaRule([formula], font=Font(color=ink, bold=True), fill=PatternFill(bgColor=fill))
            sheet.conditional_formatting.add(cell, rule)


def colour_signs(sheet: Any, cells: list[str]) -> None:
    """Write negative weights in red, beside their sign."""
    if cells:
        sheet.conditional_formatting.add(" ".join(cells), CellIsRule("lessThan", ["0"], font=Font(color=style.BAD)))
