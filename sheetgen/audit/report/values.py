"""Values as reports show them, two different ones with as many digits as tell them apart."""

from __future__ import annotations

from sheetgen.engines.base import CellError, Value

_DIGITS = 6
"""The digits that a number is shown with, where no more are needed."""


def shown(value: Value, digits: int = _DIGITS) -> str:
    """Return a value as a report shows it, "" for none; a number that takes fewer digits is shown with those."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, CellError):
        return str(value)
    if isinstance(value, str):
        return f'"{value}"'
    return min(f"{value:.{digits}g}", repr(value).removesuffix(".0"), key=len)


def told_apart(first: Value, second: Value) -> tuple[str, str]:
    """Return two values, with two digits more than it takes to see that they differ."""
    if isinstance(first, int | float) and isinstance(second, int | float) and first != second:
        for digits in range(_DIGITS, 18):
            if shown(first, digits - 2) != shown(second, digits - 2):
                return shown(first, digits), shown(second, digits)
    return shown(first), shown(second)
