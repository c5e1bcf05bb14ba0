"""The numbers of networks whose parameters are moved along a direction, computed as their formulas do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS, evaluate_expanded, expanded
from sheetgen.algebra.expr import Apply, Expr, Held, OverBatch, Var, held_names
from sheetgen.errors import UsageError
from sheetgen.network.bounds_over_batch import bounded_over_batch
from sheetgen.network.error_bounds import Bounded, BoundedNumbers, Known, compiled
from sheetgen.network.graph import Graph, Quantity, equation_of
from sheetgen.network.tolerance import Tolerance
from sheetgen.network.whole_batch import WholeBatch
from sheetgen.sheets.branches import branches, margins
from sheetgen.sheets.directions import Direction


def held(graph: Graph) -> tuple[str, ...]:
    """Return the quantities with equations that others hold constant, as they are called in a network or a batch."""
    constant = {name for quantity in graph.equations for name in held_names(with_held(equation_of(quantity)))}
    return tuple(quantity.name for quantity in graph.equations if quantity.name in constant)


def with_held(expr: Expr, inside: bool = False) -> Expr:
    """Return an expression whose held parts are those of the network as it is."""
    if isinstance(expr, Apply):
        return Apply(expr.op, tuple([with_held(arg, inside or expr.op == "held") for arg in expr.args]))
    return Held(expr.name) if inside and isinstance(expr, Var) else expr


@dataclass(frozen=True)
class Point:
    """Where the loss is differentiated.

    For each input, target, parameter, held quantity and what a row goes on from: a reference to it, its value, and how
    far off that may be in units of an operation's relative error. ``epsilon`` is a reference to ε, ``step`` its value;
    ``sheet`` and ``remedy`` are for the message where a moved network has no value.
    """

    reference: Callable[[str], str]
    value: Callable[[str], float]
    error: Callable[[str], float]
    epsilon: str
    step: Callable[[], float]
    sheet: str
    remedy: str


@dataclass(frozen=True)
class MovedNetwork:
    """A moved network: the value of each quantity, how far off it may be, and the numbers of its branches.

    ``undecided`` says that rounding alone decides on which side of a kink it is.
    """

    values: Mapping[str, float]
    errors: Mapping[str, float]
    branches: tuple[float, ...]
    undecided: bool


class MovedNetworks:
    """The moved networks at one point, each computed when it is asked for first.

    ``graph`` is what each computes: the network for one sample, or for a whole batch whose rows meet.
    """

    def __init__(self, whole: WholeBatch, point: Point) -> None:
        self.whole, self.graph, self.point = whole, whole.graph, point
        self.branches = branches(self.graph, with_held)
        self._equations = [(quantity.name, self._bounded(quantity)) for quantity in self.graph.equations]
        self._margins = [compiled(expanded(margin)) for branch in self.branches for margin in margins(branch)]
        self._sides = [expanded(branch) for branch in self.branches]
        self._computed: dict[tuple[Direction, int], MovedNetwork] = {}

    def _bounded(self, quantity: Quantity) -> Bounded:
        """Return the function of a quantity, with its error bound."""
        expr = equation_of(quantity)
        if isinstance(expr, OverBatch):
            return bounded_over_batch(expr.function, self.whole.of_all(expr.name))
        return compiled(expanded(with_held(expr)))

    def at(self, direction: Direction, multiple: int) -> MovedNetwork:
        """Return the network moved by so many ε along a direction.

        Raises UsageError at the edge of a function's domain.
        """
        if (direction, multiple) not in self._computed:
            self._computed[direction, multiple] = self._compute(direction, multiple)
        return self._computed[direction, multiple]

    def _compute(self, direction: Direction, multiple: int) -> MovedNetwork:
        graph, point = self.graph, self.point
        given = (*graph.inputs, *graph.targets, *graph.fixed, *graph.weights, *graph.gone_on_from)
        values = {name: point.value(name) for name in given}
        errors = {name: point.error(name) for name in given}
        unmoved = BoundedNumbers(point.value, point.error)
        if multiple:
            for weight, component in direction.components.items():
                step = multiple * point.step() * component
                errors[weight] += abs(values[weight]) + 2 * abs(step)
                values[weight] += step
        numbers = BoundedNumbers(values.__getitem__, errors.__getitem__)
        known = Known(numbers, 1.0, held=unmoved)
        for name, bounded in self._equations:
            try:
                values[name], errors[name] = bounded(known)
            except ARITHMETIC_ERRORS:
                raise UsageError(self._edge(direction, multiple, name)) from None
        undecided = any(_near_zero(*margin(known)) for margin in self._margins)
        undecided |= any(errors[place] > 0 for place in self.whole.order)
        sides = tuple(evaluate_expanded(side, values.__getitem__, held=point.value) for side in self._sides)
        return MovedNetwork(values, errors, sides, undecided)

    def _edge(self, direction: Direction, multiple: int, quantity: str) -> str:
        """Say that the parameters stand at the edge of a function's domain."""
        step, moved = abs(multiple) * self.point.step(), tuple(direction.components)
        alone = f"{moved[0]} = {self.point.value(moved[0])!r} is" if len(moved) == 1 else "the parameters are"
        by = f"±{step!r}" if len(moved) == 1 else f"up to ±{step!r} each"
        which = moved[0] if len(moved) == 1 else "them"
        return (
            f"{quantity} has no value when {alone} moved by {by}, as the central difference on {self.point.sheet} does;"
            f" {self.point.remedy.format(weight=which)}"
        )


def _near_zero(margin: float, bound: float) -> bool:
    """Whether rounding may decide the sign of a margin; a margin of exactly 0 is 0 in every spreadsheet."""
    return 0 < abs(margin) <= Tolerance.atol * bound
