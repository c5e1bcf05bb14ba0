"""Backpropagation: the chain rule gives a network its backward half, one named quantity at a time.

For each quantity between a weight and the loss, ∂E/∂q = Σ ∂E/∂c · ∂c/∂q over the quantities c that use q.
A derivative that is 1 gets no column of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sheetgen.algebra.calculus import derivatives
from sheetgen.algebra.expr import ONE, ZERO, Const, Expr, OverBatch, Var
from sheetgen.algebra.over_batch import SUM, over_batch
from sheetgen.algebra.simplify import add, mul
from sheetgen.errors import TemplateError
from sheetgen.network.graph import SAMPLE, Quantity, Section, derivative_label, layer_of, users
from sheetgen.network.over_batch import derivatives_over_batch

Slopes = Mapping[str, Mapping[str, Expr]]
"""For each equation its local derivatives that are not 0, by what it is differentiated by."""


def backward(
    equations: Mapping[str, Expr],
    total: str,
    weights: tuple[str, ...],
    gone_on_from: tuple[str, ...] = (),
    position: str = SAMPLE,
) -> tuple[Quantity, ...]:
    """Return the backward quantities, from the loss back, and then the gradient of each weight.

    ``equations`` come in topological order. ``gone_on_from`` are numbers of the row above that a gradient runs to, too:
    they come behind the other backward quantities, as far as they influence the loss. ``position`` counts the rows of
    a batch from 1.

    Where rows meet in a number of the whole batch, ∂E/∂q is what the losses of all rows together gain by the q of this
    row. By such a number each row's own equations have a derivative of theirs; their sum over the batch goes on.
    Raises TemplateError for a weight that the loss ignores.
    """
    slopes = {
        name: derivatives_over_batch(expr, position) if isinstance(expr, OverBatch) else derivatives(expr, Var(name))
        for name, expr in equations.items()
    }
    trained = depending_on({*weights, *gone_on_from}, slopes)
    used_by = users(equations)
    adjoint: dict[str, Expr] = {total: ONE}
    quantities = []
    for name in backward_order(equations):
        if name == total or name not in trained:
            continue
        slope, label = adjoint_of(name, used_by.get(name, ()), slopes, adjoint), derivative_label(total, name)
        if slope == ZERO:
            continue
        adjoint[name] = slope if slope == ONE else Var(label)
        expr = equations[name]
        if isinstance(expr, OverBatch) and isinstance(slope, Const):
            # The same in every row: it needs no column, and none in which the rows are added up.
            adjoint[name], slopes[name] = slope, derivatives_over_batch(expr, position, of_all=True)
        elif isinstance(expr, OverBatch):
            added_up = over_batch(SUM, label)
            quantities.append(Quantity(label, Section.BACKWARD, slope))
            quantities.append(Quantity(added_up, Section.BACKWARD, OverBatch(SUM, label)))
            adjoint[name] = Var(added_up)
        elif slope != ONE:
            quantities.append(Quantity(label, Section.BACKWARD, slope))
    for name in gone_on_from:
        slope = adjoint_of(name, used_by.get(name, ()), slopes, adjoint)
        if slope != ZERO:
            quantities.append(Quantity(derivative_label(total, name), Section.BACKWARD, slope))
    minimised = f"the loss {total}" + (" of its own row" if gone_on_from else "")
    return (*quantities, *(_gradient(name, total, minimised, used_by, slopes, adjoint) for name in weights))


def _gradient(
    name: str, total: str, minimised: str, used_by: Mapping[str, list[str]], slopes: Slopes, adjoint: Mapping[str, Expr]
) -> Quantity:
    slope = adjoint_of(name, used_by.get(name, ()), slopes, adjoint)
    if slope == ZERO:
        problem = f"{name} does not influence {minimised}, so it cannot be trained"
        raise TemplateError(problem, "use it or remove it", quantity=name)
    return Quantity(derivative_label(total, name), Section.GRADIENTS, slope)


def adjoint_of(name: str, using: Iterable[str], slopes: Slopes, adjoint: Mapping[str, Expr]) -> Expr:
    """Return Σ ∂E/∂c · ∂c/∂name over the users c of a quantity whose ∂E/∂c is not zero."""
    total: Expr = ZERO
    for user in using:
        if user in adjoint:
            total = add(total, mul(adjoint[user], slopes[user].get(name, ZERO)))
    return total


def depending_on(sources: set[str], slopes: Slopes) -> set[str]:
    """Return the equations that depend on any of the sources.

    What is held does not: the largest input of a softmax, subtracted for safety, gets no derivative.
    """
    depending = set(sources)
    for name, by_name in slopes.items():
        if not depending.isdisjoint(by_name):
            depending.add(name)
    return depending


def backward_order(equations: Mapping[str, Expr]) -> list[str]:
    """Return the equations in reverse order of their layers, in order of declaration inside a layer."""
    layer = layer_of(equations)
    return sorted(equations, key=lambda name: -layer[name])
