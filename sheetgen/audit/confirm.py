"""A second opinion on findings: central differences, the workbook itself recalculated by a real spreadsheet engine.

The first engine is asked that calculates the workbook as our own equations do. Nothing of the chain rule, nor of the
reading of formulas, is shared with the first opinion.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sheetgen.audit.book import Place
from sheetgen.audit.engine import chosen_bench, differing, engine_values, is_alike, near
from sheetgen.audit.equations import cell_name
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.graph import Graph
from sheetgen.audit.judge import Judged, Verdict
from sheetgen.audit.measured import Opinion, meant, opinions
from sheetgen.engines.base import Value
from sheetgen.engines.trials import Bench
from sheetgen.errors import EngineError

_STALE = "stale-value"
"""The kind of finding that says that a kept value is not the formula's."""
MOST = 60
"""The findings of one workbook that an engine is asked about."""
PATIENCE = 60.0
"""The seconds that an engine may take for a workbook, unless more is said."""
_AT_ONCE = 10
"""The claims that are measured between two looks at the clock."""


@dataclass(frozen=True)
class Confirmation:
    """Findings, each with who confirms it; the engine, "" where none could; and what else it says, in sentences.

    ``measured`` is the number of gradients that it measured.
    """

    findings: tuple[Finding, ...]
    engine: str = ""
    measured: int = 0
    remarks: tuple[str, ...] = ()


def confirm(
    findings: Sequence[Finding],
    judged: Mapping[Place, Judged],
    graph: Graph,
    *,
    thorough: bool = False,
    patience: float = PATIENCE,
    choose: Callable[[Graph, Sequence[str], float], Bench | None] = chosen_bench,
) -> Confirmation:
    """Return the findings with the second opinion on those whose first cell is a judged claim, or a stale value.

    What an engine clearly contradicts is a notice only, and said to be in doubt. ``thorough`` has every claim measured,
    those found right as well, as many as ``patience`` seconds allow, here and there in the workbook. An engine that
    fails, or is not there, confirms nothing.
    """
    until = time.monotonic() + patience
    asked = [finding for finding in findings if finding.weight == Weight.WRONG and finding.first in judged][:MOST]
    stale = [finding for finding in findings if finding.kind == _STALE][:MOST]
    firsts = [judged[finding.first] for finding in asked]
    others = _spread(judged, {finding.first for finding in asked}) if thorough else []
    if not firsts and not others and not stale:
        return Confirmation(tuple(findings))
    needed = dict.fromkeys(
        cell_name(loss) for entry in [*firsts, *others] for loss in (entry.claim.of, *entry.claim.also)
    )
    bench = choose(graph, [name for name in needed if name in graph.values], patience)
    if bench is None:
        return Confirmation(tuple(findings))
    try:
        given = opinions(bench, graph, firsts)
        for start in range(0, len(others), _AT_ONCE):
            if time.monotonic() < until:
                given += opinions(bench, graph, others[start : start + _AT_ONCE])
        values = engine_values(graph, bench)
    except EngineError:
        return Confirmation(tuple(findings))
    by_finding = {id(finding): opinion.agrees for finding, opinion in zip(asked, given, strict=False)}
    by_finding |= {id(finding): _is_stale(graph, values, finding) for finding in stale}
    told = tuple(_told(finding, by_finding.get(id(finding)), bench.version) for finding in findings)
    remarks = [*_contradicted([*firsts, *others], given, bench.version), *_misread(graph, values, bench.version)]
    if thorough:
        remarks.append(f"{bench.version} measured {len(given):,} of {len(firsts) + len(others):,} gradients")
    return Confirmation(told, bench.version, len(given), tuple(remarks))


def _spread(judged: Mapping[Place, Judged], without: Collection[Place]) -> list[Judged]:
    """Return the claims that can be measured, but for some, in an order that takes from everywhere."""
    known = [entry for place, entry in judged.items() if place not in without and entry.verdict != Verdict.UNKNOWN]
    return random.Random(0).sample(known, len(known))


def _is_stale(graph: Graph, values: Mapping[str, Value], finding: Finding) -> bool | None:
    """Whether an engine, too, calculates another value than the file shows."""
    name = cell_name(finding.first)
    value, shown = values.get(name), finding.value
    if not isinstance(value, float | int) or not isinstance(shown, float | int) or name not in graph.values:
        return None
    if is_alike(graph, name, value):
        return True
    return False if near(float(shown), float(value), 0.0) else None


def _contradicted(entries: Sequence[Judged], given: Sequence[Opinion], engine: str) -> Iterator[str]:
    """Yield in words the derivatives that an engine clearly finds otherwise."""
    for entry, opinion in zip(entries, given, strict=False):
        if opinion.agrees is False and opinion.estimate is not None:
            cell = entry.claim.cell
            what = f"{entry.claim.label or 'the derivative'} in {cell.address} of {cell.sheet!r}"
            numbers = f"{opinion.estimate.slope:.6g} by {engine} and {meant(entry):.6g} by our equations"
            yield f"In doubt: {what} is {numbers}."


def _misread(graph: Graph, values: Mapping[str, Value], engine: str) -> Iterator[str]:
    """Yield a sentence on the cells that an engine calculates otherwise."""
    numbers = {name: value for name, value in values.items() if type(value) in (float, int)}
    cells = differing(graph, numbers)
    if cells:
        more = f" and {len(cells) - 1:,} more" if len(cells) > 1 else ""
        yield f"In doubt: {engine} calculates another value for {cells[0]}{more} than our equations do."


def _told(finding: Finding, agrees: bool | None, engine: str) -> Finding:
    if agrees is None:
        return finding
    if agrees:
        way = "recalculated" if finding.kind == _STALE else "central differences"
        return replace(finding, confirmed=f"{way} by {engine}")
    doubt = f" This is in doubt: {engine} does not find it."
    return replace(finding, weight=Weight.NOTICE, words=finding.words + doubt)
