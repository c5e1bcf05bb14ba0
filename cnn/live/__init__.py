"""A trained network alive in a workbook: every layer as formulas over its weights."""
