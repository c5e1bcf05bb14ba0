"""The Explorer sheet: its page, the table of looked-up numbers, and what stands at the top."""
