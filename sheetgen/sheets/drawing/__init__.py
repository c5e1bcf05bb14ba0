"""The network drawn in cells: planned first, then painted on a page."""
