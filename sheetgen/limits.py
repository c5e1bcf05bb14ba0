"""What a spreadsheet can hold: rows, columns, numbers, lines of a chart."""

from __future__ import annotations

import sys

from sheetgen.errors import UsageError, must_be

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
MAX_FORMULA = 8192
MAX_DEPTH = 240
"""The operations of a formula inside one another; the embedded engine calculates none of 256."""
MAX_NESTING = 64
"""The parentheses, functions and operators of a formula inside one another; see `sheetgen.page.nesting`."""
MOST_TERMS = 100
"""The most terms an equation that is written for its author is given: a formula has 8,192 characters, and the parser
200 levels.
"""
MAX_TEXT = 32_767
GOOGLE_SHEETS_CELLS = 10_000_000
"""The most cells that Google Sheets opens in one workbook."""
HEADER_ROWS = 4
"""The rows above the first iteration of a training sheet."""
FEW_WEIGHTS = 32
"""Up to so many trained parameters each has lines of its own that grow with the others: a central difference with the
whole network computed anew on Checks, every path from the loss on Equations. Of more, the cells would grow with their
square, and no one would read them."""
FEW_COPIES = 128
"""Where rows of a batch meet, so many weights times rows likewise: a network on Checks is then a whole batch."""

_LARGEST = 9.99999999999999e307
_SMALLEST = sys.float_info.min
_MAX_RATES = 255


def spreadsheet_number(value: object, what: str) -> float:
    """Return a number that a cell can hold; raise UsageError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(*must_be(what, "a number", repr(value)))
    if not 0 <= abs(value) <= _LARGEST or 0 < abs(value) < _SMALLEST:
        shown = str(value) if isinstance(value, float) else f"an integer of {len(str(abs(value)))} digits"
        raise UsageError(*must_be(what, "a finite number that a cell can hold", shown))
    return float(value)


def checked_rates(rates: list[float]) -> tuple[float, ...]:
    """Return learning rates that are positive and distinct; raise UsageError otherwise."""
    for index, rate in enumerate(rates):
        if rate <= 0:
            raise UsageError(*must_be("a learning rate", "greater than 0", repr(rate)))
        if rate in rates[:index]:
            raise UsageError(f"the learning rate {rate!r} is listed twice", "each gets a sheet of its own")
    if len(rates) > _MAX_RATES:
        raise UsageError(f"{len(rates)} learning rates are too many", f"a chart holds {_MAX_RATES} lines")
    return tuple(rates)


def checked_iterations(iterations: object, batch: int = 1) -> int:
    """Return a number of iterations that fits a sheet, each a row for each sample of a batch; else raise UsageError."""
    most = (MAX_ROWS - HEADER_ROWS) // batch - 1
    if isinstance(iterations, bool) or not isinstance(iterations, int) or not 1 <= iterations <= most:
        given = "nothing" if iterations is None else repr(iterations)
        raise UsageError(*must_be("iterations", f"a whole number from 1 to {most:,} (a sheet's rows)", given))
    return iterations
