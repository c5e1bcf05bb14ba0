"""Claims that are wrong only because a pattern breaks before them: the patterns are mended, and all is judged again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sheetgen.audit.book import Book, Place
from sheetgen.audit.claims import Structure
from sheetgen.audit.equations import cell_name, equations_of
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.graph import Graph
from sheetgen.audit.judge import Judgement, Verdict, graph_of, judge
from sheetgen.xlsx.formulas import shifted

_BREAKS = frozenset({"broken-pattern", "typed-number", "reference-should-follow", "reference-should-stay"})


def with_followers(
    judgement: Judgement, beside: Sequence[Finding], structure: Structure, graph: Graph
) -> tuple[Judgement, list[Finding]]:
    """Return the verdicts, and the findings beside the gradients, each with the number of claims that follow from it.

    A wrong claim follows where its own formula is right once the cells that break a pattern do what their neighbours
    do, whatever other wrong claims it takes.
    """
    book = graph.equations.book
    right = {entry.claim.cell for entry in judgement.with_verdict(Verdict.RIGHT)}
    mends = {index: mend for index, one in enumerate(beside) if (mend := _mend(one, book)) and right.isdisjoint(mend)}
    mended = {place: formula for mend in mends.values() for place, formula in mend.items()}
    wrong = [entry for entry in judgement.with_verdict(Verdict.WRONG) if entry.claim.cell not in mended]
    if not mended or not wrong:
        return judgement, list(beside)
    faultless = _faultless_with(mended, structure, book)
    turned = {entry.claim.cell for entry in wrong if entry.claim.cell in faultless}
    entries = [
        replace(entry, verdict=Verdict.FOLLOWS) if entry.claim.cell in turned else entry for entry in judgement.entries
    ]
    counts = dict.fromkeys(mends, 0)
    for place in turned:
        counts[_cause(place, mends, graph)] += 1
    told = [replace(one, follow=one.follow + counts.get(index, 0)) for index, one in enumerate(beside)]
    return replace(judgement, entries=tuple(entries)), told


def _mend(finding: Finding, book: Book) -> dict[Place, str]:
    """Return what would stand in the cells of a finding if they followed their pattern; nothing for other findings."""
    if finding.kind not in _BREAKS or finding.weight != Weight.WRONG or finding.right_formula is None:
        return {}
    first, places = finding.first, [place for area in finding.areas for place in area.places()]
    return {
        place: shifted(finding.right_formula, place.row - first.row, place.column - first.column)
        for place in places
        if place in book.cells and place not in book.filled
    }


def _faultless_with(mended: Mapping[Place, str], structure: Structure, book: Book) -> set[Place]:
    """Return the claims whose formulas are right with other formulas in some cells."""
    cells = {place: replace(book.cells[place], formula=formula) for place, formula in mended.items()}
    equations = equations_of(replace(book, cells={**book.cells, **cells}))
    again = judge(graph_of(equations, structure), structure.claims)
    return {entry.claim.cell for entry in again.entries if entry.verdict in (Verdict.RIGHT, Verdict.FOLLOWS)}


def _cause(place: Place, mends: Mapping[int, Collection[Place]], graph: Graph) -> int:
    """Return the first of the mended findings on whose cells a claim depends."""
    behind = graph.ancestors({cell_name(place)})
    depends = (index for index, cells in mends.items() if any(cell_name(cell) in behind for cell in cells))
    return next(depends, next(iter(mends)))
