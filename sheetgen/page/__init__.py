"""A sheet before it is written: cells, one bulk table, blocks, charts, and how it looks."""
