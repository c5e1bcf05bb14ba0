"""Equations become a network: known names, no circle, one loss; then the chain rule adds its backward half."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError

from sheetgen.algebra.expr import Expr, names
from sheetgen.algebra.order import in_order
from sheetgen.algebra.over_batch import parts
from sheetgen.algebra.rows import previous
from sheetgen.errors import TemplateError, did_you_mean
from sheetgen.network.backprop import backward
from sheetgen.network.graph import SAMPLE, Graph, Player, Quantity, Running, Section, State, derivative_label
from sheetgen.network.over_batch import asked_of_batch
from sheetgen.network.row_above import brought_down, through_the_row_above

_Uses = Mapping[str, tuple[str, ...]]


def assemble(
    inputs: Iterable[str],
    targets: Iterable[str],
    parameters: Iterable[str],
    forward: Mapping[str, Expr],
    loss: Mapping[str, Expr],
    metrics: Mapping[str, Expr] | None = None,
    fixed: Iterable[str] = (),
    states: Iterable[State] = (),
    players: Iterable[Player] = (),
    position: str = SAMPLE,
    running: Iterable[Running] = (),
) -> Graph:
    """Return the graph of a network: what one row of its workbook computes. Nothing is trained yet.

    The loss that is minimised is the one equation of ``loss`` that no other of them uses; where it has none, nothing is
    trained. ``fixed`` are the parameters that are not; ``states`` are forward quantities that the next row goes on
    from. With ``players`` each weight's gradient is that of its player's loss; what is minimised is the sum of theirs.
    ``position`` counts the rows of a batch; ``running`` are parameters that follow numbers of it.
    Raises TemplateError for an unknown name, a cycle, a loss that is not one, a weight that the loss ignores.
    """
    inputs, targets, parameters, fixed = tuple(inputs), tuple(targets), tuple(parameters), tuple(fixed)
    metrics = metrics or {}
    equations = {**forward, **loss, **metrics}
    states = tuple(states)
    gone_on_from = {previous(state.name) for state in states}
    running = tuple(running)
    batch = asked_of_batch((*equations.values(), *(one.equation for one in running)))
    uses = {name: tuple(dict.fromkeys(names(expr))) for name, expr in equations.items()}
    uses_of_running = {one.name: (one.of,) for one in running}
    rests_on = {name: tuple(dict.fromkeys(_of_batch(other) for other in used)) for name, used in uses.items()}
    known = {*inputs, *targets, *parameters, *equations, *gone_on_from}
    _require_known(rests_on | {one.name: (_of_batch(one.of),) for one in running}, known)
    _require_from_rows(uses | uses_of_running, parameters)
    _require_earlier(forward, rests_on, {"loss": loss, "metrics": metrics}, "forward")
    _require_earlier(loss, rests_on, {"metrics": metrics}, "loss")
    order = _topological(uses | {name: (expr.name,) for name, expr in batch.items()})
    total = _minimised(loss, rests_on) if loss else ""
    fixed = fixed if loss else parameters
    weights = tuple(name for name in parameters if name not in fixed)
    sections = dict.fromkeys(forward, Section.FORWARD) | dict.fromkeys(loss, Section.LOSS)
    trained = {name: equations[name] for name in order if name in sections}
    watched = {name for name, expr in batch.items() if expr.name in metrics}
    flow = {name: batch.get(name) or equations[name] for name in order if name in {*sections, *batch} - watched}
    before = {name: equations[name] for name in order if name in forward}
    learning = tuple(previous(state.name) for state in states if state.learns)
    players = tuple(players)
    if players:
        slopes = _of_players(trained, weights, players)
    else:
        slopes = backward(flow, total, weights, learning, position) if loss else ()
    above = through_the_row_above(before, total, weights, states, {quantity.name for quantity in slopes})
    return Graph(
        quantities=(
            *(Quantity(name, Section.DATA) for name in (*inputs, *targets)),
            *(Quantity(name, Section.WEIGHTS) for name in (*weights, *(n for n in parameters if n in fixed))),
            *brought_down(states),
            *(Quantity(name, Section.BATCH, batch[name]) for name in order if name in batch),
            *(Quantity(name, sections[name], expr) for name, expr in trained.items()),
            *(Quantity(name, Section.METRICS, equations[name]) for name in order if name in metrics),
            *slopes,
            *above,
        ),
        loss=total,
        inputs=inputs,
        targets=targets,
        weights=weights,
        fixed=fixed,
        states=states,
        players=players,
        running=running,
    )


def _of_players(
    equations: Mapping[str, Expr], weights: tuple[str, ...], players: tuple[Player, ...]
) -> tuple[Quantity, ...]:
    """Return the backward quantities of one player's loss after the other's, and then all gradients."""
    slopes = [quantity for player in players for quantity in backward(equations, player.loss, player.weights)]
    order = {derivative_label(player.loss, w): weights.index(w) for player in players for w in player.weights}
    gradients = sorted((q for q in slopes if q.section is Section.GRADIENTS), key=lambda q: order[q.name])
    return (*(q for q in slopes if q.section is not Section.GRADIENTS), *gradients)


def _of_batch(name: str) -> str:
    """Return the quantity that a number of the whole batch is made of; any other name as it is."""
    of_batch = parts(name)
    return of_batch[1] if of_batch else name


def _require_from_rows(uses: _Uses, parameters: Iterable[str]) -> None:
    """Let the functions over a batch take what its rows may differ in."""
    for name, used in uses.items():
        for other in used:
            if other != _of_batch(other) and _of_batch(other) in parameters:
                inner = _of_batch(other)
                problem = f"{name} uses {other}, and {inner} is a parameter, the same in every row of a batch"
                raise TemplateError(problem, f"write {inner}, or take a quantity or a column of [data]", quantity=name)


def _require_known(uses: _Uses, known: set[str]) -> None:
    for name, used in uses.items():
        for other in used:
            if other not in known:
                hint = did_you_mean(other, known, "declare it, or correct the name")
                raise TemplateError(f"{name} uses {other!r}, which is declared nowhere", hint, quantity=name)


def _require_earlier(equations: Iterable[str], uses: _Uses, later: Mapping[str, Mapping[str, Expr]], here: str) -> None:
    """Let the equations of a table use none of the tables that come after it."""
    for name in equations:
        for other in uses[name]:
            for table, declared in later.items():
                if other in declared:
                    remedy = f"move {name} to [{table}], or {other} to [{here}]"
                    raise TemplateError(f"{name} uses {other!r} of [{table}]", remedy, quantity=name)


def _topological(uses: _Uses) -> tuple[str, ...]:
    """Return the equations, each after those it uses, otherwise as declared."""
    try:
        return in_order(uses)
    except CycleError as error:
        cycle: list[str] = error.args[1]
        path = " → ".join(reversed(cycle))
        first = next(name for name in uses if name in cycle)
        problem, expected = f"the equations go round in a circle: {path}", "each must use only earlier quantities"
        raise TemplateError(problem, expected, quantity=first) from error


def _minimised(loss: Mapping[str, Expr], uses: _Uses) -> str:
    """Return the loss equation that no other of them uses."""
    used = {other for name in loss for other in uses[name]}
    last = [name for name in loss if name not in used]
    if len(last) != 1:
        raise TemplateError(
            f"[loss] ends in {len(last)} quantities ({', '.join(last)})",
            "exactly one must be left that no other equation uses, the one to minimise: add their sum",
            quantity=last[-1],
        )
    return last[0]
