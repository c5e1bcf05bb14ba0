"""Conditional formats: small numbers in scientific notation, flags green or red, negative numbers in red."""

from __future__ import annotations

from collections.abc import Iterator

from openpyxl.formatting.rule import CellIsRule, FormulaRule, Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from sheetgen.page import style
from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import Page

_OWN_FORMATS = 200
"""The number of the first number format of a conditional format; those of cells begin at 164."""


def all_rules(page: Page) -> Iterator[tuple[str, Rule]]:
    """Yield the conditional formats of a page with their cells: those of the flags and of small numbers, then its own.

    The first that applies to a cell decides.
    """
    for cell in page.flags:
        yield from ((cell, rule) for rule in flag_rules(cell))
    if cells := _numbers(page):
        yield from ((" ".join(cells), rule) for rule in size_rules(style.NUMBER))
    yield from page.rules


def _numbers(page: Page) -> list[str]:
    """Return the cells, and the table's ranges of cells, whose numbers are shown with six decimals."""
    cells = page.formatted(style.NUMBER)
    if page.table:
        for index, column in enumerate(page.table.columns, start=1):
            if column.style.number == style.NUMBER:
                letter = column_letter(index)
                cells.append(f"{letter}{page.table.first_row}:{letter}{page.table.last_row}")
    return cells


def size_rules(number: str) -> tuple[Rule, Rule]:
    """Return the rules that show in scientific notation what decimals would show as zero, and what has no room.

    Their cells have the number format ``number``. Other rules for the same cells are to be given for the same list of
    cells: LibreOffice heeds one list a cell.
    """
    sizes = style.SIZES[number]
    first = _OWN_FORMATS + 2 * list(style.SIZES).index(number)
    small, large = f"{sizes.least:f}".rstrip("0"), f"{sizes.most:g}"
    return (
        Rule("cellIs", operator="between", formula=[f"-{small}", small], dxf=_shown(first, sizes.small)),
        Rule("cellIs", operator="notBetween", formula=[f"-{large}", large], dxf=_shown(first + 1, sizes.large)),
    )


def _shown(index: int, number: str) -> DifferentialStyle:
    return DifferentialStyle(numFmt=NumberFormat(numFmtId=index, formatCode=number))


def flag_rules(cell: str) -> tuple[Rule, Rule]:
    """Return the rules that colour a cell green where its text begins with OK, and red otherwise."""
    good, bad = f'LEFT({cell},2)="OK"', f'LEFT({cell},2)<>"OK"'
    return (
        FormulaRule([good], font=Font(color=style.GOOD, bold=True), fill=PatternFill(bgColor=style.GOOD_FILL)),
        FormulaRule([bad], font=Font(color=style.BAD, bold=True), fill=PatternFill(bgColor=style.BAD_FILL)),
    )


def negative_rule() -> Rule:
    """Return the rule that writes a negative number in red, beside its sign."""
    rule: Rule = CellIsRule("lessThan", ["0"], font=Font(color=style.BAD))
    return rule
