"""The version of this package, apart from everything that carries it."""

__version__ = "0.1.0"
