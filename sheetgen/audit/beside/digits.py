"""The digits to which a file keeps the values of its formulas, and whether a number is kept by them."""

from __future__ import annotations

from math import floor, inf, isfinite, log10

from sheetgen.audit.book import Book

FULL = 15
"""The digits that most programs keep of a number at least."""
_FEWEST, _ENOUGH = 6, 20
"""The digits below which a number is no rounded one, and the numbers that it takes to tell how many are kept."""
_NEARLY_ALL = 0.97
"""The part of the numbers that tells how many digits are kept: the others may have been changed by somebody else."""
_MORE = 16.0
"""How much larger than its bound a difference has to be: other programs add in other orders."""
_NEXT_TO_NOTHING = 1e-14
"""The part of the numbers a formula takes, below which Excel shows 0 for their difference."""


def is_kept(kept: float, value: float, error: float, digits: int) -> bool:
    """Whether a number that a file keeps to so many digits is the value, known to an error, of its formula."""
    allowed = _MORE * error + half_a_digit(kept, min(digits, FULL)) + half_a_digit(value, min(digits, FULL))
    if not isfinite(allowed) or abs(value - kept) <= allowed:
        return True
    return kept == 0 and abs(value) <= _NEXT_TO_NOTHING


def half_a_digit(value: float, digits: int) -> float:
    """Return by how much a number may be off that is kept to so many digits."""
    if not isfinite(value):
        return inf
    return 10.0 ** (floor(log10(abs(value))) - digits + 1) if value else 0.0


def kept_digits(book: Book) -> int:
    """Return to how many digits a file keeps the values of its formulas, 17 where that is not seen."""
    values = [cell.value for cell in book.cells.values() if cell.formula is not None and isinstance(cell.value, float)]
    lengths = sorted(_digits(value) for value in values if isfinite(value) and value != int(value))
    longest = lengths[int(_NEARLY_ALL * (len(lengths) - 1))] if lengths else 17
    many = sum(length >= longest - 1 for length in lengths) >= _ENOUGH
    return longest if many and longest >= _FEWEST else 17


def _digits(value: float) -> int:
    return len(repr(abs(value)).partition("e")[0].replace(".", "").strip("0"))
