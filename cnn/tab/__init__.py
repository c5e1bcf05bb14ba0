"""The sheet ``CNN``: a run directory, or several, written into an existing workbook as live cells."""
