"""The report of an audit: as text, JSON and HTML, as a table of several files, and in a copy of the workbook."""
