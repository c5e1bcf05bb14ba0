"""A number inside a text, spelled as spreadsheets spell it."""

from __future__ import annotations


def general(value: float) -> str:
    """Return what ``""&value`` shows: at most 15 significant digits, no trailing zeros."""
    text = f"{value:.15g}"
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}E{exponent}" if e else text
