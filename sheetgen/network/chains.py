"""The chain rule written out in full: every path from the loss to a weight, factor by factor."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from sheetgen.algebra.expr import ONE, Apply, Expr, Var, names
from sheetgen.network.graph import Graph, derivative_label, equation_of, layers

MAX_PATHS = 6
"""With more paths than this the chain starts from the backward quantities next to the weight instead."""

MAX_FACTORS = 30
"""In a network of more layers than this likewise."""


@dataclass(frozen=True)
class Factor:
    """One derivative of a chain: its label, ∂a/∂b, and its expression over the quantities."""

    label: str
    expr: Expr


Path = tuple[Factor, ...]


def paths(graph: Graph, weight: str) -> tuple[Path, ...]:
    """Return the paths whose products add up to ∂loss/∂weight, each from the loss to the weight."""
    full = _routes(graph, weight, MAX_PATHS + 1) if len(layers(graph)) <= MAX_FACTORS else []
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
        factors[0] = Factor(derivative_label(graph.loss, start), factors[0].expr)
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


def linear_units(graph: Graph) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the units z with z = Σ w·∂z/∂w over weights that nothing else uses, and those weights.

    For such a unit Σ w·∂E/∂w = z·∂E/∂z (Euler's theorem on homogeneous functions), biases included.
    """
    weights = set(graph.weights)
    units = []
    for quantity in graph.equations:
        used = tuple(dict.fromkeys(name for name in names(equation_of(quantity)) if name in weights))
        alone = all(graph.users[name] == [quantity.name] for name in used)
        if used and alone and graph.gradient(quantity.name) and _linear(equation_of(quantity), set(used)):
            units.append((quantity.name, used))
    return tuple(units)


def _linear(expr: Expr, weights: set[str]) -> bool:
    """Whether every term of a sum holds exactly one of the weights, as a factor."""
    if isinstance(expr, Apply) and expr.op in ("add", "sub", "neg"):
        return all(_linear(arg, weights) for arg in expr.args)
    if isinstance(expr, Apply) and expr.op == "mul":
        left, right = (weights.intersection(names(arg)) for arg in expr.args)
        inside = expr.args[0] if left else expr.args[1]
        return bool(left) != bool(right) and _linear(inside, weights)
    if isinstance(expr, Apply) and expr.op == "div":
        return not weights.intersection(names(expr.args[1])) and _linear(expr.args[0], weights)
    return isinstance(expr, Var) and expr.name in weights
