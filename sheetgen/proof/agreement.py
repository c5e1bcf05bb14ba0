"""When two values of a cell agree: numbers within the tolerance, texts up to how they spell numbers."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from sheetgen.engines.base import CellError, Value
from sheetgen.network.tolerance import Tolerance

Array = NDArray[np.float64]

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_DECIMAL_SEPARATOR = re.compile(r"(?<=\d)[,\u066b](?=\d)")
"""The decimal comma, and that of Arabic and Persian, which programs set to such a language put into texts."""


def values_agree(value: Value, expected: Value, tolerance: Tolerance, bound: float) -> bool:
    """Whether a value is the expected one; an empty text may come back as an empty cell."""
    if isinstance(value, float) and isinstance(expected, float | int) and not isinstance(expected, bool):
        return tolerance.close(value, expected, bound)
    if isinstance(value, str) and isinstance(expected, str):
        return value == expected or _texts_agree(value, expected, tolerance)
    if {value, expected} == {None, ""}:
        return True
    return type(value) is type(expected) and value == expected  # TRUE is no 1


def apart(a: Array, b: Array, tolerance: Tolerance, bounds: Array | float = 0.0) -> NDArray[np.bool_]:
    """Return where two arrays of numbers do not agree; ``bounds`` are absolute error bounds."""
    with np.errstate(all="ignore"):
        distance = np.abs(a - b)
        close = distance <= tolerance.rtol * np.maximum(np.abs(a), np.abs(b)) + bounds
    agree: NDArray[np.bool_] = (a == b) | (np.isfinite(distance) & close)
    return ~agree


def with_points(text: str) -> str:
    """Return a text with the decimal separators of other languages as points: ``η = 0,1`` becomes ``η = 0.1``."""
    return _DECIMAL_SEPARATOR.sub(".", text)


def _texts_agree(text: str, expected: str, tolerance: Tolerance) -> bool:
    """Whether two texts are alike but for the spelling of numbers, such as 1E-05, 0.00001 and 0,00001."""
    text, expected = with_points(text), with_points(expected)
    numbers, expected_numbers = _NUMBER.findall(text), _NUMBER.findall(expected)
    return _NUMBER.split(text) == _NUMBER.split(expected) and all(
        tolerance.close(float(a), float(b)) for a, b in zip(numbers, expected_numbers, strict=True)
    )


def cached_agrees(cached: Value, recalculated: Value, tolerance: Tolerance) -> bool:
    """Whether a cached value is the recalculated one; near 0, to the rounding of numbers near 1."""
    if isinstance(cached, CellError) and isinstance(recalculated, CellError):
        return True
    return values_agree(cached, recalculated, tolerance, tolerance.atol)
