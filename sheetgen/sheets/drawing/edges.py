"""The edges of a drawn network: a line from each neuron to what is computed from it in the next layer.

An edge crosses the gap between two layers and nothing else, so that it hides no number: it ends beside the weight it
stands for, or beside the neuron where there is no weight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sheetgen.algebra.expr import names
from sheetgen.network.graph import equation_of
from sheetgen.network.products import factor_of
from sheetgen.page.shapes import Line, Spot
from sheetgen.sheets.drawing.layers import DrawnLayer

MANY_EDGES = 64
"""Where more cross between two layers they are thin, to be told apart."""

_GREY, _POSITIVE, _NEGATIVE = "98A2B3", "2E6FD8", "D9480F"
_THIN, _THICK, _THICK_AMONG_MANY = 0.75, 4.5, 2.0
_PLAIN = 1.25

WeightOf = Callable[[str], float]
"""Gives the value of a weight, which the thickness and the colour of its edge show."""


@dataclass(frozen=True)
class Edge:
    """What leads from one neuron to another; a weight has a place among the terms of the other."""

    source: str
    target: str
    weight: str | None = None
    place: int = 0


def edges(layer: DrawnLayer, before: DrawnLayer) -> list[Edge]:
    """Return the edges from the drawn neurons of one layer to those of the next."""
    sources = {neuron.name for neuron in before.neurons}
    found: list[Edge] = []
    for neuron in layer.neurons:
        if neuron.equation is None:
            continue
        factors = {name: factor_of(neuron, name) for name in layer.terms[neuron.name]}
        for place, (name, source) in enumerate(factors.items()):
            if source in sources:
                found.append(Edge(source, neuron.name, name, place))
        for source in dict.fromkeys(names(equation_of(neuron))):
            if source in sources and source not in factors.values():
                found.append(Edge(source, neuron.name))
    return found


def fans_in(drawn: list[Edge]) -> bool:
    """Whether several edges lead to one neuron: then lines say more than an arrow does."""
    targets = [edge.target for edge in drawn]
    return len(set(targets)) < len(targets)


class EdgePainter:
    """Makes lines of edges; those of weights show their values where ``weight_of`` gives them."""

    def __init__(self, weight_of: WeightOf | None, weights: tuple[str, ...]) -> None:
        self._weight_of = weight_of
        sizes = [abs(weight_of(weight)) for weight in weights] if weight_of else []
        self._largest = max(sizes, default=0.0) or 1.0

    def line(self, edge: Edge, start: Spot, end: Spot, among_many: bool) -> Line:
        """Return the line of an edge between two places."""
        alt = f"{edge.source} → {edge.target}"
        if edge.weight is None or self._weight_of is None:
            return Line(start, end, _GREY, _THIN if among_many else _PLAIN, alt)
        value = self._weight_of(edge.weight)
        thick = _THICK_AMONG_MANY if among_many else _THICK
        points = _THIN + (thick - _THIN) * abs(value) / self._largest
        return Line(start, end, _NEGATIVE if value < 0 else _POSITIVE, round(points, 2), f"{alt}, {edge.weight}")
