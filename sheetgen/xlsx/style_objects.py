"""How a cell looks, as openpyxl has it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.styles.numbers import BUILTIN_FORMATS_MAX_SIZE, BUILTIN_FORMATS_REVERSE

from sheetgen.page.style import Style


def font(style: Style) -> Font:
    """Return the openpyxl font of a style."""
    return Font(
        name="Consolas" if style.mono else "Calibri",
        size=style.size,
        bold=style.bold,
        italic=style.italic,
        color=style.colour,
        underline="single" if style.underline else None,
    )


def fill(style: Style) -> PatternFill:
    """Return the openpyxl fill of a style."""
    return PatternFill("solid", fgColor=style.fill) if style.fill else PatternFill()


def alignment(style: Style) -> Alignment:
    """Return the openpyxl alignment of a style."""
    return Alignment(
        horizontal=style.align or None,
        vertical="top" if style.top else "center",
        wrap_text=style.wrap or None,
        indent=style.indent,
    )


def border(style: Style) -> Border:
    """Return the openpyxl border of a style: a thin line of one colour all round, or none."""
    side = Side("thin", color=style.border) if style.border else Side()
    return Border(left=side, right=side, top=side, bottom=side)


class StyleNumbers(dict[Style, int]):
    """The number that each style has in a workbook's table of cell formats, from when it is first asked for.

    Many styles have the same font, or fill: each is made, and looked for among the workbook's own, once.
    """

    def __init__(self, workbook: Workbook) -> None:
        self._tables: Any = workbook
        self._of_parts: dict[tuple[object, ...], int] = {}

    def __missing__(self, style: Style) -> int:
        tables, part = self._tables, partial(self._of_part, style)
        of_font = style.mono, style.size, style.bold, style.italic, style.colour, style.underline
        numbers = StyleArray()
        numbers.fontId = part(tables._fonts, font, *of_font)
        numbers.fillId = part(tables._fills, fill, style.fill)
        numbers.borderId = part(tables._borders, border, style.border)
        numbers.alignmentId = part(tables._alignments, alignment, style.align, style.top, style.wrap, style.indent)
        numbers.numFmtId = self._of_number_format(style.number)
        self[style] = number = int(tables._cell_styles.add(numbers))
        return number

    def _of_part(self, style: Style, table: Any, made: Callable[[Style], object], *facts: object) -> int:
        """Return the number, in its table, of what is made of some facts of a style."""
        key = made, *facts
        if key not in self._of_parts:
            self._of_parts[key] = int(table.add(made(style)))
        return self._of_parts[key]

    def _of_number_format(self, code: str) -> int:
        """Return the number of a number format: one that every spreadsheet has, or one of the workbook's own."""
        if code in BUILTIN_FORMATS_REVERSE:
            return int(BUILTIN_FORMATS_REVERSE[code])
        return int(self._tables._number_formats.add(code)) + BUILTIN_FORMATS_MAX_SIZE
