"""Values that a file keeps of its formulas and that are not theirs: nobody calculated after a change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from math import floor, inf, isfinite, log10

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS
from sheetgen.audit.beside.said import finding
from sheetgen.audit.book import Book, Place
from sheetgen.audit.causes import relative_formula
from sheetgen.audit.equations import cell_name, place_of
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.graph import Graph

_FULL = 15
"""The digits that most programs keep of a number at least."""
_FEWEST, _ENOUGH = 6, 20
"""The digits below which a number is no rounded one, and the numbers that it takes to tell how many are kept."""
_NEARLY_ALL = 0.97
"""The part of the numbers that tells how many digits are kept: the others may have been changed by somebody else."""
_MORE = 16.0
"""How much larger than its bound a difference has to be: other programs add in other orders."""
_NEXT_TO_NOTHING = 1e-14
"""The part of the numbers a formula takes, below which Excel shows 0 for their difference."""


def findings_on_values(graph: Graph) -> Iterator[Finding]:
    """Yield the formulas whose kept value is not what they give of the kept values that they refer to."""
    book = graph.equations.book
    kept = {cell_name(p): float(c.value) for p, c in book.cells.items() if isinstance(c.value, bool | int | float)}
    digits = kept_digits(book)
    groups: dict[str, list[Place]] = defaultdict(list)
    right: dict[Place, float] = {}
    for name in graph.equations.exprs:
        if name in kept:
            found = _differs(graph, kept, name, digits)
            if found is not None:
                cell = book.formula_cell(place_of(name))
                assert cell is not None
                groups[relative_formula(cell)].append(place_of(name))
                right[place_of(name)] = found
    for places in groups.values():
        places.sort()
        words = f"The file shows a value that the formula does not give, which is {right[places[0]]:.10g}: it was not"
        words += " calculated again after a change."
        yield finding(book, "stale-value", Weight.WRONG, words, places)
    if digits < _FULL - 2 and not groups:
        yield _of_digits(book, digits)


def _differs(graph: Graph, kept: Mapping[str, float], name: str, digits: int) -> float | None:
    """Return the right value of a formula, None where the one that is kept is right as far as its digits go."""

    def number(other: str) -> tuple[float, float]:
        value = kept[other] if other in kept else graph.values[other]
        rounded = other in kept and other in graph.equations.exprs and digits < 17
        return value, _half_a_digit(value, digits) if rounded else 0.0

    uses = graph.uses[name]
    if digits == 17 and all(kept.get(one) == graph.values.get(one) is not None for one in (name, *uses)):
        return None  # computed from these very numbers before
    try:
        value, error, _ = graph.equations.programs.number(name, number)
    except (KeyError, *ARITHMETIC_ERRORS):
        return None
    allowed = _MORE * error + _half_a_digit(kept[name], min(digits, _FULL)) + _half_a_digit(value, min(digits, _FULL))
    if not isfinite(allowed) or abs(value - kept[name]) <= allowed:
        return None
    return None if kept[name] == 0 and abs(value) <= _NEXT_TO_NOTHING else value


def _half_a_digit(value: float, digits: int) -> float:
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


def _of_digits(book: Book, digits: int) -> Finding:
    words = (
        f"The values of the formulas are kept to {digits} digits; a spreadsheet that opens the file calculates more."
    )
    places = [place for place, cell in book.cells.items() if cell.formula and isinstance(cell.value, float)]
    return finding(book, "few-digits", Weight.NOTICE, words, [min(places)])
