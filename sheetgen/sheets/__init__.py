"""The workbook's own sheets, a module a kind, with where everything stands on them."""
