"""Claims and updates that begin in rows which were left out: what lies behind them is not read, so none is judged."""

from __future__ import annotations

from dataclasses import replace

from sheetgen.audit.book import Place
from sheetgen.audit.claims import Claim, Structure, Update
from sheetgen.audit.equations import cell_name, place_of
from sheetgen.audit.graph import Graph


def without_severed(structure: Structure, graph: Graph) -> Structure:
    """Return a structure with the claims and updates that depend on no row that is left out, but by a parameter."""
    if not graph.equations.book.left_out:
        return structure
    severed = _severed(graph)

    def is_whole(claim: Claim) -> bool:
        cells = (claim.cell, claim.of, *claim.also, claim.by, *claim.summed)
        return not any(is_left_out(place) for place in cells)

    def is_left_out(place: Place) -> bool:
        return cell_name(place) in severed or graph.equations.book.is_left_out(place)

    def follows(update: Update) -> bool:
        used = map(place_of, graph.slopes(cell_name(update.new)))
        return not is_left_out(update.old) and not any(map(is_left_out, used))

    claims, updates = filter(is_whole, structure.claims), filter(follows, structure.updates)
    return replace(structure, claims=tuple(claims), updates=tuple(updates))


def _severed(graph: Graph) -> set[str]:
    """Return the cells whose values, at these numbers, follow from a cell that is left out, but for the parameters."""
    found: set[str] = set()
    left_out: dict[str, bool] = {}
    for name in graph.order:
        if name in graph.ends:
            continue
        for other in graph.slopes(name):
            if other in found:
                found.add(name)
                break
            if other in graph.position or other in graph.ends:
                continue
            if other not in left_out:
                left_out[other] = graph.equations.book.is_left_out(place_of(other))
            if left_out[other]:
                found.add(name)
                break
    return found
