"""Spreadsheet engines: a workbook file in, the recalculated value of every cell out."""
