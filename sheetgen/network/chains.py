"""The chain rule written out in full: every path from the loss to a weight, factor by factor."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from sheetgen.algebra.expr import ONE, Const, Expr, OverBatch, Var
from sheetgen.algebra.over_batch import SUM, over_batch, parts
from sheetgen.algebra.simplify import mul
from sheetgen.limits import FEW_WEIGHTS
from sheetgen.network.graph import BATCH, SAMPLE, Graph, Section, denominator, derivative_label, layers
from sheetgen.network.over_batch import derivatives_over_batch

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


def paths(graph: Graph, weight: str, position: str = SAMPLE) -> tuple[Path, ...]:
    """Return the paths whose products add up to ∂loss/∂weight, each from the loss to the weight.

    They are of one row. A path that comes to a number of the whole batch begins with what the losses of all rows gain
    by that; ``position`` counts the rows of a batch. In place of a weight it may be asked for such a number.
    """
    chains = _Chains(graph, position)
    in_full = len(graph.weights) <= FEW_WEIGHTS and len(layers(graph)) <= MAX_FACTORS
    full = chains.routes(weight, MAX_PATHS + 1) if in_full else []
    if 0 < len(full) <= MAX_PATHS:
        return tuple(chains.path(route) for route in full)
    return tuple(chains.short(user, weight) for user in _ways(graph, weight))


def gathered(graph: Graph) -> tuple[str, ...]:
    """Return the numbers of a whole batch whose derivatives are added up over its rows, from the loss back."""
    added_up = [parts(q.name) for q in graph.section(Section.BACKWARD) if q.is_over_batch]
    return tuple(denominator(of_row[1]) for of_row in added_up if of_row)


def constant_slope(graph: Graph, name: str) -> float:
    """Return ∂loss/∂name in one row for a number of the whole batch of which that has no column: it is constant."""
    slopes = [graph.local(user, name) for user in _ways(graph, name)]
    return sum(slope.value for slope in slopes if isinstance(slope, Const))


def _ways(graph: Graph, name: str) -> list[str]:
    """Return the users of a quantity through which it influences the loss."""
    return graph.ways.get(name, [])


@dataclass(frozen=True)
class _Chains:
    """The chains of one row of a network."""

    graph: Graph
    position: str

    def routes(self, name: str, most: int) -> list[tuple[str, ...]]:
        """Return up to ``most`` routes of quantities from a name up to the loss, or to a number of the whole batch."""
        if name == self.graph.loss:
            return [(name,)]
        routes: list[tuple[str, ...]] = []
        for user in _ways(self.graph, name):
            above = [(user,)] if self._is_over_batch(user) else self.routes(user, most - len(routes))
            routes += [(name, *route) for route in above]
            if len(routes) >= most:
                break
        return routes

    def path(self, route: tuple[str, ...]) -> Path:
        """Return the factors along a route; derivatives of 1 next to the loss are left out."""
        graph, down = self.graph, route[::-1]
        factors = [self._local(user, name) for user, name in pairwise(down)]
        if self._is_over_batch(down[0]):
            return (self._of_all_rows(down[0]), *factors)
        dropped = 0
        while len(factors) > 1 and factors[0].expr == ONE:
            factors.pop(0)
            dropped += 1
        start = down[dropped + 1]
        if all(_ways(graph, below) == [above] for above, below in pairwise(down[: dropped + 2])):
            factors[0] = Factor(graph.slope(start), factors[0].expr)
        return tuple(factors)

    def short(self, user: str, weight: str) -> Path:
        """Return the one-step chain ∂loss/∂user · ∂user/∂weight, the first factor being a column."""
        local = self._local(user, weight)
        if self._is_over_batch(user):
            return (self._of_all_rows(user), local)
        gradient = self.graph.gradient(user)
        return (Factor(gradient, Var(gradient)), local) if gradient else (local,)

    def _is_over_batch(self, name: str) -> bool:
        quantity = self.graph.by_name.get(name)
        return quantity is not None and quantity.is_over_batch

    def _local(self, user: str, name: str) -> Factor:
        """Return ∂user/∂name; "direct" where the loss depends on the name in other ways too, so that it is not all."""
        equation = self.graph.by_name[user].equation
        if isinstance(equation, OverBatch):
            return Factor(derivative_label(user, name), derivatives_over_batch(equation, self.position)[name])
        direct = user == self.graph.loss and _ways(self.graph, name) != [user]
        return Factor(derivative_label(user, name) + " direct" * direct, self.graph.local(user, name))

    def _of_all_rows(self, name: str) -> Factor:
        """Return what the losses of all rows gain by a number of the whole batch."""
        label = over_batch(SUM, self.graph.slope(name))
        if label in self.graph.by_name:
            return Factor(label, Var(label))
        return Factor(label, mul(Const(constant_slope(self.graph, name)), Var(BATCH)))
