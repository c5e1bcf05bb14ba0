"""Conditional formats: small numbers in scientific notation, flags green or red, negative numbers in red."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from openpyxl.formatting.rule import CellIsRule, ColorScaleRule, Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from sheetgen.page import style
from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import Page
from sheetgen.page.ranges import ranges, runs

_OWN_FORMATS = 200
"""The number of the first number format of a conditional format; those of cells begin at 164."""
_WORD_FORMATS = 300
_GOOD, _BAD = (
    DifferentialStyle(font=Font(color=colour, bold=True), fill=PatternFill(bgColor=behind))
    for colour, behind in ((style.GOOD, style.GOOD_FILL), (style.BAD, style.BAD_FILL))
)


def all_rules(page: Page) -> Iterator[tuple[str, Rule]]:
    """Yield the conditional formats of a page with their cells: those of the flags and of small numbers, then its own.

    The first that applies to a cell decides.
    """
    for cells in ranges(page.flags):
        yield from ((cells, rule) for rule in flag_rules(cells.partition(":")[0]))
    if numbers := _numbers(page):
        yield from ((" ".join(numbers), rule) for rule in size_rules(style.NUMBER))
    yield from page.rules


def _numbers(page: Page) -> list[str]:
    """Return the ranges of cells whose numbers are shown with six decimals."""
    areas = ranges(page.formatted(style.NUMBER))
    if table := page.table:
        shown = [number for number, column in enumerate(table.columns, start=1) if column.style.number == style.NUMBER]
        for left, right in runs(shown):
            areas.append(f"{column_letter(left)}{table.first_row}:{column_letter(right)}{table.last_row}")
    return areas


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


def word_rules(words: Sequence[str], before: int = 0) -> Iterator[Rule]:
    """Yield the rules that show behind a number the word that it stands for, from 0 on: ``0 the``.

    ``before`` is how many words other rules of the page have shown.
    """
    for number, word in enumerate(words):
        look = _shown(_WORD_FORMATS + before + number, f'0" {word}"')
        yield Rule("cellIs", operator="equal", formula=[str(number)], dxf=look)


def _shown(index: int, number: str) -> DifferentialStyle:
    return DifferentialStyle(numFmt=NumberFormat(numFmtId=index, formatCode=number))


def flag_rules(cell: str) -> tuple[Rule, Rule]:
    """Return the rules that colour a cell green where its text begins with OK, and red otherwise.

    They hold for all cells of a range whose first is ``cell``.
    """
    good, bad = f'LEFT({cell},2)="OK"', f'LEFT({cell},2)<>"OK"'
    return Rule("expression", dxf=_GOOD, formula=[good]), Rule("expression", dxf=_BAD, formula=[bad])


def negative_rule() -> Rule:
    """Return the rule that writes a negative number in red, beside its sign."""
    rule: Rule = CellIsRule("lessThan", ["0"], font=Font(color=style.BAD))
    return rule


def share_scale() -> Rule:
    """Return the scale of colours of shares: white at 0, deep at 1."""
    scale: Rule = ColorScaleRule("num", 0, style.WHITE, None, None, None, "num", 1, style.SHARE)
    return scale


def signed_scale(largest: str) -> Rule:
    """Return the scale of colours from minus a number to the number, which stands in a cell: white at 0."""
    low, middle, high = style.NEGATIVE, style.WHITE, style.POSITIVE
    scale: Rule = ColorScaleRule("formula", f"-{largest}", low, "num", 0, middle, "formula", largest, high)
    return scale
