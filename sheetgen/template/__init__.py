"""Templates: TOML read into a study, and a study written as TOML."""
