"""Derivatives measured: a cell is moved to both sides, a real engine recalculates, and the loss is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sheetgen.audit.adjoints import Adjoints
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
    for scale in _SCALES:
        open_ones = [index for index in range(len(entries)) if index not in found or found[index].agrees is None]
        plans = [_plan(graph, entries[index].claim, scale) for index in open_ones]
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


def _plan(graph: Graph, claim: Claim, scale: float) -> _Plan:
    """Return trials that move the cells of a claim to both sides; other parameters on the way stay as they are."""
    moved = [cell_name(place) for place in claim.summed or (claim.by,)]
    loss = cell_name(claim.of)
    if loss not in graph.values or any(name not in graph.values for name in moved):
        return _Plan([], [], 0.0)
    sizes = steps(max((graph.values[name] for name in moved), key=abs), scale)
    held: dict[Cell, float] = {place_of(name): graph.values[name] for name in _held(graph, loss, moved)}
    trials = [
        Trial((claim.of,), held | {place_of(name): graph.values[name] + side * size for name in moved})
        for size in sizes
        for side in SIDES
    ]
    return _Plan(sizes, trials, graph.errors.get(loss, 0.0) + _NOISE * abs(graph.values[loss]))


def _held(graph: Graph, loss: str, moved: Sequence[str]) -> Iterator[str]:
    """Yield the other parameters through which the loss depends on the moved cells: differentiation ends at them."""
    candidates = {name for name in graph.ends if name in graph.uses and name in graph.values} - {*moved}
    if not candidates:
        return
    reached = Adjoints(graph, loss)
    for name in sorted(candidates):
        if reached.reaches(name) and _depends(graph, name, frozenset(moved)):
            yield name


def _depends(graph: Graph, name: str, on: frozenset[str]) -> bool:
    seen, ahead = {name}, [name]
    while ahead:
        for other in graph.uses.get(ahead.pop(), ()):
            if other in on:
                return True
            if other not in seen and graph.position.get(other, -1) > min(graph.position.get(end, -1) for end in on):
                seen.add(other)
                ahead.append(other)
    return False


def _opinion(plan: _Plan, shown: Sequence[list[Value] | None], entry: Judged) -> Opinion:
    values = [values[0] if values else None for values in shown]
    if len(values) != STEPS * len(SIDES) or not all(type(value) is float for value in values):
        return Opinion(None, None)
    numbers: list[float] = [float(value) for value in values if isinstance(value, float)]
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


def meant(entry: Judged) -> float:
    """Return what stands rightly in the cell of a claim, by the sign that its sheet means."""
    return entry.sign * entry.slope.middle
