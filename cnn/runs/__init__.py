"""A run directory: what a training leaves behind, read, written and examined."""
