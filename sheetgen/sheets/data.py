"""The Data sheet: every sample once, where there are several."""

from __future__ import annotations

from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from sheetgen.network.graph import BATCH, SAMPLE, SAMPLES
from sheetgen.page import style
from sheetgen.page.page import Page
from sheetgen.page.printing import fit_width
from sheetgen.sheets import layout as at
from sheetgen.sheets.book import Book
from sheetgen.sheets.flag import flag

_COUNT = style.Style(number=style.WHOLE, align="center", bold=True)


def page(book: Book) -> Page:
    """Return the Data sheet."""
    study, names = book.study, tuple(book.study.samples)
    page = Page(at.DATA, freeze=f"B{at.DATA_FIRST_ROW}", tab_colour="0000FF")
    page.widths = {1: 12} | dict.fromkeys(range(2, max(len(names), 8) + 2), 13.0)
    page.heights = {1: 28, at.DATA_LABEL_ROW: 22}
    page.put("A1", "Data", style.TITLE)
    flag(page, "G1:I1", book)
    page.put("A2", "Change a blue number: every sheet of this workbook follows. A row is a sample.", style.NOTE)
    for letters, name, number in (("AB", SAMPLES, study.count), ("CD", BATCH, study.batch)):
        page.put(f"{letters[0]}3", name, style.NAME)
        page.put(f"{letters[1]}3", float(number), _COUNT)
    page.put("E3", "samples that one update averages over; both are fixed when the workbook is built", style.NOTE)
    page.row(at.DATA_LABEL_ROW, (SAMPLE, *names), style.LABEL)
    for index in range(study.count):
        page.put(f"A{at.DATA_FIRST_ROW + index}", float(index + 1), style.COUNT)
        for name in names:
            page.put(book.layout.sample_cell(name, index), study.samples[name][index], style.INPUT)
    page.decorate.append(lambda sheet: _guard(sheet, len(names), study.count))
    return page


def _guard(sheet: Any, columns: int, rows: int) -> None:
    """Let only numbers in."""
    validation = DataValidation("decimal", operator="between", formula1="-1E+300", formula2="1E+300")
    validation.errorTitle, validation.error = "Not a number", "Type a number, for example 0.25."
    validation.showErrorMessage = True
    validation.allow_blank = False
    validation.add(f"B{at.DATA_FIRST_ROW}:{get_column_letter(columns + 1)}{at.DATA_FIRST_ROW + rows - 1}")
    sheet.add_data_validation(validation)
    fit_width(sheet)
    sheet.print_title_rows = f"{at.DATA_LABEL_ROW}:{at.DATA_LABEL_ROW}"
