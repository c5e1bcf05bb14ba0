"""The proof: a workbook recalculated, compared cell by cell, and its numbers held against mathematics."""
