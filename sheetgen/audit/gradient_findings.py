"""What is said of each wrong gradient: the mistake in words, and the formula that would be right there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sheetgen.audit.adjoints import allows
from sheetgen.audit.areas import areas_of
from sheetgen.audit.book import Place
from sheetgen.audit.causes import Cause, causes_of
from sheetgen.audit.claims import Structure
from sheetgen.audit.equations import cell_name
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.graph import Graph
from sheetgen.audit.judge import Judged, Judgement
from sheetgen.audit.mistakes.explain import explain
from sheetgen.audit.mistakes.mistake import UNEXPLAINED, Context, Mistake, WrongClaim

NEGATIVE = "negative-gradient"
_SEARCHED = 40
"""The causes of a workbook up to which the mistake is looked for; where there are more, the first ones explain them."""
_PLACES = 6
"""The cells of a cause that an explanation must hold for: some of many rows, from the first to the last."""


def gradient_findings(judgement: Judgement, structure: Structure, graph: Graph) -> list[Finding]:
    """Return a finding for each cause of wrong gradients."""
    context = Context(graph.equations.book, graph.equations, structure, judgement.corrected)
    compensated = dict(_added(structure, graph))
    return [
        _finding(cause, judgement, context, compensated, searched=number < _SEARCHED)
        for number, cause in enumerate(causes_of(judgement.entries, graph))
    ]


def _added(structure: Structure, graph: Graph) -> Iterator[tuple[Place, Place]]:
    """Yield each gradient that an update adds, with the parameter's next value."""
    for update in structure.updates:
        if update.gradient is not None:
            slope = graph.slopes(cell_name(update.new)).get(cell_name(update.gradient))
            if slope is not None and slope.low > 0:
                yield update.gradient, update.new


def _finding(
    cause: Cause, judgement: Judgement, context: Context, compensated: Mapping[Place, Place], searched: bool
) -> Finding:
    first = cause.wrong[0]
    mistake, weight = _mistake(cause, judgement, context, compensated, searched)
    words = mistake.words
    if cause.by_chance_only:
        words += " The numbers agree as they are, but only by chance: with other weights they do not."
    return Finding(
        kind=mistake.kind,
        weight=weight,
        words=words,
        first=first.claim.cell,
        areas=areas_of(cause.places),
        label=first.claim.label,
        formula=cause.cell.formula,
        value=first.value,
        right_formula=mistake.right_formula,
        right_value=first.sign * first.slope.middle,
        follow=cause.follow,
    )


def _mistake(
    cause: Cause, judgement: Judgement, context: Context, compensated: Mapping[Place, Place], searched: bool
) -> tuple[Mistake, Weight]:
    """Return the mistake and how heavy it is: a negative gradient that the update adds trains rightly."""
    if all(_is_negative(entry, judgement) for entry in cause.wrong) and cause.places[0] in compensated:
        words = f"This is the negative of {cause.wrong[0].claim.label}, and the update adds it: the training is right."
        return Mistake(NEGATIVE, words, None), Weight.NOTICE
    if not searched:
        return Mistake(UNEXPLAINED, "The formula is not that of the derivative.", None), Weight.WRONG
    chosen = _spread(cause.wrong)
    wrong = WrongClaim(
        claim=chosen[0].claim,
        formula=cause.cell.formula or "",
        places=tuple(entry.claim.cell for entry in chosen),
        right=tuple(tuple(one.meant(entry) for one in judgement.exact) for entry in chosen),
    )
    return explain(wrong, context), Weight.WRONG


def _is_negative(entry: Judged, judgement: Judgement) -> bool:
    """Whether a claim is minus what it should be, at every point."""
    name = cell_name(entry.claim.cell)
    return all(
        allows(one.slopes[name], one.graph.own_number(name), -entry.sign)
        for one in judgement.exact
        if name in one.slopes and name in one.graph.values
    )


def _spread(entries: Sequence[Judged]) -> list[Judged]:
    """Return the first, the last and some between."""
    if len(entries) <= _PLACES:
        return list(entries)
    return [entries[round(place * (len(entries) - 1) / (_PLACES - 1))] for place in range(_PLACES)]
