"""The graph of named quantities, and the chain rule that gives its backward half.

Every quantity is one column of the workbook. Backward quantities are read off the forward ones: for each
quantity between a weight and the loss, ∂E/∂q = Σ ∂E/∂c · ∂c/∂q over the quantities c that use q. A
derivative that is 1 gets no column of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush

from sheetgen.calculus import derivative
from sheetgen.expr import ONE, ZERO, Expr, Var, add, mul, names, sub

RATE = "η"
"""The name of the learning rate in update expressions."""

ITERATION = "iteration"
"""The label of the column that counts iterations."""


class Section(StrEnum):
    """The bands of a training sheet, in their order from left to right."""

    DATA = "data"
    WEIGHTS = "weights"
    FORWARD = "forward"
    LOSS = "loss"
    BACKWARD = "backward"
    GRADIENTS = "gradients"


class GraphError(ValueError):
    """Equations that form no network; ``quantity`` is the name to look for in the template."""

    def __init__(self, message: str, quantity: str) -> None:
        super().__init__(message)
        self.quantity = quantity


@dataclass(frozen=True)
class Quantity:
    """A named column. ``equation`` is None where the value is given: data, and states."""

    name: str
    section: Section
    equation: Expr | None = None


@dataclass(frozen=True)
class State:
    """What one iteration hands to the next, such as a weight.

    ``initial`` is its value at iteration 0, over the given numbers (a weight is given under its own name);
    ``update`` its next value, over the values of this iteration.
    """

    name: str
    initial: Expr
    update: Expr


@dataclass(frozen=True)
class Graph:
    """A network: its quantities in column order, its states, and the name of its loss."""

    quantities: tuple[Quantity, ...]
    states: tuple[State, ...]
    loss: str
    inputs: tuple[str, ...]
    targets: tuple[str, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The quantities' names, in column order."""
        return tuple(quantity.name for quantity in self.quantities)

    @cached_property
    def by_name(self) -> Mapping[str, Quantity]:
        """The quantities by name."""
        return {quantity.name: quantity for quantity in self.quantities}

    @cached_property
    def position(self) -> Mapping[str, int]:
        """The index of each quantity in a row of values."""
        return {name: index for index, name in enumerate(self.names)}

    def section(self, *sections: Section) -> tuple[Quantity, ...]:
        """Return the quantities of some sections, in column order."""
        return tuple(quantity for quantity in self.quantities if quantity.section in sections)

    @property
    def equations(self) -> tuple[Quantity, ...]:
        """The forward and loss equations, each after those it uses."""
        return self.section(Section.FORWARD, Section.LOSS)

    @property
    def derivatives(self) -> tuple[Quantity, ...]:
        """The backward quantities and gradients, each after those it uses."""
        return self.section(Section.BACKWARD, Section.GRADIENTS)

    @cached_property
    def users(self) -> Mapping[str, list[str]]:
        """For each quantity that is used, the equations that use it, in column order."""
        return _users({quantity.name: equation(quantity) for quantity in self.equations})

    @cached_property
    def influences(self) -> frozenset[str]:
        """The quantities that the loss depends on, itself included."""
        found = {self.loss}
        for quantity in reversed(self.equations):
            if quantity.name in found:
                found.update(names(equation(quantity)))
        return frozenset(found)

    def gradient(self, name: str) -> str | None:
        """Return the name of ∂loss/∂name, or None where that has no column (it is 1, or unneeded)."""
        label = partial(self.loss, name)
        return label if label in self.by_name else None

    def local(self, user: str, name: str) -> Expr:
        """Return the local derivative ∂user/∂name, in terms of the quantities."""
        return derivative(equation(self.by_name[user]), name, Var(user))


def equation(quantity: Quantity) -> Expr:
    """Return the equation of a quantity that has one."""
    assert quantity.equation is not None, f"{quantity.name} has no equation"
    return quantity.equation


def partial(over: str, under: str) -> str:
    """Return the label of a derivative: ``∂E_total/∂w1``."""
    return f"∂{over}/∂{under}"


def build(
    inputs: Iterable[str],
    targets: Iterable[str],
    parameters: Iterable[str],
    forward: Mapping[str, Expr],
    loss: Mapping[str, Expr],
) -> Graph:
    """Return the graph of a network trained by gradient descent.

    The loss that is minimised is the one equation of ``loss`` that no other equation uses.
    Raises GraphError for an unknown name, a cycle, a loss that is not one, a weight that the loss ignores.
    """
    inputs, targets, weights = tuple(inputs), tuple(targets), tuple(parameters)
    equations = {**forward, **loss}
    uses = {name: tuple(dict.fromkeys(names(expr))) for name, expr in equations.items()}
    _require_known(uses, {*inputs, *targets, *weights, *equations})
    _require_forward_first(forward, loss, uses)
    order = _topological(uses)
    total = _minimised(loss, uses)
    sections = dict.fromkeys(forward, Section.FORWARD) | dict.fromkeys(loss, Section.LOSS)
    derivatives = _chain_rule({name: equations[name] for name in order}, total, weights)
    return Graph(
        quantities=(
            *(Quantity(name, Section.DATA) for name in (*inputs, *targets)),
            *(Quantity(name, Section.WEIGHTS) for name in weights),
            *(Quantity(name, sections[name], equations[name]) for name in order),
            *derivatives,
        ),
        states=tuple(State(name, Var(name), _gradient_descent(name, total)) for name in weights),
        loss=total,
        inputs=inputs,
        targets=targets,
    )


def _gradient_descent(weight: str, loss: str) -> Expr:
    """Return w − η·∂loss/∂w."""
    return sub(Var(weight), mul(Var(RATE), Var(partial(loss, weight))))


def _require_known(uses: Mapping[str, tuple[str, ...]], known: set[str]) -> None:
    for name, used in uses.items():
        for other in used:
            if other not in known:
                close = get_close_matches(other, known, n=1)
                hint = f"did you mean {close[0]!r}?" if close else "declare it, or correct the name"
                raise GraphError(f"{name} uses {other!r}, which is declared nowhere; {hint}", name)


def _require_forward_first(
    forward: Iterable[str], loss: Mapping[str, Expr], uses: Mapping[str, tuple[str, ...]]
) -> None:
    for name in forward:
        for other in uses[name]:
            if other in loss:
                message = f"{name} uses {other!r} of [loss]; move {name} to [loss], or {other} to [forward]"
                raise GraphError(message, name)


def _topological(uses: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the equations, each after those it uses, otherwise as declared."""
    rank = {name: index for index, name in enumerate(uses)}
    sorter = TopologicalSorter({name: [o for o in used if o in uses] for name, used in uses.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1]
        path = " → ".join(reversed(cycle))
        message = f"the equations go round in a circle: {path}; each must use only earlier quantities"
        raise GraphError(message, min(cycle, key=rank.__getitem__)) from error
    order: list[str] = []
    ready: list[int] = []
    declared = tuple(uses)
    while sorter.is_active():
        for name in sorter.get_ready():
            heappush(ready, rank[name])
        order.append(declared[heappop(ready)])
        sorter.done(order[-1])
    return tuple(order)


def _minimised(loss: Mapping[str, Expr], uses: Mapping[str, tuple[str, ...]]) -> str:
    """Return the loss equation that no other equation uses."""
    used = {name for others in uses.values() for name in others}
    last = [name for name in loss if name not in used]
    if len(last) != 1:
        message = (
            f"[loss] ends in {len(last)} quantities ({', '.join(last)}); exactly one must be left that no"
            " other equation uses, the one to minimise: add their sum"
        )
        raise GraphError(message, last[-1])
    return last[0]


def _chain_rule(equations: Mapping[str, Expr], total: str, weights: tuple[str, ...]) -> tuple[Quantity, ...]:
    """Return the backward quantities, from the loss back, and then the gradient of each weight."""
    trained = _depending_on(set(weights), equations)
    users = _users(equations)
    adjoint: dict[str, Expr] = {total: ONE}
    backward = []
    for name in _backward_order(equations):
        if name == total or name not in trained:
            continue
        found = _adjoint(name, users.get(name, ()), equations, adjoint)
        if found != ZERO:
            adjoint[name] = found if found == ONE else Var(partial(total, name))
        if found not in (ZERO, ONE):
            backward.append(Quantity(partial(total, name), Section.BACKWARD, found))
    gradients = []
    for name in weights:
        found = _adjoint(name, users.get(name, ()), equations, adjoint)
        if found == ZERO:
            message = f"{name} does not influence the loss {total}, so it cannot be trained; use it or remove it"
            raise GraphError(message, name)
        gradients.append(Quantity(partial(total, name), Section.GRADIENTS, found))
    return (*backward, *gradients)


def _adjoint(name: str, users: Iterable[str], equations: Mapping[str, Expr], adjoint: Mapping[str, Expr]) -> Expr:
    """Return Σ ∂E/∂c · ∂c/∂name over the users c of a quantity whose ∂E/∂c is not zero."""
    total: Expr = ZERO
    for user in users:
        if user in adjoint:
            total = add(total, mul(adjoint[user], derivative(equations[user], name, Var(user))))
    return total


def _users(equations: Mapping[str, Expr]) -> dict[str, list[str]]:
    """For each name, return the equations that use it, in their order."""
    found: dict[str, list[str]] = {}
    for user, expr in equations.items():
        for name in dict.fromkeys(names(expr)):
            found.setdefault(name, []).append(user)
    return found


def _depending_on(sources: set[str], equations: Mapping[str, Expr]) -> set[str]:
    """Return the equations that depend on any of the sources; the equations come in topological order."""
    found = set(sources)
    for name, expr in equations.items():
        if not found.isdisjoint(names(expr)):
            found.add(name)
    return found


def _backward_order(equations: Mapping[str, Expr]) -> list[str]:
    """Return the equations in reverse order of their layers, in order of declaration inside a layer."""
    layer = _layer_of(equations)
    return sorted(equations, key=lambda name: -layer[name])


def _layer_of(equations: Mapping[str, Expr]) -> dict[str, int]:
    """Return the layer of each equation: one more than the deepest that it uses, from 1."""
    layer: dict[str, int] = {}
    for name, expr in equations.items():
        layer[name] = 1 + max((layer[used] for used in names(expr) if used in layer), default=0)
    return layer


def layers(graph: Graph) -> tuple[tuple[Quantity, ...], ...]:
    """Return the forward and loss quantities layer by layer, each layer using only earlier ones."""
    layer = _layer_of({quantity.name: equation(quantity) for quantity in graph.equations})
    found: list[list[Quantity]] = [[] for _ in range(max(layer.values()))]
    for quantity in graph.equations:
        found[layer[quantity.name] - 1].append(quantity)
    return tuple(tuple(quantities) for quantities in found)
