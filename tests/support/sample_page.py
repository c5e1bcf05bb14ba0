"""A page with all that a page can have but pictures, and a workbook of some pages."""

from __future__ import annotations

from pathlib import Path

from sheetgen.page import charts, style
from sheetgen.page.page import Formula, Page
from sheetgen.xlsx import shell, writer


def sample_page(note: str = "first") -> Page:
    """Return a page of styles, a chart, a link, a note, conditional formats, titles to print."""
    page = Page("CNN", freeze="A2", tab_colour="FF0000", widths={1: 30.0})
    page.put("A1", "The network", style.TITLE)
    page.put("A2", note, style.NOTE)
    page.put("A3", 0.25, style.CALC)
    page.put("A4", Formula("A3*2", lambda: 0.5), style.LINK)
    page.put("A5", Formula('"twice "&A3', lambda: "twice 0.25"), style.FLAG)
    for row in range(3, 8):
        page.put(f"C{row}", float(row), style.COUNT)
        page.put(f"D{row}", float(row * row), style.CALC)
    line = charts.Line("CNN!$A$1", "CNN!$C$3:$C$7", "CNN!$D$3:$D$7")
    page.charts.append(("F3", charts.scatter("squares", "n", "n²", [line], x_range=(3, 7)), "A chart of squares."))
    page.links["A2"] = "CNN"
    page.notes["A3"] = f"A quarter\nOf one & <more>: {note}."
    page.flags.append("A5")
    page.decorate.append(lambda sheet: setattr(sheet, "print_title_rows", "1:2"))
    return page


def write_pages(path: Path, *pages: Page) -> Path:
    """Write a workbook of these pages."""
    with path.open("wb") as file:
        writer.write(file, shell.make(list(pages), "a title", "2026-01-02T03:04:05Z"), list(pages))
    return path
