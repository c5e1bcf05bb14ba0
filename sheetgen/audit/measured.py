"""Derivatives measured: a cell is moved to both sides, a real engine recalculates, and the loss is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sheetgen.audit.claims import Claim
from sheetgen.audit.differences import SIDES, STEPS, Estimate, estimate, steps
from sheetgen.audit.equations import cell_name, place_of
from sheetgen.audit.graph import Graph
from sheetgen.audit.judge import Judged, Verdict
from sheetgen.engines.base import Value
from sheetgen.engines.trials import Bench, Cell, Trial

_SCALES = (2.0**-8, 2.0**-13, 2.0**-4)
"""The first steps, relative to the cell, that are tried one after another until one is well conditioned."""
_CLEAR = 4.0
"""By how many bounds of the error two numbers must differ to be told apart."""
_PRECISE = 1e-6
"""The relative error up to which an estimate can contradict a derivative that is not in question."""
_NOISE = 2.0**-46
"""How much of itself a loss may be off by the rounding in all the cells before it."""


@dataclass(frozen=True)
class Opinion:
    """What an engine finds of a claim. ``agrees`` says whether it finds our derivative and not the claimed one.

    It is None where the difference is too badly conditioned to say.
    """

    estimate: Estimate | None
    agrees: bool | None


def opinions(bench: Bench, graph: Graph, entries: Sequence[Judged]) -> list[Opinion]:
    """Return an engine's opinion on each claim. Raises EngineError as the engine does."""
    found: dict[int, Opinion] = {}
    held = [_held(graph, entry.claim) for entry in entries]
    for scale in _SCALES:
        open_ones = [index for index in range(len(entries)) if index not in found or found[index].agrees is None]
        plans = [_plan(graph, entries[index].claim, held[index], scale) for index in open_ones]
        shown = iter(bench.tried([trial for plan in plans for trial in plan.trials]))
        for index, plan in zip(open_ones, plans, strict=True):
            opinion = _opinion(plan, [next(shown) for _ in plan.trials], entries[index])
            before = found.get(index)
            if before is None or opinion.agrees is not None or before.estimate is None:
                found[index] = opinion
    return [found[index] for index in range(len(entries))]


@dataclass(frozen=True)
class _Plan:
    """The trials for one claim at one step size."""

    sizes: list[float]
    trials: list[Trial]
    error: float


def _plan(graph: Graph, claim: Claim, held: Mapping[Cell, float], scale: float) -> _Plan:
    """Return trials that move the cells of a claim to both sides; ``held`` are cells that stay as they are."""
    moved, losses = _moved(claim), (claim.of, *claim.also)
    names = [cell_name(loss) for loss in losses]
    if any(name not in graph.values for name in (*names, *moved)):
        return _Plan([], [], 0.0)
    sizes = steps(max((graph.values[name] for name in moved), key=abs), scale)
    trials = [
        Trial(losses, {**held} | {place_of(name): graph.values[name] + side * size for name in moved})
        for size in sizes
        for side in SIDES
    ]
    return _Plan(sizes, trials, sum(graph.errors.get(name, 0.0) + _NOISE * abs(graph.values[name]) for name in names))


def _moved(claim: Claim) -> list[str]:
    """Return the cells by which a derivative is taken."""
    return [cell_name(place) for place in claim.summed or (claim.by,)]


def _held(graph: Graph, claim: Claim) -> dict[Cell, float]:
    """Return the other parameters through which a loss depends on the moved cells: differentiation ends at them."""
    moved = frozenset(_moved(claim))
    candidates = {name for name in graph.ends if name in graph.uses and name in graph.values} - moved
    if not candidates:
        return {}
    reached = graph.ancestors([cell_name(loss) for loss in (claim.of, *claim.also)])
    first = min(graph.position.get(name, -1) for name in moved)
    return {place_of(name): graph.values[name] for name in candidates & reached if _depends(graph, name, moved, first)}


def _depends(graph: Graph, name: str, on: frozenset[str], first: int) -> bool:
    """Whether a cell depends on others, the first of which has this place in the order."""
    seen, ahead = {name}, [name]
    while ahead:
        for other in graph.uses.get(ahead.pop(), ()):
            if other in on:
                return True
            if other not in seen and graph.position.get(other, -1) > first:
                seen.add(other)
                ahead.append(other)
    return False


def _opinion(plan: _Plan, shown: Sequence[list[Value] | None], entry: Judged) -> Opinion:
    numbers = [total for values in shown if (total := _total(values)) is not None]
    if len(numbers) != STEPS * len(SIDES):
        return Opinion(None, None)
    found = estimate(plan.sizes, list(zip(numbers[::2], numbers[1::2], strict=True)), plan.error)
    found = replace(found, slope=entry.sign * found.slope)
    right, slack = meant(entry), entry.slope.error + (entry.slope.high - entry.slope.low)
    if entry.verdict == Verdict.RIGHT:
        precise = found.error <= _PRECISE * abs(found.slope)
        return Opinion(found, True if found.allows(right, slack) else False if precise else None)
    if abs(entry.value - right) <= _CLEAR * (found.error + slack):  # the two cannot be told apart
        return Opinion(found, None)
    if found.allows(right, slack):
        return Opinion(found, True)
    return Opinion(found, False if found.allows(entry.value) else None)


def _total(values: Sequence[Value] | None) -> float | None:
    """Return the sum of the losses, None where one is no number."""
    numbers = [value for value in values or () if type(value) is float]
    return sum(numbers) if numbers and values and len(numbers) == len(values) else None


def meant(entry: Judged) -> float:
    """Return what stands rightly in the cell of a claim, by the sign that its sheet means."""
    return entry.sign * entry.slope.middle
