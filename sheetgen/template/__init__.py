"""Templates: TOML read into a study, and a study written as TOML."""

DEFAULT = "mlp-2-2-2"
"""The shipped template that is meant where none is named."""
