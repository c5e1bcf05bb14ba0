"""What goes on from row to row: the columns that bring it down, and backpropagation through the row above.

A row's loss E depends on the weights w of its row and, through a state h that it goes on from, on those of the row
above, which h was computed with: E(w, h(above(w), …)). The gradient through one step is the derivative by both,
∂E/∂w + ∂E/∂above(w), with what the row above went on from held constant (truncated backpropagation through time:
Williams and Peng, Neural Computation 2, 1990, of length 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sheetgen.algebra.calculus import derivatives
from sheetgen.algebra.expr import ZERO, Before, Expr, Var, substitute
from sheetgen.algebra.parser import parse_row
from sheetgen.algebra.rows import above, previous, start
from sheetgen.algebra.simplify import add, mul
from sheetgen.network.backprop import Slopes, backward_order, depending_on
from sheetgen.network.graph import SAMPLE, Quantity, Section, State, derivative_label, of_two_rows, users


def brought_down(states: Iterable[State]) -> Iterator[Quantity]:
    """Yield the column of what each state goes on from: its value in the row above, or the number it starts with."""
    for state in states:
        begins = Var(start(state.name))
        later = _unless_new(state, Before(state.name), begins)
        yield Quantity(previous(state.name), Section.STATE, later, begins)


def _unless_new(state: State, goes_on: Expr, begins: Expr) -> Expr:
    """Return what holds where a row goes on from the one above, or else where the state begins anew."""
    if not state.resets:
        return goes_on
    meanings = {"k": Var(SAMPLE), "new": begins, "old": goes_on}
    return substitute(parse_row("where(k == 1, new, old)"), meanings.__getitem__)


def through_the_row_above(
    equations: Mapping[str, Expr], loss: str, weights: tuple[str, ...], states: Iterable[State], here: Iterable[str]
) -> Iterator[Quantity]:
    """Yield ∂loss/∂above(q) for the quantities and then the weights of the row above, and the gradients of two rows.

    ``equations`` are those of the forward half, in topological order; ``here`` are the labels of the derivatives of the
    row itself. In the first row of a training there is no row above, and these derivatives are 0.
    """
    slopes = {name: derivatives(expr, Var(name)) for name, expr in equations.items()}
    adjoint = {
        state.name: _unless_new(state, Var(label), ZERO)
        for state in states
        if (label := derivative_label(loss, previous(state.name))) in here
    }
    used_by, trained = users(equations), depending_on(set(weights), slopes)
    for name in backward_order(equations):
        slope = _above(name, adjoint.get(name, ZERO), used_by, slopes, adjoint)
        if name not in trained or slope == ZERO:
            adjoint.pop(name, None)
        elif isinstance(slope, Var):
            adjoint[name] = slope
        else:
            label = derivative_label(loss, above(name))
            yield Quantity(label, Section.ABOVE, slope, ZERO)
            adjoint[name] = Var(label)
    sums: dict[str, Expr] = {weight: Var(derivative_label(loss, weight)) for weight in weights}
    for weight in weights:
        slope = _above(weight, ZERO, used_by, slopes, adjoint)
        if slope != ZERO:
            label = derivative_label(loss, above(weight))
            yield Quantity(label, Section.ABOVE, slope, ZERO)
            sums[weight] = add(sums[weight], Var(label))
    if adjoint:
        for weight, both in sums.items():
            yield Quantity(of_two_rows(derivative_label(loss, weight)), Section.ABOVE, both)


def _above(name: str, own: Expr, used_by: Mapping[str, list[str]], slopes: Slopes, adjoint: Mapping[str, Expr]) -> Expr:
    """Return what the loss gains by a quantity of the row above: ``own``, and through those there that use it."""
    slope = own
    for user in used_by.get(name, ()):
        if user in adjoint:
            local = slopes[user].get(name, ZERO)
            slope = add(slope, mul(adjoint[user], substitute(local, Before)))
    return slope
