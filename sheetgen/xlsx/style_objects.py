"""How a cell looks, as openpyxl has it."""

from __future__ import annotations

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

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
