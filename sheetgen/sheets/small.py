"""Small numbers, which a few decimals would show as zero, in scientific notation."""

from __future__ import annotations

from typing import Any

from openpyxl.formatting.rule import Rule
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from sheetgen import style

_OWN_FORMATS = 200
"""The number of the first number format of a conditional format; those of cells begin at 164."""


def show_small(sheet: Any, cells: str, number: str) -> None:
    """Add the rules for cells of a number format, given as a conditional format lists them.

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
