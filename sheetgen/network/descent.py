"""A network becomes a training: columns that count, weights that follow the row above, an optimiser's columns.

With batches a row is one sample of one iteration. Weights and the optimiser's memory repeat the row above
inside a batch; the memory moves in a batch's last row, the weights in the first row of the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sheetgen.algebra.expr import ZERO, Before, Const, Expr, Var, names, substitute
from sheetgen.algebra.parser import parse_row
from sheetgen.algebra.simplify import simplify
from sheetgen.network.graph import (
    BASE_RATE,
    BATCH,
    EPOCH,
    ITERATION,
    POSITION,
    RATE,
    SAMPLE,
    SAMPLES,
    TURN,
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

    ``scheduled`` gives the learning rate a column of its own, even where it is constant. ``shuffled`` looks up
    which sample has its turn; otherwise the samples come in their own order. ``compact`` lets what an optimiser
    derives from its memory, such as Adam's moments without their bias, stand in the update, and gives it no columns.
    """

    optimizer: Choice
    schedule: Choice
    scheduled: bool = False
    batch: int = 1
    samples: int = 1
    shuffled: bool = False
    compact: bool = False

    @property
    def position(self) -> str:
        """The column that counts the rows of a batch: the sample itself, where a batch has all of them."""
        return SAMPLE if self.batch == self.samples else POSITION


def train(network: Graph, descent: Descent) -> Graph:
    """Return the network with the columns of its training."""
    means = tuple(_means(network, descent))
    optimizer = OPTIMIZERS[descent.optimizer.name]
    columns = {ITERATION, *network.names, *(q.name for q in means)} | ({RATE} if descent.scheduled else set())
    memory: list[Quantity] = []
    updates: dict[str, Expr] = {}
    for weight in network.weights:
        meanings = _meanings(network, descent, weight)
        state = tuple(_memory(optimizer.columns, weight, meanings, descent))
        memory += state
        step = _above(_parsed(optimizer.step, meanings), columns, {q.name for q in state})
        updates[weight] = _on_start(descent, step, weight)
    quantities = [
        replace(q, equation=updates[q.name]) if q.name in updates else q for q in (*network.quantities, *means)
    ]
    return replace(network, quantities=(*_steps(descent), *quantities, *memory))


def _parsed(text: str, meanings: Mapping[str, Expr]) -> Expr:
    """Return an equation of the tables with its letters replaced by what they mean; other names stay."""
    return substitute(parse_row(text), lambda name: meanings.get(name, Var(name)))


def _above(expr: Expr, *columns: set[str]) -> Expr:
    """Return an expression over the row above: its columns are looked up there, its constants are not."""
    return substitute(expr, lambda name: Before(name) if any(name in some for some in columns) else Var(name))


# --- the columns that count ---


def _steps(descent: Descent) -> Iterator[Quantity]:
    above: dict[str, Expr] = {"i": Before(ITERATION), "k": Before(descent.position), "n": Var(BATCH)}
    count = "i + 1" if descent.batch == 1 else "where(k == n, i + 1, i)"
    yield _counted(ITERATION, count, above, 0)
    if 1 < descent.batch < descent.samples:
        yield _counted(POSITION, "where(k == n, 1, k + 1)", above, 1)
    if descent.samples > 1:
        counter = TURN if descent.shuffled else SAMPLE
        turn: dict[str, Expr] = {"s": Before(counter), "all": Var(SAMPLES), "e": Before(EPOCH)}
        yield _counted(counter, "where(s == all, 1, s + 1)", turn, 1)
        if descent.batch < descent.samples:
            yield _counted(EPOCH, "where(s == all, e + 1, e)", turn, 1)
    if descent.scheduled:
        course = _parsed(SCHEDULES[descent.schedule.name].equation, {"eta0": Var(BASE_RATE)})
        yield Quantity(RATE, Section.STEP, course)
    if descent.shuffled:
        yield Quantity(SAMPLE, Section.DATA)


def _counted(name: str, text: str, meanings: Mapping[str, Expr], first: int) -> Quantity:
    return Quantity(name, Section.STEP, _parsed(text, meanings), Const(float(first)))


# --- the means of a batch ---


def _means(network: Graph, descent: Descent) -> Iterator[Quantity]:
    """Yield the running mean, over a batch, of the loss, of each metric and of each weight's gradient."""
    if descent.batch == 1:
        return
    gradients = (derivative_label(network.loss, weight) for weight in network.weights)
    for name in (network.loss, *(q.name for q in network.metrics), *gradients):
        yield running_mean(name, descent.position, BATCH)


def running_mean(name: str, position: str, count: str) -> Quantity:
    """Return the mean of a quantity over so many rows, whole in the last; ``position`` counts them from 1."""
    label = mean(name)
    meanings: dict[str, Expr] = {"k": Var(position), "m": Before(label), "x": Var(name), "n": Var(count)}
    later = _parsed("where(k == 1, 0, m) + x/n", meanings)
    return Quantity(label, Section.MEANS, later, _parsed("x/n", meanings))


# --- the update ---


def _meanings(network: Graph, descent: Descent, weight: str) -> dict[str, Expr]:
    """Return what the letters of an optimiser's equations mean for one weight."""
    slope = derivative_label(network.loss, weight)
    gradient = slope if descent.batch == 1 else mean(slope)
    return {"w": Var(weight), "g": Var(gradient), RATE: Var(RATE), ITERATION: Var(ITERATION)}


def _memory(
    columns: tuple[StateColumn, ...], weight: str, meanings: dict[str, Expr], descent: Descent
) -> Iterator[Quantity]:
    """Yield an optimiser's columns for one weight; their letters gain a meaning for what comes after them."""
    for column in columns:
        label = column.label(weight)
        remembers = column.letter in names(parse_row(column.equation))
        later = _parsed(column.equation, meanings | {column.letter: Before(label)})
        if descent.compact and not remembers:
            meanings[column.letter] = later
            continue
        first = simplify(_parsed(column.equation, meanings | {column.letter: ZERO})) if remembers else None
        if remembers and descent.batch > 1:
            inside = {"k": Var(descent.position), "n": Var(BATCH), "new": later, "old": Before(label)}
            first, later = ZERO, _parsed("where(k == n, new, old)", inside)
        yield Quantity(label, Section.OPTIMIZER, later, first)
        meanings[column.letter] = Var(label)


def _on_start(descent: Descent, update: Expr, weight: str) -> Expr:
    """Let a weight move in the first row of a batch only."""
    if descent.batch == 1:
        return update
    return _parsed("where(k == 1, new, old)", {"k": Var(descent.position), "new": update, "old": Before(weight)})
