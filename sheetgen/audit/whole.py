"""Derivatives of a sample's own loss, or of the loss of the whole batch: what a table means, by what is right in it."""

from __future__ import annotations

from dataclasses import replace

from sheetgen.audit.claims import Claim, Structure
from sheetgen.audit.equations import Equations
from sheetgen.audit.graph import Graph
from sheetgen.audit.judge import Judgement, Verdict, graph_of, judge
from sheetgen.audit.severed import without_severed


def read_as_meant(structure: Structure, equations: Equations) -> tuple[Structure, Graph, Judgement]:
    """Return the structure, its graph and its verdicts, read so that fewer claims are wrong by themselves.

    ``dy`` beside a sample's loss may be by that loss or by the mean below it: 2·(y − t) or 2·(y − t)/n.
    """
    own = _read(structure, equations)
    if not any(claim.whole for claim in structure.claims) or not _wrong(own[2]):
        return own
    other = _read(replace(structure, claims=tuple(map(_of_all, structure.claims))), equations)
    return min(own, other, key=lambda read: _wrong(read[2]))


def _read(structure: Structure, equations: Equations) -> tuple[Structure, Graph, Judgement]:
    graph = graph_of(equations, structure)
    structure = without_severed(structure, graph)
    return structure, graph, judge(graph, structure.claims)


def _wrong(judgement: Judgement) -> int:
    return len(judgement.with_verdict(Verdict.WRONG))


def _of_all(claim: Claim) -> Claim:
    return claim if claim.whole is None else replace(claim, of=claim.whole, also=())
