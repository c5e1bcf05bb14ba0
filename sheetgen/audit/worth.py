"""What a formula would give in a cell."""

from __future__ import annotations

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS
from sheetgen.audit.book import Place
from sheetgen.audit.equations import NotUnderstood, expression
from sheetgen.audit.graph import Graph


def worth(graph: Graph, formula: str, place: Place) -> float | None:
    """Return the value that a formula would have in a cell, None where it has none."""
    try:
        return graph.evaluate(expression(formula, place, graph.equations.book)).value
    except (NotUnderstood, KeyError, *ARITHMETIC_ERRORS):
        return None
