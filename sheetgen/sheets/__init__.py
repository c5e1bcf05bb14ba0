"""The workbook's own sheets, a module or a folder a kind, with where everything stands on them."""
