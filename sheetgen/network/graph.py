"""The graph of named quantities: every quantity is one column of the workbook, in the order of the columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from sheetgen.algebra import rows
from sheetgen.algebra.calculus import derivatives
from sheetgen.algebra.evaluate import expanded
from sheetgen.algebra.expr import ZERO, Before, Expr, OverBatch, Var, befores, names, needs, substitute
from sheetgen.algebra.order import in_order
from sheetgen.algebra.textbook import Textbook

RATE, BASE_RATE = "η", "η₀"
"""The learning rate, and the one that a schedule starts from."""

ITERATION, EPOCH, TURN, SAMPLE, POSITION = "iteration", "epoch", "in epoch", "sample", "in batch"
"""The labels of the columns that count: iterations, passes over the samples, turns of a pass, samples, rows of a
batch."""

SAMPLES, BATCH = "samples", "batch"
"""The number of samples, and of those that one update averages over."""


class Section(StrEnum):
    """The bands of a training sheet, in their order from left to right."""

    STEP = "step"
    DATA = "data"
    WEIGHTS = "weights"
    STATE = "state"
    BATCH = "over the batch"
    FORWARD = "forward"
    LOSS = "loss"
    METRICS = "metrics"
    BACKWARD = "backward"
    GRADIENTS = "gradients"
    ABOVE = "row above"
    MEANS = "batch means"
    OPTIMIZER = "optimiser"


def section_of(table: str) -> Section:
    """Return the band in which the quantities of a template's table stand."""
    if table == "parameters":
        return Section.WEIGHTS
    return Section.DATA if table in ("inputs", "targets", "data") else Section(table)


@dataclass(frozen=True)
class Quantity:
    """A named column.

    ``equation`` gives it over the quantities of its own row and those of the row above (`Before`). It is
    None for data and for parameters held fixed. ``first`` is the equation of the first row where that
    differs; the first value of a weight is given.
    """

    name: str
    section: Section
    equation: Expr | None = None
    first: Expr | None = None

    @property
    def is_given(self) -> bool:
        """Whether its value in the first row is a number that a person may change."""
        return self.section in (Section.DATA, Section.WEIGHTS)

    @cached_property
    def spelled_out(self) -> Expr | None:
        """Its equation as a spreadsheet spells it: with what primitives stand for written out."""
        return None if self.equation is None else expanded(self.equation)

    @property
    def looks_above(self) -> bool:
        """Whether its equation takes numbers of the row above beside those of its own row."""
        return self.section in (Section.STATE, Section.ABOVE)

    @property
    def is_over_batch(self) -> bool:
        """Whether it is one number for all rows of a batch, made of what another quantity is in each."""
        return isinstance(self.equation, OverBatch)

    @property
    def becomes(self) -> bool:
        """Whether its equation tells how it becomes another than in the row above: a reader sees := before it."""
        return not self.looks_above and (self.first is not None or self.is_given)

    @cached_property
    def printed(self) -> str | None:
        """Its equation as a textbook prints it, behind its name."""
        if self.equation is None:
            return None
        return f"{self.name} {':=' if self.becomes else '='} {Textbook().write(as_read(self))}"

    def in_row(self, first: bool) -> Expr | None:
        """Return the equation of the first row, or of any later one; None where the number is given."""
        if not first:
            return self.equation
        return None if self.is_given else self.first or self.equation


@dataclass(frozen=True)
class State:
    """A forward quantity that the next row goes on from.

    With ``resets`` it begins anew with every epoch. With ``learns`` the gradient of a row's loss also runs through the
    row above, where the quantity was computed, and no further; without, what a row goes on from is a number like data.
    """

    name: str
    resets: bool = False
    learns: bool = False


@dataclass(frozen=True)
class Running:
    """A fixed parameter that follows a number of the whole batch, ``of``, once a batch: a running statistic.

    ``equation`` gives the next value over what it was, the parameters and the numbers of the batch. Where samples are
    evaluated, beside the training, the parameter stands for what it follows.
    """

    name: str
    of: str
    equation: Expr


@dataclass(frozen=True)
class Player:
    """A loss, and the weights that go down along it and no other, where several losses are minimised."""

    loss: str
    weights: tuple[str, ...]


@dataclass(frozen=True)
class Graph:
    """A network: its quantities in column order, and the names of its loss, data and parameters.

    ``weights`` are trained; ``fixed`` are parameters that keep their values, or are ``running``. ``states`` go on from
    row to row.
    Where nothing is trained ``loss`` is empty. With ``players`` the loss is the sum of theirs, in which each holds what
    the others train, so that the derivative of the sum by a weight is that of its player's loss.
    """

    quantities: tuple[Quantity, ...]
    loss: str
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    weights: tuple[str, ...]
    fixed: tuple[str, ...] = ()
    states: tuple[State, ...] = ()
    players: tuple[Player, ...] = ()
    running: tuple[Running, ...] = ()

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

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names of the trained weights and of the parameters held fixed, in column order."""
        return tuple(quantity.name for quantity in self.section(Section.WEIGHTS))

    @cached_property
    def preparing(self) -> frozenset[str]:
        """The parameters held fixed that act on data before any weight does, as the numbers that scale a column do."""
        reached, acting = set(self.weights), set[str]()
        for quantity in self.equations:
            used = set(names(equation_of(quantity)))
            if not reached.isdisjoint(used):
                reached.add(quantity.name)
                acting |= used
        return frozenset(self.fixed) - acting

    @property
    def trains(self) -> bool:
        """Whether anything is trained; without a loss the network is run forward only."""
        return bool(self.loss)

    @property
    def gone_on_from(self) -> tuple[str, ...]:
        """What a row takes from the one above it: ``previous(h)`` of each state h."""
        return tuple(rows.previous(state.name) for state in self.states)

    @property
    def over_batch(self) -> tuple[Quantity, ...]:
        """What is made of the rows of a batch together, in column order."""
        return tuple(quantity for quantity in self.quantities if quantity.is_over_batch)

    @property
    def equations(self) -> tuple[Quantity, ...]:
        """The forward and loss equations, each after those it uses in its row."""
        return self.section(Section.FORWARD, Section.LOSS)

    @cached_property
    def flow(self) -> tuple[Quantity, ...]:
        """The forward and loss equations, and what they take from the whole batch, each after all that it rests on."""
        batch = self.section(Section.BATCH)
        if not batch:
            return self.equations
        flowing = {quantity.name: quantity for quantity in (*batch, *self.equations)}
        order = in_order({name: tuple(dict.fromkeys(needs(equation_of(q)))) for name, q in flowing.items()})
        return tuple(flowing[name] for name in order if name in flowing)

    @property
    def metrics(self) -> tuple[Quantity, ...]:
        """The equations that are watched and not minimised, such as the accuracy."""
        return self.section(Section.METRICS)

    @property
    def derivatives(self) -> tuple[Quantity, ...]:
        """The backward quantities and gradients, each after those it uses."""
        return self.section(Section.BACKWARD, Section.GRADIENTS)

    @cached_property
    def carried(self) -> tuple[str, ...]:
        """The quantities that the row below refers to, in column order."""
        used = {name for q in self.quantities if q.equation is not None for name in befores(q.equation)}
        return tuple(name for name in self.names if name in used)

    @cached_property
    def users(self) -> Mapping[str, list[str]]:
        """For each quantity that is used, the equations that use it, in column order."""
        return users({quantity.name: equation_of(quantity) for quantity in self.flow})

    @cached_property
    def ways(self) -> Mapping[str, list[str]]:
        """For each quantity that influences the loss, the equations through which it does, in column order.

        Where a derivative is zero, as that of ``held(m)``, nothing is influenced.
        """
        ways: dict[str, list[str]] = {self.loss: []} if self.trains else {}
        for user in reversed(self.flow):
            if user.name in ways:
                for name in dict.fromkeys(needs(equation_of(user))):
                    if user.is_over_batch or self.local(user.name, name) != ZERO:
                        ways.setdefault(name, []).insert(0, user.name)
        return ways

    @cached_property
    def influences(self) -> frozenset[str]:
        """The quantities that the loss depends on, itself included."""
        return frozenset(self.ways)

    @property
    def losses(self) -> tuple[str, ...]:
        """What is minimised, and behind it the losses of several players, of which that is the sum."""
        return tuple(filter(None, (self.loss, *(player.loss for player in self.players))))

    @property
    def watched(self) -> tuple[str, ...]:
        """What is followed through the training: the loss, those of several players, and the metrics."""
        return (*self.losses, *(metric.name for metric in self.metrics))

    def minimised(self, name: str) -> str:
        """Return the loss that is differentiated by a quantity: that of the player it belongs to, if there are any."""
        return next((loss for loss, reached in self._reached.items() if name in reached), self.loss)

    @cached_property
    def _reached(self) -> Mapping[str, set[str]]:
        """For each player's loss, the quantities that it depends on, itself included."""
        reached: dict[str, set[str]] = {player.loss: {player.loss} for player in self.players}
        for user in reversed(self.equations):
            for of_one in reached.values():
                if user.name in of_one:
                    of_one.update(self._local[user.name])
        return reached

    def slope(self, name: str) -> str:
        """Return the label of the derivative by a quantity: ∂loss/∂name."""
        return derivative_label(self.minimised(name), name)

    def gradient(self, name: str) -> str | None:
        """Return the name of ∂loss/∂name, or None where that has no column (it is 1, or unneeded)."""
        label = self.slope(name)
        return label if label in self.by_name else None

    def descended(self, weight: str) -> str:
        """Return the label of the gradient that an update takes: ∂loss/∂weight, or the sum of two rows."""
        slope = self.slope(weight)
        return of_two_rows(slope) if of_two_rows(slope) in self.by_name else slope

    def local(self, user: str, name: str) -> Expr:
        """Return the local derivative ∂user/∂name, in terms of the quantities."""
        return self._local[user].get(name, ZERO)

    @cached_property
    def _local(self) -> Mapping[str, Mapping[str, Expr]]:
        """The local derivatives of each equation that are not 0, by what it is differentiated by."""
        return {quantity.name: derivatives(equation_of(quantity), Var(quantity.name)) for quantity in self.equations}


def equation_of(quantity: Quantity) -> Expr:
    """Return the equation of a quantity that has one."""
    assert quantity.equation is not None, f"{quantity.name} has no equation"
    return quantity.equation


def as_read(quantity: Quantity) -> Expr:
    """Return the equation of a quantity for a person, who takes its own name behind := for the value before.

    What the row above has is ``above(q)`` where it stands beside this row's own numbers. The value before of another
    quantity says so; that of a weight is over the row above as a whole, and needs no word for it.
    """
    equation = equation_of(quantity)
    if quantity.section in (Section.WEIGHTS, Section.STEP):
        return equation
    if quantity.looks_above:
        return substitute(equation, Var, lambda name: Var(rows.above(name)))
    own = quantity.name
    return substitute(equation, Var, lambda name: Before(name) if name == own else Var(one_update_before(name)))


def derivative_label(over: str, under: str) -> str:
    """Return the label of a derivative: ``∂E_total/∂w1``."""
    return f"∂{over}/∂{under}"


def denominator(label: str) -> str:
    """Return the quantity by which a derivative is taken, of its label."""
    return label.partition("/∂")[2]


def mean(name: str) -> str:
    """Return the label of the mean of a quantity over the rows of a batch so far."""
    return f"mean {name}"


def one_update_before(name: str) -> str:
    """Return what a quantity's value one row above is called where that must be told."""
    return f"previous {name}"


def of_two_rows(gradient: str) -> str:
    """Return the label of a gradient together with that by the weight of the row above."""
    return f"two-row {gradient}"


def users(equations: Mapping[str, Expr]) -> dict[str, list[str]]:
    """For each name, return the equations that use it, in their order."""
    users_of: dict[str, list[str]] = {}
    for user, expr in equations.items():
        for name in dict.fromkeys(needs(expr)):
            users_of.setdefault(name, []).append(user)
    return users_of


def layer_of(equations: Mapping[str, Expr]) -> dict[str, int]:
    """Return the layer of each equation: one more than the deepest that it uses, from 1."""
    layer: dict[str, int] = {}
    for name, expr in equations.items():
        layer[name] = 1 + max((layer[used] for used in needs(expr) if used in layer), default=0)
    return layer


def layers(graph: Graph) -> tuple[tuple[Quantity, ...], ...]:
    """Return the forward and loss quantities layer by layer, each layer using only earlier ones."""
    layer = layer_of({quantity.name: equation_of(quantity) for quantity in graph.equations})
    by_layer: list[list[Quantity]] = [[] for _ in range(max(layer.values()))]
    for quantity in graph.equations:
        by_layer[layer[quantity.name] - 1].append(quantity)
    return tuple(map(tuple, by_layer))
