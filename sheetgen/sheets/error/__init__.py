"""The Error sheet: its page, the table of curves, and the summary."""
