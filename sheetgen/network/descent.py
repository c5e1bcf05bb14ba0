"""A network becomes a training: columns that count, weights that follow the row above, an optimiser's columns.

With batches a row is one sample of one iteration. Weights and the optimiser's memory repeat the row above
inside a batch; the memory moves in a batch's last row, the weights in the first row of the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sheetgen.algebra.expr import ZERO, Before, Const, Expr, Var, names, simplify, substitute
from sheetgen.algebra.parser import parse
from sheetgen.network.graph import (
    BASE_RATE,
    BATCH,
    EPOCH,
    ITERATION,
    POSITION,
    RATE,
    SAMPLE,
    SAMPLES,
    Graph,
    Quantity,
    Section,
    derivative_label,
    mean,
)
from sheetgen.network.optimizers import OPTIMIZERS, SCHEDULES, Choice, StateColumn


@dataclass(frozen=True)
class Descent:
    """How a network is trained: on batches of so many samples, by an optimiser, at a rate that may move.

    ``scheduled`` gives the learning rate a column of its own, even where it is constant.
    """

    optimizer: Choice
    schedule: Choice
    scheduled: bool = False
    batch: int = 1
    samples: int = 1

    @property
    def position(self) -> str:
        """The column that counts the rows of a batch: the sample itself, where a batch has all of them."""
        return SAMPLE if self.batch == self.samples else POSITION


def train(network: Graph, plan: Descent) -> Graph:
    """Return the network with the columns of its training."""
    means = tuple(_means(network, plan))
    rate = Var(RATE)
    columns = {ITERATION, *network.names, *(q.name for q in means)} | ({RATE} if plan.scheduled else set())
    memory: list[Quantity] = []
    updates: dict[str, Expr] = {}
    for weight in network.weights:
        bound = _bound(network, plan, weight) | {"η": rate}
        kept = tuple(_memory(OPTIMIZERS[plan.optimizer.name].columns, weight, bound, plan))
        memory += kept
        step = _read(OPTIMIZERS[plan.optimizer.name].step, bound)
        updates[weight] = _on_start(plan, _above(step, columns | {q.name for q in kept}), weight)
    quantities = [
        replace(q, equation=updates[q.name]) if q.name in updates else q for q in (*network.quantities, *means)
    ]
    return replace(network, quantities=(*_steps(plan), *quantities, *memory))


def _read(text: str, bound: Mapping[str, Expr]) -> Expr:
    """Read an equation of the tables, its placeholders replaced; settings stand for themselves."""
    return substitute(parse(text), lambda name: bound.get(name, Var(name)))


def _above(expr: Expr, columns: set[str]) -> Expr:
    """Return an expression over the row above: its columns are looked up there, its constants are not."""
    return substitute(expr, lambda name: Before(name) if name in columns else Var(name))


# --- the columns that count ---


def _steps(plan: Descent) -> Iterator[Quantity]:
    above: dict[str, Expr] = {"i": Before(ITERATION), "k": Before(plan.position), "n": Var(BATCH)}
    count = "i + 1" if plan.batch == 1 else "where(k == n, i + 1, i)"
    yield _counted(ITERATION, count, above, 0)
    if 1 < plan.batch < plan.samples:
        yield _counted(POSITION, "where(k == n, 1, k + 1)", above, 1)
    if plan.samples > 1:
        turn: dict[str, Expr] = {"s": Before(SAMPLE), "all": Var(SAMPLES), "e": Before(EPOCH)}
        yield _counted(SAMPLE, "mod(s, all) + 1", turn, 1)
        if plan.batch < plan.samples:
            yield _counted(EPOCH, "where(s == all, e + 1, e)", turn, 1)
    if plan.scheduled:
        course = _read(SCHEDULES[plan.schedule.name].equation, {"eta0": Var(BASE_RATE)})
        yield Quantity(RATE, Section.STEP, course)


def _counted(name: str, text: str, bound: Mapping[str, Expr], first: int) -> Quantity:
    return Quantity(name, Section.STEP, _read(text, bound), Const(float(first)))


# --- the means of a batch ---


def _means(network: Graph, plan: Descent) -> Iterator[Quantity]:
    """Yield the running mean, over a batch, of the loss, of each metric and of each weight's gradient."""
    if plan.batch == 1:
        return
    gradients = (derivative_label(network.loss, weight) for weight in network.weights)
    for name in (network.loss, *(q.name for q in network.metrics), *gradients):
        bound: dict[str, Expr] = {"k": Var(plan.position), "m": Before(mean(name)), "x": Var(name), "n": Var(BATCH)}
        later = _read("where(k == 1, 0, m) + x/n", bound)
        yield Quantity(mean(name), Section.MEANS, later, _read("x/n", bound))


# --- the update ---


def _bound(network: Graph, plan: Descent, weight: str) -> dict[str, Expr]:
    slope = derivative_label(network.loss, weight)
    return {"w": Var(weight), "g": Var(slope if plan.batch == 1 else mean(slope)), "iteration": Var(ITERATION)}


def _memory(columns: tuple[StateColumn, ...], weight: str, bound: dict[str, Expr], plan: Descent) -> Iterator[Quantity]:
    """Yield an optimiser's columns for one weight, and bind their letters for what comes after them."""
    for column in columns:
        label = column.label(weight)
        remembers = column.letter in names(parse(column.equation))
        later = _read(column.equation, bound | {column.letter: Before(label)})
        first = simplify(_read(column.equation, bound | {column.letter: ZERO})) if remembers else None
        if remembers and plan.batch > 1:
            inside = {"k": Var(plan.position), "n": Var(BATCH), "new": later, "old": Before(label)}
            first, later = ZERO, _read("where(k == n, new, old)", inside)
        yield Quantity(label, Section.OPTIMIZER, later, first)
        bound[column.letter] = Var(label)


def _on_start(plan: Descent, update: Expr, weight: str) -> Expr:
    """Let a weight move in the first row of a batch only."""
    if plan.batch == 1:
        return update
    return _read("where(k == 1, new, old)", {"k": Var(plan.position), "new": update, "old": Before(weight)})
