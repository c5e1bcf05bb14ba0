"""Notes on labels: what a quantity is in the field's words, how it follows from others, and its equation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from sheetgen.algebra.expr import Apply, Var, names
from sheetgen.algebra.ops import PRIMITIVES
from sheetgen.algebra.rows import above, previous
from sheetgen.network.graph import (
    EPOCH,
    ITERATION,
    POSITION,
    RATE,
    SAMPLE,
    TURN,
    Quantity,
    Section,
    denominator,
    derivative_label,
    equation_of,
    mean,
    of_two_rows,
)
from sheetgen.network.optimizers import ALL_WEIGHTS, optimizer_of, schedule_of
from sheetgen.network.products import factor_of, is_added
from sheetgen.network.study import Study
from sheetgen.sheet_names import DATA, EPOCHS, INPUTS, TEST
from sheetgen.sheets.section_words import section_words

MOST_NOTES = 1_000
"""Up to so many columns of a sheet every label has a note."""
OF_A_SECTION = MOST_NOTES // 10  # a wide sheet has no more: states are those of templates in numbers
"""On a wider sheet so many labels of each section have one, the first: the others there are alike."""
_LONGEST_EQUATION = 240
_FEW = 4
"""Up to so many quantities are named one by one."""

_COUNTERS = {
    ITERATION: "The updates done so far: the weights of this row are those after so many.",
    POSITION: "Which row of the batch this is, from 1.",
    TURN: "Which turn of the pass over the samples this is, from 1.",
    SAMPLE: f"Which sample of the sheet {DATA} this row shows.",
    EPOCH: "Which pass over all samples this is, from 1.",
}


class Notes:
    """The notes on the labels of one training sheet."""

    def __init__(self, study: Study, variant: int) -> None:
        self._study, self._variant = study, study.variants[variant]
        self._network, self._graph = study.network, study.graphs[variant]
        self._kinds: Mapping[Section, Callable[[str], Sequence[str]]] = {
            Section.STEP: self._step,
            Section.DATA: self._data,
            Section.WEIGHTS: self._parameter,
            Section.STATE: self._state_before,
            Section.BATCH: self._over_batch,
            Section.FORWARD: self._computed,
            Section.LOSS: self._loss,
            Section.METRICS: lambda name: ["Metric: watched, and not minimised."],
            Section.BACKWARD: self._derivative,
            Section.GRADIENTS: self._gradient,
            Section.ABOVE: self._above,
            Section.MEANS: self._mean,
            Section.OPTIMIZER: self._state,
        }

    @cached_property
    def noted(self) -> frozenset[str]:
        """The quantities whose labels have a note: all, or on a wide sheet the first ones of each section."""
        if len(self._graph.names) <= MOST_NOTES:
            return frozenset(self._graph.names)
        return frozenset(q.name for section in Section for q in self._graph.section(section)[:OF_A_SECTION])

    def note(self, quantity: Quantity, equation: str | None) -> str:
        """Return the note on a quantity with such an `equation_text`: its name, what it is, how it follows."""
        lines = [quantity.name, *self._kinds[quantity.section](quantity.name)]
        if equation is not None:
            lines.append(equation if len(equation) <= _LONGEST_EQUATION else "The equation stands below the label.")
        return "\n".join(lines)

    # --- what the quantities of each section are, line by line ---

    def _step(self, name: str) -> list[str]:
        if name == RATE:
            return [f"Learning rate of this row: {schedule_of(self._variant.schedule).title}."]
        return [_COUNTERS[name]]

    def _data(self, name: str) -> list[str]:
        if name == SAMPLE:
            return [_COUNTERS[SAMPLE]]
        source = f"from the sheet {DATA if self._study.samples else INPUTS}"
        if name in self._network.inputs:
            return [f"Input of the network, {source}."]
        return [f"Target, {source}: what the network is to give."]

    def _parameter(self, name: str) -> list[str]:
        kind, roles = self._role(name)
        if not self._network.trains:
            return [f"{kind}: {roles}, from the sheet {INPUTS}."]
        if running := [one for one in self._network.running if one.name == name]:
            where = f", and stands for it on {self._evaluating}" if self._evaluating else ""
            return [f"Running statistic: it follows {running[0].of}, once a batch{where}."]
        if name in self._network.fixed:
            return [f"{kind}, held fixed: {roles}."]
        return [f"{kind}: {roles}. It starts from the sheet {INPUTS}, and moves with every update."]

    @property
    def _evaluating(self) -> str:
        """The sheets on which samples are evaluated beside the training."""
        study = self._study
        return " and ".join(sheet for sheet, there in ((EPOCHS, study.evaluates), (TEST, study.test)) if there)

    def _role(self, name: str) -> tuple[str, str]:
        """Return what a parameter is called, and what it does in the equations that use it."""
        users = self._network.users.get(name, [])
        factors = {user: factor_of(self._summed(user), name) for user in users}
        products = [f"{factor} in {user}" for user, factor in factors.items() if factor]
        sums = [user for user in users if not factors[user] and is_added(self._summed(user), name)]
        others = [user for user in users if not factors[user] and user not in sums]
        roles = [
            f"{does} {_listed(where)}"
            for does, where in (("multiplies", products), ("is added in", sums), ("enters", others))
            if where
        ]
        return "Weight" if products else "Bias" if sums else "Parameter", ", ".join(roles) or "nothing uses it"

    def _summed(self, name: str) -> Quantity:
        """Return a quantity with what its activation is taken of as its equation, where it has one."""
        quantity = self._network.by_name[name]
        equation = equation_of(quantity)
        if isinstance(equation, Apply) and PRIMITIVES[equation.op].kind == "activation":
            return replace(quantity, equation=equation.args[0])
        return quantity

    def _state_before(self, name: str) -> list[str]:
        """Return what a row goes on from, where it begins anew, and whether the gradient runs on."""
        state = next(state for state in self._network.states if previous(state.name) == name)
        begins = "the first row of every epoch" if state.resets else "the first row"
        gradient = (
            "The gradient runs through the row above, and no further."
            if state.learns
            else "The gradient is cut here: it is a number like an input."
        )
        return [f"{state.name} of the row above; in {begins} its start, from the sheet {INPUTS}.", gradient]

    def _over_batch(self, name: str) -> list[str]:
        """Return which rows a number of the whole batch is made of."""
        every = "all samples" if self._study.batch == self._study.count else "the samples of the batch"
        return [f"Over the batch: one number of {every}, the same in all their rows."]

    def _computed(self, name: str) -> list[str]:
        if any(state.name == name for state in self._network.states):
            return [*self._forward(name), "The next row goes on from it."]
        return self._forward(name)

    def _forward(self, name: str) -> list[str]:
        equation = equation_of(self._network.by_name[name])
        if isinstance(equation, Apply) and PRIMITIVES[equation.op].kind == "activation":
            operand = equation.args[0]
            of = operand.name if isinstance(operand, Var) else "its net input"
            return [f"Activation: {equation.op.replace('_', ' ')} of {of}, what this neuron passes on."]
        parameters = [used for used in dict.fromkeys(names(equation)) if used in self._network.parameters]
        factors = [factor for used in parameters if (factor := factor_of(self._network.by_name[name], used))]
        if factors:
            return [f"Net input of a neuron: {_listed(factors)}, weighted and added up."]
        users = self._network.users.get(name, [])
        if not users and any(state.name == name for state in self._network.states):
            return ["State: it is computed for the row below."]
        if not users:
            if not self._network.trains:
                return ["Computed by the network; nothing else uses it."]
            return [f"Computed beside the network: the loss {self._network.loss} does not depend on it."]
        way = "on the way to the loss" if self._network.trains else "by the network"
        return [f"Computed {way}; enters {_listed(users)}."]

    def _loss(self, name: str) -> list[str]:
        if name == self._network.loss:
            return [f"Loss: {section_words(self._network)[Section.LOSS]}. Training makes it smaller."]
        for player in self._network.players:
            if name == player.loss:
                return [f"Loss that {_listed(player.weights)} are trained on, and nothing else is."]
        return [f"Part of the loss {self._network.loss}."]

    def _derivative(self, label: str) -> list[str]:
        if self._network.by_name[label].is_over_batch:
            by = label.partition("(")[2][:-1]
            return [f"Over the batch: {by} of all its rows, added up. So much the losses of all gain by that number."]
        name = denominator(label)
        loss = self._network.minimised(name)
        meaning = f"Derivative of the loss {loss} with respect to {name}: how much {loss} changes per unit of {name}."
        return [meaning, *self._chain_rule(name)]

    def _gradient(self, label: str) -> list[str]:
        name = denominator(label)
        loss = self._network.minimised(name)
        kind = self._role(name)[0].lower()
        meaning = f"Gradient of the loss {loss} with respect to the {kind} {name}: how steeply {loss} rises with it."
        return [meaning, *self._chain_rule(name)]

    def _above(self, label: str) -> list[str]:
        loss = self._network.loss
        if label.startswith(of_two_rows("")):
            return [
                "What the update takes: the gradient by the weight of this row and, through what this row goes on from,"
                " by that of the row above."
            ]
        name = denominator(label)[len(above("")) - 1 : -1]
        what = "weight" if name in self._network.weights else "quantity"
        return [
            f"Derivative of this row's loss {loss} with respect to the {what} {name} of the row above, through what"
            " this row goes on from; 0 where there is no row above, or a state begins anew."
        ]

    def _chain_rule(self, name: str) -> list[str]:
        """Return through which other quantities the loss depends on one, as a sum of products of derivatives."""
        loss, ways = self._network.minimised(name), self._network.ways[name]
        if ways == [loss]:
            return []
        if len(ways) > _FEW:
            return [f"Chain rule: a sum over {_listed(ways)}."]
        terms = [
            f"({derivative_label(loss, way)})·({derivative_label(way, name)})"
            if way != loss
            else f"the direct effect of {name} on {loss}"
            for way in ways
        ]
        return [f"Chain rule: {' + '.join(terms)}."]

    def _mean(self, name: str) -> list[str]:
        return [f"Running mean of {name.removeprefix(mean(''))} over a batch, complete in the batch's last row."]

    @cached_property
    def _states(self) -> Mapping[str, str]:
        """What the optimiser's columns are, by their labels."""
        optimizer = optimizer_of(self._variant.optimizer)
        title = optimizer.title[0].upper() + optimizer.title[1:]
        return {
            column.label(weight): ": ".join(filter(None, (f"{title}, for {weight}", column.meaning))) + "."
            for column in optimizer.columns
            for weight in ((ALL_WEIGHTS,) if column.total else self._network.weights)
        }

    def _state(self, name: str) -> list[str]:
        return [self._states[name]]


def equation_text(quantity: Quantity) -> str | None:
    """Return the equation of a quantity that has one, as a textbook prints it; the counter of iterations needs none."""
    return None if quantity.name == ITERATION else quantity.printed


def _listed(some: Sequence[str]) -> str:
    """Name some things, the first few of many."""
    if len(some) > _FEW:
        return f"{', '.join(some[:_FEW])} and {len(some) - _FEW} more"
    return " and ".join([", ".join(some[:-1]), some[-1]] if len(some) > 1 else some)
