"""How sheets are printed."""

from __future__ import annotations

from typing import Any


def landscape(sheet: Any) -> None:
    """Print a sheet on A4, landscape."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4


def fit_width(sheet: Any) -> None:
    """Print all columns of a sheet on one page, its rows on as many as they need."""
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def fit(sheet: Any) -> None:
    """Print a sheet on one page."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 1
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
