"""A network becomes a training: columns that count, weights that follow the row above, an optimiser's columns.

With batches a row is one sample of one iteration. Weights and the optimiser's memory repeat the row above
inside a batch; the memory moves in a batch's last row, the weights in the first row of the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from sheetgen.algebra.expr import Apply, Before, Const, Expr, Var, befores, substitute
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
    mean,
)
from sheetgen.network.optimizers import Choice, Optimizer, StateColumn, optimizer_of, schedule_of

_MOST_ADDED = 100
"""Of more terms of a sum, groups are added up."""


@dataclass(frozen=True)
class Descent:
    """How a network is trained: on batches of so many samples, by an optimiser, at a rate that may move.

    ``scheduled`` gives the learning rate a column of its own, even where it is constant. ``shuffled`` looks up
    which sample has its turn; otherwise the samples come in their own order. ``compact`` lets what an optimiser
    derives from its memory, such as Adam's moments without their bias, stand in the update, and gives it no columns.
    """

    optimizer: Choice
    schedule: Choice
    scheduled: bool
    batch: int
    samples: int
    shuffled: bool
    compact: bool

    @property
    def position(self) -> str:
        """The column that counts the rows of a batch: the sample itself, where a batch has all of them."""
        return position_in(self.batch, self.samples)


def position_in(batch: int, samples: int) -> str:
    """Return the column that counts the rows of a batch, of so many samples."""
    return SAMPLE if batch == samples else POSITION


def train(network: Graph, descent: Descent) -> Graph:
    """Return the network with the columns of its training."""
    means = tuple(_means(network, descent))
    steps = tuple(_steps(descent)) if network.trains else (_samples(),)
    optimizer = optimizer_of(descent.optimizer)
    meanings = {weight: _meanings(network, descent, optimizer, weight) for weight in network.weights}
    memory = tuple(_columns(optimizer, meanings, descent))
    columns = {quantity.name for quantity in (*steps, *network.quantities, *means, *memory)}
    updates = {
        weight: _on_start(descent, _above(_parsed(optimizer.step, meanings[weight]), columns), weight)
        for weight in network.weights
    }
    updates |= {one.name: _on_start(descent, _above(one.equation, columns), one.name) for one in network.running}
    quantities = [
        replace(q, equation=updates[q.name]) if q.name in updates else q for q in (*network.quantities, *means)
    ]
    return replace(network, quantities=(*steps, *quantities, *memory))


def _parsed(text: str, meanings: Mapping[str, Expr]) -> Expr:
    """Return an equation of the tables with its letters replaced by what they mean; other names stay."""
    return substitute(parse_row(text), lambda name: meanings.get(name, Var(name)))


def _above(expr: Expr, columns: set[str]) -> Expr:
    """Return an expression over the row above: its columns are looked up there, its constants are not."""
    return substitute(expr, lambda name: Before(name) if name in columns else Var(name))


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
        course = _parsed(schedule_of(descent.schedule).equation, {"eta0": Var(BASE_RATE), EPOCH: _epoch(descent)})
        yield Quantity(RATE, Section.STEP, course)
    if descent.shuffled:
        yield Quantity(SAMPLE, Section.DATA)


def at_place(equation: Expr, begins: bool) -> Expr:
    """Return what an update comes to in a row that begins a batch, or in one that does not."""
    assert isinstance(equation, Apply), equation
    _, update, stay = equation.args
    return update if begins else stay


def _samples() -> Quantity:
    """Return what counts the rows where nothing is trained: a sample each."""
    return _counted(SAMPLE, "s + 1", {"s": Before(SAMPLE)}, 1)


def _epoch(descent: Descent) -> Expr:
    """Return which pass over the samples a row belongs to: a column, or that of the iteration where it has them all."""
    return Var(EPOCH) if descent.batch < descent.samples else _parsed("iteration + 1", {})


def _counted(name: str, text: str, meanings: Mapping[str, Expr], first: int) -> Quantity:
    return Quantity(name, Section.STEP, _parsed(text, meanings), Const(float(first)))


# --- the means of a batch ---


def _means(network: Graph, descent: Descent) -> Iterator[Quantity]:
    """Yield the running mean, over a batch, of the losses, of each metric and of each weight's gradient."""
    if descent.batch == 1:
        return
    for name in (*network.watched, *map(network.slope, network.weights)):
        yield running_mean(name, descent.position, BATCH)


def running_mean(name: str, position: str, count: str) -> Quantity:
    """Return the mean of a quantity over so many rows, whole in the last; ``position`` counts them from 1."""
    label = mean(name)
    meanings: dict[str, Expr] = {"k": Var(position), "m": Before(label), "x": Var(name), "n": Var(count)}
    later = _parsed("where(k == 1, 0, m) + x/n", meanings)
    return Quantity(label, Section.MEANS, later, _parsed("x/n", meanings))


# --- the update ---


def _meanings(network: Graph, descent: Descent, optimizer: Optimizer, weight: str) -> dict[str, Expr]:
    """Return what the letters of an optimiser's equations mean for one weight."""
    slope = network.slope(weight)
    gradient = network.descended(weight) if descent.batch == 1 else mean(slope)
    settings: dict[str, Expr] = {name: Var(of[weight]) for name, of in optimizer.by_weight.items()}
    return settings | {"w": Var(weight), "g": Var(gradient), EPOCH: _epoch(descent)}


def _columns(optimizer: Optimizer, meanings: Mapping[str, dict[str, Expr]], descent: Descent) -> Iterator[Quantity]:
    """Yield an optimiser's columns, weight by weight between those that sum up over all weights.

    Their letters gain a meaning for what comes after them.
    """
    stages: list[list[StateColumn]] = [[]]
    for column in optimizer.columns:
        stages += [[column], []] if column.total else []
        if not column.total:
            stages[-1].append(column)
    for stage in stages:
        if stage and stage[0].total:
            yield _total(stage[0], meanings)
            continue
        for weight in meanings:
            yield from _memory(optimizer, stage, weight, meanings[weight], descent)


def _total(column: StateColumn, meanings: Mapping[str, dict[str, Expr]]) -> Quantity:
    """Return the sum of a column's equation over all weights."""
    summed = parse_row(column.equation)
    assert isinstance(summed, Apply), column.equation
    terms = [substitute(summed.args[0], lambda name, of=of: of.get(name, Var(name))) for of in meanings.values()]  # type: ignore[misc]
    groups = [_added(terms[first : first + _MOST_ADDED]) for first in range(0, len(terms), _MOST_ADDED)]
    label = column.label("")
    for of in meanings.values():
        of[column.letter] = Var(label)
    return Quantity(label, Section.OPTIMIZER, _added(groups))


def terms_of(total: Expr, count: int) -> tuple[Expr, ...]:
    """Return the terms of a sum over so many weights, one a weight."""
    sizes = [min(_MOST_ADDED, count - first) for first in range(0, count, _MOST_ADDED)]
    groups = _terms(total, len(sizes))
    return tuple(term for group, size in zip(groups, sizes, strict=True) for term in _terms(group, size))


def _terms(expr: Expr, count: int) -> list[Expr]:
    terms: list[Expr] = []
    while len(terms) < count - 1:
        assert isinstance(expr, Apply), expr
        expr, last = expr.args
        terms.insert(0, last)
    return [expr, *terms]


def _added(terms: Sequence[Expr]) -> Expr:
    return reduce(lambda left, right: Apply("add", (left, right)), terms)


def _memory(
    optimizer: Optimizer, columns: Sequence[StateColumn], weight: str, meanings: dict[str, Expr], descent: Descent
) -> Iterator[Quantity]:
    """Yield some of an optimiser's columns for one weight."""
    remembering = {column.letter: column for column in optimizer.columns if column.start}
    starts = {letter: _parsed(column.start, meanings) for letter, column in remembering.items()}
    above = {letter: Before(column.label(weight)) for letter, column in remembering.items()}
    for column in columns:
        letter, label, expr = column.letter, column.label(weight), parse_row(column.equation)
        own = {letter: above[letter]} if column.start else {}
        later = _replaced(expr, meanings | own, above)
        looks_back = any(befores(later))
        if descent.compact and not column.start and not looks_back:
            meanings[letter] = later
            continue
        begun = {letter: starts[letter]} if column.start else {}
        first = simplify(_replaced(expr, meanings | begun, starts)) if looks_back else None
        if column.start and descent.batch > 1:
            inside = {"k": Var(descent.position), "n": Var(BATCH), "new": later, "old": above[letter]}
            first, later = starts[letter], _parsed("where(k == n, new, old)", inside)
        yield Quantity(label, Section.OPTIMIZER, later, first)
        meanings[letter] = Var(label)


def _replaced(expr: Expr, meanings: Mapping[str, Expr], above: Mapping[str, Expr]) -> Expr:
    """Return an equation with its letters, and those one update earlier, replaced by what they mean."""
    return substitute(expr, lambda name: meanings.get(name, Var(name)), above.__getitem__)


def _on_start(descent: Descent, update: Expr, weight: str) -> Expr:
    """Let a parameter move in the first row of a batch only."""
    if descent.batch == 1:
        return update
    return _parsed("where(k == 1, new, old)", {"k": Var(descent.position), "new": update, "old": Before(weight)})
