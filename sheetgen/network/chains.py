"""The chain rule written out in full: every path from the loss to a weight, factor by factor."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from sheetgen.algebra.expr import ONE, Expr, Var
from sheetgen.limits import FEW_WEIGHTS
from sheetgen.network.graph import Graph, derivative_label, layers

MAX_PATHS = 6
"""With more paths than this the chain starts from the backward quantities next to the weight instead."""

MAX_FACTORS = 30
"""In a network of more layers than this likewise, and in one of more weights than FEW_WEIGHTS."""


@dataclass(frozen=True)
class Factor:
    """One derivative of a chain: its label, ∂a/∂b, and its expression over the quantities."""

    label: str
    expr: Expr


Path = tuple[Factor, ...]


def paths(graph: Graph, weight: str) -> tuple[Path, ...]:
    """Return the paths whose products add up to ∂loss/∂weight, each from the loss to the weight."""
    in_full = len(graph.weights) <= FEW_WEIGHTS and len(layers(graph)) <= MAX_FACTORS
    full = _routes(graph, weight, MAX_PATHS + 1) if in_full else []
    if 0 < len(full) <= MAX_PATHS:
        return tuple(_path(graph, route) for route in full)
    return tuple(_short(graph, user, weight) for user in _ways(graph, weight))


def _ways(graph: Graph, name: str) -> list[str]:
    """Return the users of a quantity through which it influences the loss."""
    return graph.ways.get(name, [])


def _routes(graph: Graph, name: str, most: int) -> list[tuple[str, ...]]:
    """Return up to ``most`` routes of quantities from a name up to the loss."""
    if name == graph.loss:
        return [(name,)]
    routes: list[tuple[str, ...]] = []
    for user in _ways(graph, name):
        routes += [(name, *route) for route in _routes(graph, user, most - len(routes))]
        if len(routes) >= most:
            break
    return routes


def _path(graph: Graph, route: tuple[str, ...]) -> Path:
    """Return the factors along a route; derivatives of 1 next to the loss are left out."""
    down = route[::-1]
    factors = [_local(graph, user, name) for user, name in pairwise(down)]
    dropped = 0
    while len(factors) > 1 and factors[0].expr == ONE:
        factors.pop(0)
        dropped += 1
    start = down[dropped + 1]
    if all(_ways(graph, below) == [above] for above, below in pairwise(down[: dropped + 2])):
        factors[0] = Factor(graph.slope(start), factors[0].expr)
    return tuple(factors)


def _local(graph: Graph, user: str, name: str) -> Factor:
    """Return ∂user/∂name; "direct" where the loss depends on the name in other ways too, so that it is not all."""
    direct = user == graph.loss and _ways(graph, name) != [user]
    return Factor(derivative_label(user, name) + " direct" * direct, graph.local(user, name))


def _short(graph: Graph, user: str, weight: str) -> Path:
    """Return the one-step chain ∂loss/∂user · ∂user/∂weight, the first factor being a column."""
    local = _local(graph, user, weight)
    gradient = graph.gradient(user)
    return (Factor(gradient, Var(gradient)), local) if gradient else (local,)
