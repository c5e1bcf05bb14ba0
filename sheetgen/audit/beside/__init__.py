"""What is wrong with a workbook and is no gradient: stale values, typed numbers, broken patterns, charts, settings."""
