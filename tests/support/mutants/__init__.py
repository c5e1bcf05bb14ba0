"""Mutants: the package's own code with one thing changed, each of which some test must notice."""
