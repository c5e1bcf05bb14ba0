"""Values that a file keeps of its formulas and that are not theirs: nobody calculated after a change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS
from sheetgen.audit.beside.digits import FULL, half_a_digit, is_kept, kept_digits
from sheetgen.audit.beside.said import finding
from sheetgen.audit.book import Book, Place
from sheetgen.audit.causes import relative_formula
from sheetgen.audit.equations import cell_name, place_of
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.graph import Graph


def findings_on_values(graph: Graph) -> Iterator[Finding]:
    """Yield the formulas whose kept value is not what they give of the kept values that they refer to."""
    book = graph.equations.book
    kept = {
        cell_name(place): float(cell.value)
        for place, cell in book.cells.items()
        if isinstance(cell.value, bool | int | float) and not book.is_left_out(place)
    }
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
    if digits < FULL - 2 and not groups:
        yield _of_digits(book, digits)


def _differs(graph: Graph, kept: Mapping[str, float], name: str, digits: int) -> float | None:
    """Return the right value of a formula, None where the one that is kept is right as far as its digits go."""

    def number(other: str) -> tuple[float, float]:
        value = kept[other] if other in kept else graph.values[other]
        rounded = other in kept and other in graph.equations.exprs and digits < 17
        return value, half_a_digit(value, digits) if rounded else 0.0

    uses = graph.uses[name]
    if digits == 17 and all(kept.get(one) == graph.values.get(one) is not None for one in (name, *uses)):
        return None  # computed from these very numbers before
    try:
        value, error, _ = graph.equations.programs.number(name, number)
    except (KeyError, *ARITHMETIC_ERRORS):
        return None
    return None if is_kept(kept[name], value, error, digits) else value


def _of_digits(book: Book, digits: int) -> Finding:
    words = (
        f"The values of the formulas are kept to {digits} digits; a spreadsheet that opens the file calculates more."
    )
    places = [place for place, cell in book.cells.items() if cell.formula and isinstance(cell.value, float)]
    return finding(book, "few-digits", Weight.NOTICE, words, [min(places)])
