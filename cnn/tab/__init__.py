"""The sheet ``CNN``: a run directory, or several, written into an existing workbook as live cells."""

from __future__ import annotations

from cnn.tab.write import SHEET, check, page, write

__all__ = ["SHEET", "check", "page", "write"]
