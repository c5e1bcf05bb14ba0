"""On which side of its kinks a network is: a number that changes where relu, abs, max, where or floor do.

Between two networks with different numbers there is no one slope, and a central difference is no derivative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce

from sheetgen.algebra.arrays import applied
from sheetgen.algebra.evaluate import expanded
from sheetgen.algebra.expr import Apply, Const, Expr, Var
from sheetgen.algebra.ops import PRIMITIVES
from sheetgen.algebra.over_batch import PLACE
from sheetgen.network.graph import Graph, equation_of

_BASE, _MOST = 5, 20
"""A sign changes by at most 2, so sums of signs times powers of 5 differ where any sign does; 5^20 is exact."""


def branches(graph: Graph, equation: Callable[[Expr], Expr]) -> tuple[Expr, ...]:
    """Return numbers that tell the branches of a network; ``equation`` is how an equation of it is written there.

    Which row of a batch has the largest number is such a branch, and a number already.
    """
    sides = dict.fromkeys(side for q in graph.equations for side in _sides(expanded(equation(equation_of(q)))))
    listed = list(sides)
    places = [Var(q.name) for q in graph.equations if q.is_over_batch and q.name.startswith(PLACE)]
    return (*(_number(listed[first : first + _MOST]) for first in range(0, len(listed), _MOST)), *places)


def margins(branch: Expr) -> Iterator[Expr]:
    """Yield what a number of `branches` takes the signs of: a network stands at a kink where it is 0."""
    yield from (node.args[0] for node in applied(branch) if node.op == "sign")


def _sides(expr: Expr) -> Iterator[Expr]:
    for node in applied(expr):
        if node.op in ("abs", "sign"):
            yield Apply("sign", node.args)
        elif node.op in ("max", "min") or PRIMITIVES[node.op].kind == "comparison":
            yield Apply("sign", (Apply("sub", node.args),))
        elif node.op == "floor":
            yield node


def _number(sides: list[Expr]) -> Expr:
    terms = [Apply("mul", (Const(float(_BASE**power)), side)) for power, side in enumerate(sides)]
    return reduce(lambda left, right: Apply("add", (left, right)), terms)
