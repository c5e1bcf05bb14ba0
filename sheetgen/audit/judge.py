"""Every claim held against the exact derivative: right, wrong by itself, or wrong only because of another cell.

A claim is tried at the workbook's own numbers and once more with the parameters moved a little, so that two inputs that
happen to be equal, or a unit that happens to be at rest, hide nothing.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS
from sheetgen.audit.adjoints import Adjoints, allows
from sheetgen.audit.claims import Claim, Structure
from sheetgen.audit.equations import Equations, cell_name
from sheetgen.audit.graph import Graph
from sheetgen.audit.tape import NOWHERE, Number, Slope


class Verdict(StrEnum):
    """What a claim turns out to be."""

    RIGHT = "right"
    WRONG = "wrong"
    FOLLOWS = "follows"
    """Wrong only because of another wrong cell."""
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Judged:
    """A claim with its verdict. ``value`` and ``slope`` are those at the workbook's numbers.

    ``sign`` is −1 where a label leaves the sign open and the sheet means the negative derivative. ``by_chance`` says
    that the numbers agree as they are, and only there. ``reason`` says why nothing could be said.
    """

    claim: Claim
    verdict: Verdict
    value: float = 0.0
    slope: Slope = NOWHERE
    sign: int = 1
    by_chance: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Exact:
    """The exact derivatives at one set of numbers, by the cells of the claims."""

    graph: Graph
    slopes: Mapping[str, Slope]

    @classmethod
    def of(cls, graph: Graph, claims: Iterable[Claim]) -> Exact:
        """Return the derivative that each claim is about, where the loss depends on the cell at all."""
        by_loss: dict[tuple[str, ...], list[Claim]] = defaultdict(list)
        for claim in claims:
            by_loss[_losses_of(claim)].append(claim)
        slopes: dict[str, Slope] = {}
        for losses, about in by_loss.items():
            if not all(loss in graph.values for loss in losses):
                continue
            single = {cell_name(claim.by): cell_name(claim.cell) for claim in about if not claim.summed}
            adjoints = Adjoints(graph, losses, single)
            cells = [[cell_name(place) for place in claim.summed or (claim.by,)] for claim in about]
            reached = adjoints.reached({name for names in cells for name in names})
            for claim, names in zip(about, cells, strict=True):
                if not reached.isdisjoint(names):
                    slopes[cell_name(claim.cell)] = sum((adjoints.of(name) for name in names), NOWHERE)
        return cls(graph, slopes)

    def meant(self, entry: Judged) -> Slope | None:
        """Return what stands rightly in the cell of a claim, by the sign that its sheet means."""
        slope = self.slopes.get(cell_name(entry.claim.cell))
        return slope if slope is None or entry.sign > 0 else Slope(-slope.high, -slope.low, slope.error)


@dataclass(frozen=True)
class Judgement:
    """The verdicts, the exact derivatives at each point, and the workbook there with these where it is wrong."""

    entries: tuple[Judged, ...]
    exact: tuple[Exact, ...]
    corrected: tuple[Graph, ...]

    def with_verdict(self, verdict: Verdict) -> list[Judged]:
        """Return the claims of a verdict."""
        return [entry for entry in self.entries if entry.verdict == verdict]


def _losses_of(claim: Claim) -> tuple[str, ...]:
    """Return the cells whose sum a claim is about."""
    return tuple(cell_name(loss) for loss in (claim.of, *claim.also))


def graph_of(equations: Equations, structure: Structure) -> Graph:
    """Return the graph of a workbook that ends at its parameters."""
    claimed = {cell_name(claim.cell): _losses_of(claim) for claim in structure.claims}
    losses = {loss for of_claim in claimed.values() for loss in of_claim}
    parameters = {cell_name(place) for place in structure.parameters}
    met = {cell_name(c.cell) for c in structure.claims if not c.summed and cell_name(c.by) not in parameters}
    return Graph(equations, parameters, losses, claimed, met)


def judge(graph: Graph, claims: Sequence[Claim]) -> Judgement:
    """Return the verdict on each claim, in their order. ``graph`` ends at the parameters."""
    here, there = Exact.of(graph, claims), Exact.of(graph.moved(), claims)
    signed = _with_signs([_compared(claim, here, there) for claim in claims], here, there)
    exact = here, there
    corrected = tuple(_corrected(one, signed) for one in exact)
    entries = [_cause(entry, exact, corrected) if entry.verdict == Verdict.WRONG else entry for entry in signed]
    return Judgement(tuple(entries), exact, corrected)


def _compared(claim: Claim, here: Exact, there: Exact, sign: int = 1) -> Judged:
    name = cell_name(claim.cell)
    slope = here.slopes.get(name)
    if name not in here.graph.values:
        return Judged(claim, Verdict.UNKNOWN, reason=here.graph.failed.get(name, "the cell has no number"))
    value = here.graph.values[name]
    if slope is None:
        return Judged(claim, Verdict.UNKNOWN, value, reason=_unconnected(claim, here.graph))
    if name not in here.graph.equations.exprs:
        return Judged(claim, Verdict.UNKNOWN, value, slope, reason="a number and no formula that is understood")
    if not math.isfinite(slope.low + slope.high + slope.error):
        return Judged(claim, Verdict.UNKNOWN, value, reason="the derivative has no number there")
    near = _agrees(here, name, sign)
    elsewhere = _agrees(there, name, sign)
    if near and elsewhere is not False:
        return Judged(claim, Verdict.RIGHT, value, slope, sign)
    return Judged(claim, Verdict.WRONG, value, slope, sign, by_chance=bool(near))


def _unconnected(claim: Claim, graph: Graph) -> str:
    loss = cell_name(claim.of)
    if loss not in graph.values:
        return f"{loss} has no number"
    return f"{loss} does not depend on {cell_name(claim.by)}"


def _agrees(exact: Exact, name: str, sign: int) -> bool | None:
    """Whether a cell has the exact value, None where that cannot be said."""
    slope, graph = exact.slopes.get(name), exact.graph
    if slope is None or name not in graph.values or not math.isfinite(slope.error):
        return None
    return allows(slope, graph.own_number(name), sign)


def _with_signs(entries: list[Judged], here: Exact, there: Exact) -> list[Judged]:
    """Let the groups whose labels leave the sign open mean the negative derivative, where all of them do."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for entry in entries:
        if not entry.claim.sure and entry.verdict != Verdict.UNKNOWN:
            groups[entry.claim.group].append(entry)
    turned: dict[int, Judged] = {}
    for members in groups.values():
        negative = [_compared(entry.claim, here, there, sign=-1) for entry in members]
        if _right(negative) > _right(members):
            turned.update({id(entry): other for entry, other in zip(members, negative, strict=True)})
    return [turned.get(id(entry), entry) for entry in entries]


def _right(entries: Iterable[Judged]) -> int:
    return sum(entry.verdict == Verdict.RIGHT for entry in entries)


def _corrected(exact: Exact, entries: Iterable[Judged]) -> Graph:
    """Return the workbook at the same parameters, with the exact derivative in each cell that is wrong."""
    at = {
        cell_name(entry.claim.cell): slope.middle
        for entry in entries
        if entry.verdict == Verdict.WRONG and (slope := exact.meant(entry)) is not None
    }
    return exact.graph.changed(at)


def _cause(entry: Judged, exact: Sequence[Exact], corrected: Sequence[Graph]) -> Judged:
    """Return the entry, as one that follows where its formula would be right if the cells it refers to were."""
    name = cell_name(entry.claim.cell)
    expr = exact[0].graph.equations.exprs[name]
    for one, graph in zip(exact, corrected, strict=True):
        if name not in one.slopes or name not in one.graph.values:
            continue
        try:
            number = graph.evaluate(expr)
        except (*ARITHMETIC_ERRORS, KeyError):
            return entry
        slack = Number(number.value, number.error + one.graph.own_number(name).error)
        if not allows(one.slopes[name], slack, entry.sign):
            return entry
    return replace(entry, verdict=Verdict.FOLLOWS)
