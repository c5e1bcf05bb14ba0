"""Where a number comes from that is only passed on."""

from __future__ import annotations

from sheetgen.algebra.expr import Var
from sheetgen.audit.book import Place
from sheetgen.audit.equations import Equations, cell_name, place_of


def source_of(equations: Equations, place: Place) -> Place:
    """Return the cell whose number a cell repeats, by references and nothing else; itself where it repeats none."""
    name, seen = cell_name(place), set[str]()
    while isinstance(expr := equations.exprs.get(name), Var) and name not in seen:
        seen.add(name)
        name = expr.name
    return place_of(name)
