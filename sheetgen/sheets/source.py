"""The Source sheet: the effective template, so that the workbook can be verified and built again."""

from __future__ import annotations

import math

from sheetgen.page import style
from sheetgen.page.block import Listing
from sheetgen.page.page import Page
from sheetgen.page.printing import fit_width
from sheetgen.sheet_names import SOURCE
from sheetgen.sheets.book import Book
from sheetgen.sheets.flag import Verdict, flag
from sheetgen.sheets.layout import LAYOUT_VERSION
from sheetgen.template.write import effective_template

LAYOUT_LABEL, VERSION_LABEL, TEMPLATE_LABEL = "layout", "made by sheetgen", "template"
_TEMPLATE_ROW = 9


def page(book: Book, verdict: Verdict) -> Page:
    """Return the Source sheet."""
    page = Page(SOURCE, tab_colour="98A2B3")
    page.widths = {1: 22, 2: 90}
    page.heights = {1: 28}
    page.put("A1", "Source", style.TITLE)
    flag(page, "B1", verdict)
    page.bar = 3
    page.put("A2", "The template this workbook was built from; `sheetgen verify` reads it here.", style.NOTE)
    facts: dict[str, float | str] = {
        LAYOUT_LABEL: float(LAYOUT_VERSION),
        VERSION_LABEL: book.version,
        "verify with": "sheetgen verify FILE.xlsx",
        "build again with": "copy the template below into a file NAME.toml, then: sheetgen build NAME.toml",
    }
    listing = Listing.at(4, facts)
    for label, fact in facts.items():
        listing.put(page, label, fact, style.Style(align="left"))
    page.put(f"A{_TEMPLATE_ROW}", TEMPLATE_LABEL, style.NAME)
    for row, line in enumerate(effective_template(book.built).split("\n"), start=_TEMPLATE_ROW):
        if line:
            page.put(f"B{row}", line, style.CODE)
    page.decorate.append(fit_width)
    return page


def template_of(rows: list[list[object]]) -> tuple[int | None, str]:
    """Return the layout version and the template held by the cells of a Source sheet.

    ``rows`` are the sheet's values, row by row. The version is None where the sheet does not say.
    """
    layout: int | None = None
    lines: list[str] = []
    started = False
    for row in rows:
        name, value = (row[0] if row else None), (row[1] if len(row) > 1 else None)
        if name == LAYOUT_LABEL and isinstance(value, int | float) and math.isfinite(value):
            layout = int(value)
        started = started or name == TEMPLATE_LABEL
        if started:
            lines.append("" if value is None else str(value))
    return layout, "\n".join(lines)
