"""A suggested formula computed as any other in the workbook, and held against the exact derivative."""

from __future__ import annotations

from collections.abc import Iterable

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS
from sheetgen.audit.adjoints import allows
from sheetgen.audit.book import Place
from sheetgen.audit.equations import NotUnderstood, cell_name, expression
from sheetgen.audit.graph import Graph
from sheetgen.audit.mistakes.mistake import Context, WrongClaim
from sheetgen.audit.tape import names_in
from sheetgen.xlsx.formulas import shifted


def is_right(text: str, wrong: WrongClaim, context: Context) -> bool:
    """Whether a formula, given as it reads in the first place, has the exact value in all places at all points."""
    home = anchor(context, wrong.places[0])
    for place, right in zip(wrong.places, wrong.right, strict=True):
        stands = anchor(context, place)
        try:
            here = shifted(text, stands.row - home.row, stands.column - home.column)
            expr = expression(here, stands, context.book, (place.row - stands.row, place.column - stands.column))
            if _depends(context.graph, names_in(expr), {cell_name(one) for one in wrong.places}):
                return False
            for graph, slope in zip(context.points, right, strict=True):
                if slope is not None and not allows(slope, graph.evaluate(expr)):
                    return False
        except (NotUnderstood, KeyError, *ARITHMETIC_ERRORS):
            return False
    return True


def anchor(context: Context, place: Place) -> Place:
    """Return the cell in which the formula stands that gives a cell its value."""
    cell = context.book.formula_cell(place)
    return place if cell is None else cell.place


def _depends(graph: Graph, names: Iterable[str], on: set[str]) -> bool:
    """Whether one of some cells is one of others, or depends on it."""
    ahead = list(names)
    seen = set(ahead)
    while ahead:
        name = ahead.pop()
        if name in on:
            return True
        if name in graph.ends:
            continue
        for other in graph.uses.get(name, ()):
            if other not in seen:
                seen.add(other)
                ahead.append(other)
    return False
