"""The language of equations: primitives, expressions, parser, derivatives, values and notations."""
