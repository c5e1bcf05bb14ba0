"""The columns of a sheet, as openpyxl reads them."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from sample_page import write_pages

from sheetgen.page.page import Page


def test_columns_are_wide_hidden_and_grouped_as_a_page_says(tmp_path: Path) -> None:
    page = Page("P", widths={1: 12.0, 2: 3.5, 4: 17.0, 5: 17.0}, folded=range(8, 10), groups=[range(4, 7)])
    page.put("A1", 1.0)
    columns = openpyxl.load_workbook(write_pages(tmp_path / "b.xlsx", page))["P"].column_dimensions
    read = {(one.min, one.max): (one.width, one.outlineLevel, one.hidden) for one in columns.values()}
    assert read == {
        (1, 1): (12.0, 0, False), (2, 2): (3.5, 0, False), (4, 6): (17.0, 1, False),
        (8, 8): (13.0, 1, True), (9, 9): (13.0, 1, True),
    }  # fmt: skip


def test_a_sheet_without_widths_has_no_columns(tmp_path: Path) -> None:
    page = Page("P")
    page.put("A1", 1.0)
    assert not openpyxl.load_workbook(write_pages(tmp_path / "b.xlsx", page))["P"].column_dimensions
