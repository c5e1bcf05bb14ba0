"""The mistake in a wrong claim, in words, and what would be right there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from sheetgen.audit.mistakes import mistake
from sheetgen.audit.mistakes.chain import Chain, TooLong, in_cell
from sheetgen.audit.mistakes.confirm import anchor, is_right
from sheetgen.audit.mistakes.edits import Desk
from sheetgen.audit.mistakes.gathered_rows import derivative_of_another_row
from sheetgen.audit.mistakes.mistake import Context, Mistake, WrongClaim
from sheetgen.audit.mistakes.of_factors import ratio_of
from sheetgen.audit.mistakes.paths import paths, shortcut
from sheetgen.audit.mistakes.pool import Pool, cells_in
from sheetgen.audit.mistakes.roles import Roles
from sheetgen.audit.mistakes.search import edits_of, pairs_of
from sheetgen.audit.mistakes.trees import Formula
from sheetgen.audit.mistakes.values import Sample, Values
from sheetgen.audit.syntax import NotUnderstood

_SLACK = 16.0
"""How many bounds of the rounding in the exact derivative a formula may be off in the search."""

_PAIRS = 5
"""The pairs of edits that are computed anew; what the search finds is right but for rounding."""


def explain(wrong: WrongClaim, context: Context) -> Mistake:
    """Return what the mistake in a claim is."""
    roles = Roles(context, wrong.claim)
    samples = list(_samples(wrong, context))
    if not samples:
        return Mistake(mistake.UNEXPLAINED, "The formula is not that of the derivative.", None)
    try:
        formula = Formula(wrong.formula)
    except NotUnderstood:
        return _unexplained(wrong, context, roles, None)
    values = Values(samples)
    desk = Desk(formula, values, Pool(roles, values, cells_in(formula.nodes, values)))
    for edit in edits_of(desk):
        text = formula.written(edit.swaps)
        if is_right(text, wrong, context):
            return Mistake(edit.kind, _sentence(edit.words), text)
    for path in paths(desk):
        if is_right(path.text, wrong, context):
            return Mistake(path.kind, _sentence(path.words), path.text)
    if (words := shortcut(desk)) is not None:
        return Mistake(mistake.SOFTMAX_SHORTCUT, _sentence(words), _by_chain_rule(wrong, context, roles))
    if (swap := derivative_of_another_row(desk)) is not None:
        words = f"adds up {desk.short(swap.old)}, the derivative of another row, where {desk.short(swap.new)} is needed"
        return Mistake(mistake.WRONG_ROWS, _sentence(words), formula.written([swap]))
    for first, second, text in islice(pairs_of(desk), _PAIRS):
        if is_right(text, wrong, context):
            kinds = dict.fromkeys((first.kind, second.kind))
            return Mistake(mistake.AND.join(kinds), _sentence(f"{first.words}, and it {second.words}"), text)
    return _unexplained(wrong, context, roles, desk)


def _samples(wrong: WrongClaim, context: Context) -> Iterator[Sample]:
    for place, right in zip(wrong.places, wrong.right, strict=True):
        stands = anchor(context, place)
        cell = context.book.formula_cell(place)
        array = cell.fills.shape if cell is not None and cell.fills is not None else None
        for graph, slope in zip(context.points, right, strict=True):
            if slope is not None and slope.low == slope.high:
                row, column = place.row - stands.row, place.column - stands.column
                yield Sample(stands, row, column, graph, slope.middle, _SLACK * slope.error + 1e-290, array)


def _sentence(words: str) -> str:
    return f"The formula {words}."


def _unexplained(wrong: WrongClaim, context: Context, roles: Roles, desk: Desk | None) -> Mistake:
    words = "The formula is not that of the derivative"
    if desk is not None and desk.needs:
        ratio = ratio_of(desk.needs[0].has, desk.values.right)
        if ratio is not None:
            words += f": it gives {ratio:.6g} times the right value"
    return Mistake(mistake.UNEXPLAINED, f"{words}.", _by_chain_rule(wrong, context, roles))


def _by_chain_rule(wrong: WrongClaim, context: Context, roles: Roles) -> str | None:
    """Return a right formula written anew, None where there is none that a cell should hold."""
    home = wrong.places[0]
    if anchor(context, home) != home or context.book.cells[home].fills is not None:
        return None
    try:
        text = in_cell(Chain(roles).derivative(), home)
    except (TooLong, RecursionError, KeyError):
        return None
    first = WrongClaim(wrong.claim, wrong.formula, wrong.places[:1], wrong.right[:1])
    return text if is_right(text, first, context) else None
