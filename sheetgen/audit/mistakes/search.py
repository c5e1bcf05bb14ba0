"""The search for the edits that make a wrong formula right: one by itself, or two together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sheetgen.audit.mistakes.edits import Desk, Edit
from sheetgen.audit.mistakes.likely import likely_edits
from sheetgen.audit.mistakes.of_factors import factors_left_out, factors_too_many, numbers_in_products
from sheetgen.audit.mistakes.of_operators import exponents, operators, other_slopes
from sheetgen.audit.mistakes.of_ranges import (
    functions,
    inside_calls,
    other_matrices,
    slopes_left_out,
    transposed,
    wrong_rows,
)  # fmt: skip
from sheetgen.audit.mistakes.of_references import (
    references_everywhere,
    references_inside,
    single_references,
    slopes_of_units,
)  # fmt: skip
from sheetgen.audit.mistakes.of_terms import terms_left_out, terms_too_many
from sheetgen.audit.mistakes.trees import Formula

_ALONE: Sequence[Callable[[Desk], Iterator[Edit]]] = (
    single_references, references_inside, slopes_of_units, references_everywhere, numbers_in_products,
    factors_too_many, factors_left_out, operators, exponents, other_slopes, terms_too_many, terms_left_out,
    other_matrices, wrong_rows, transposed, inside_calls, slopes_left_out, functions,
)  # fmt: skip

_BEHIND: Sequence[Callable[[Desk], Iterator[Edit]]] = (
    single_references, slopes_of_units, numbers_in_products, factors_too_many, factors_left_out, operators,
    other_slopes, terms_too_many,
)  # fmt: skip
_CHEAPEST = 0.8  # what no edit costs less than
_MOST = 250
"""The mistakes behind each of which a second one is looked for, in a formula of the usual length."""
_USUAL = 60
"""The parts of a formula of the usual length."""


def edits_of(desk: Desk) -> list[Edit]:
    """Return the edits that make a formula right, the most plausible first."""
    if not desk.wrong.any():
        return []
    found = [edit for kind in _ALONE for edit in kind(desk)]
    return sorted(found, key=lambda edit: edit.cost)


def pairs_of(desk: Desk) -> Iterator[tuple[Edit, Edit, str]]:
    """Yield two edits that make a formula right together, with the formula, the most plausible of each first."""
    likely = sorted(likely_edits(desk), key=lambda edit: edit.cost)
    found: list[tuple[float, int, Edit, Edit, str]] = []
    most = _MOST * _USUAL // max(_USUAL, len(desk.formula.nodes))
    for number, first in enumerate(likely[:most]):
        if found and min(entry[0] for entry in found) <= first.cost + _CHEAPEST:
            break
        once = Formula(desk.formula.written(first.swaps))
        other = Desk(once, desk.values, desk.pool)
        for second in (edit for kind in _BEHIND for edit in kind(other)):
            text = once.written(second.swaps)
            found.append((first.cost + second.cost, number, first, second, text))
    for _, _, first, second, text in sorted(found, key=lambda entry: entry[:2]):
        yield first, second, text
