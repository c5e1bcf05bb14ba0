"""Equations over tensors, as NumPy and papers write them; each becomes named scalar quantities."""
