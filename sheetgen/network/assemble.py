"""Equations become a network: known names, no circle, one loss; then the chain rule adds its backward half."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError

from sheetgen.algebra.expr import Expr, names
from sheetgen.algebra.order import in_order
from sheetgen.algebra.rows import previous
from sheetgen.errors import TemplateError, did_you_mean
from sheetgen.network.backprop import backward
from sheetgen.network.graph import Graph, Player, Quantity, Section, State, derivative_label
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
) -> Graph:
    """Return the graph of a network: what one row of its workbook computes. Nothing is trained yet.

    The loss that is minimised is the one equation of ``loss`` that no other of them uses; where it has none, nothing is
    trained. ``fixed`` are the parameters that are not; ``states`` are forward quantities that the next row goes on
    from. With ``players`` each weight's gradient is that of its player's loss; what is minimised is the sum of theirs.
    Raises TemplateError for an unknown name, a cycle, a loss that is not one, a weight that the loss ignores.
    """
    inputs, targets, parameters, fixed = tuple(inputs), tuple(targets), tuple(parameters), tuple(fixed)
    metrics = metrics or {}
    equations = {**forward, **loss, **metrics}
    uses = {name: tuple(dict.fromkeys(names(expr))) for name, expr in equations.items()}
    states = tuple(states)
    gone_on_from = {previous(state.name) for state in states}
    _require_known(uses, {*inputs, *targets, *parameters, *equations, *gone_on_from})
    _require_earlier(forward, uses, {"loss": loss, "metrics": metrics}, "forward")
    _require_earlier(loss, uses, {"metrics": metrics}, "loss")
    order = _topological(uses)
    total = _minimised(loss, uses) if loss else ""
    fixed = fixed if loss else parameters
    weights = tuple(name for name in parameters if name not in fixed)
    sections = dict.fromkeys(forward, Section.FORWARD) | dict.fromkeys(loss, Section.LOSS)
    trained = {name: equations[name] for name in order if name in sections}
    before = {name: equations[name] for name in order if name in forward}
    learning = tuple(previous(state.name) for state in states if state.learns)
    players = tuple(players)
    if players:
        slopes = _of_players(trained, weights, players)
    else:
        slopes = backward(trained, total, weights, learning) if loss else ()
    above = through_the_row_above(before, total, weights, states, {quantity.name for quantity in slopes})
    return Graph(
        quantities=(
            *(Quantity(name, Section.DATA) for name in (*inputs, *targets)),
            *(Quantity(name, Section.WEIGHTS) for name in (*weights, *(n for n in parameters if n in fixed))),
            *brought_down(states),
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
    )


def _of_players(
    equations: Mapping[str, Expr], weights: tuple[str, ...], players: tuple[Player, ...]
) -> tuple[Quantity, ...]:
    """Return the backward quantities of one player's loss after the other's, and then all gradients."""
    slopes = [quantity for player in players for quantity in backward(equations, player.loss, player.weights)]
    order = {derivative_label(player.loss, w): weights.index(w) for player in players for w in player.weights}
    gradients = sorted((q for q in slopes if q.section is Section.GRADIENTS), key=lambda q: order[q.name])
    return (*(q for q in slopes if q.section is not Section.GRADIENTS), *gradients)


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
