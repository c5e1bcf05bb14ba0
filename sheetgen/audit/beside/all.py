"""Everything that is found in a workbook beside its gradients."""

from __future__ import annotations

from collections.abc import Iterable

from sheetgen.audit.beside.anchors import findings_on_anchors
from sheetgen.audit.beside.broken import findings_on_lines
from sheetgen.audit.beside.charts import findings_on_charts
from sheetgen.audit.beside.doubled import findings_on_doubles
from sheetgen.audit.beside.drift import findings_on_drift
from sheetgen.audit.beside.lines import lines_of
from sheetgen.audit.beside.rates import findings_on_rates, rates_used
from sheetgen.audit.beside.settings import findings_on_settings
from sheetgen.audit.beside.stale import findings_on_values
from sheetgen.audit.book import Book
from sheetgen.audit.claims import Structure
from sheetgen.audit.equations import Equations, cell_name, place_of
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.graph import Graph


def findings_beside(book: Book, equations: Equations, structure: Structure, graph: Graph) -> list[Finding]:
    """Return what is wrong with a workbook and is no gradient, what makes it wrong first."""
    lines = lines_of(equations)
    matter = _matter(structure, graph)
    referred = {place_of(other) for names in graph.uses.values() for other in names}
    rates = rates_used(structure, graph)
    found = [
        *findings_on_settings(graph, matter),
        *findings_on_values(graph),
        *findings_on_lines(lines, graph),
        *findings_on_drift(book, lines, referred),
        *findings_on_anchors(graph, lines, matter),
        *findings_on_doubles(graph, structure, lines, matter),
        *findings_on_rates(book, structure, rates),
        *findings_on_charts(graph, lines, rates),
    ]
    return sorted(found, key=lambda finding: finding.weight != Weight.WRONG)


def _matter(structure: Structure, graph: Graph) -> set[str]:
    """Return the names of the losses, the gradients, the updates, and of all cells that they depend on.

    Of a workbook in which nothing of the kind was found every formula counts.
    """
    ends = {claim.cell for claim in structure.claims} | {update.new for update in structure.updates}
    ahead = [cell_name(place) for place in ends | set(structure.losses)]
    return _behind(graph, ahead) if ahead else set(graph.equations.exprs)


def _behind(graph: Graph, names: Iterable[str]) -> set[str]:
    ahead = list(names)
    seen = set(ahead)
    while ahead:
        fresh = [other for other in graph.uses.get(ahead.pop(), ()) if other not in seen]
        seen.update(fresh)
        ahead += fresh
    return seen
