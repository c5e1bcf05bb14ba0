"""The audit of a workbook, from its file to the verdict."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from sheetgen.audit.beside.all import findings_beside
from sheetgen.audit.claims import Structure
from sheetgen.audit.confirm import PATIENCE, confirm
from sheetgen.audit.equations import equations_of
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.gradient_findings import gradient_findings
from sheetgen.audit.judge import Judged, Judgement, Verdict, graph_of, judge
from sheetgen.audit.merged import merged
from sheetgen.audit.outcome import Conclusion, Report, Tally
from sheetgen.audit.read import read_book
from sheetgen.audit.structure import structure_of
from sheetgen.audit.told import Told
from sheetgen.audit.typed_again import typed_again
from sheetgen.audit.updates import update_findings

NOTHING_TOLD = Told()


def audit(path: Path, told: Told = NOTHING_TOLD, *, thorough: bool = False, patience: float = PATIENCE) -> Report:
    """Audit a workbook. ``thorough`` asks an engine about every claim, not only about what is found wrong.

    ``patience`` are the seconds that an engine may take.

    Raises WorkbookError for a file that cannot be read and UsageError for what is told of it and cannot be.
    """
    start = time.monotonic()
    book = read_book(path)
    equations = equations_of(book)
    structure = structure_of(book, equations, told)
    graph = graph_of(equations, structure)
    judgement = judge(graph, structure.claims)
    updates = update_findings(structure, equations, graph, book)
    mathematical = [*gradient_findings(judgement, structure, graph), *updates]
    beside = [*typed_again(structure.claims, equations), *findings_beside(book, equations, structure, graph)]
    found = merged(mathematical, beside)
    judged = {entry.claim.cell: entry for entry in judgement.entries}
    confirmed = confirm(found, judged, graph, thorough=thorough, patience=patience)
    return Report(
        path=path,
        verdict=_conclusion(confirmed.findings, judgement, structure),
        findings=confirmed.findings,
        gradients=_tally(judgement.entries),
        updates=_updates(structure, updates),
        seen=(*structure.seen, *confirmed.remarks),
        unread=equations.unread,
        confirmed_by=confirmed.engine,
        formulas=len(equations.exprs) + len(equations.unread),
        seconds=time.monotonic() - start,
    )


def _conclusion(findings: Iterable[Finding], judgement: Judgement, structure: Structure) -> Conclusion:
    """Return the verdict in a word: right only where something was held against its exact value."""
    if any(finding.weight == Weight.WRONG for finding in findings):
        return Conclusion.WRONG
    judged = judgement.with_verdict(Verdict.RIGHT)
    return Conclusion.RIGHT if judged else Conclusion.NOT_UNDERSTOOD


def _tally(entries: Iterable[Judged]) -> Tally:
    counts = dict.fromkeys(Verdict, 0)
    for entry in entries:
        counts[entry.verdict] += 1
    return Tally(counts[Verdict.RIGHT], counts[Verdict.WRONG], counts[Verdict.FOLLOWS], counts[Verdict.UNKNOWN])


def _updates(structure: Structure, findings: Sequence[Finding]) -> Tally:
    """Return how many updates there are, and how many of them are wrong."""
    wrong = {place for finding in findings for area in finding.areas for place in area.places()}
    places = {update.new for update in structure.updates}
    return Tally(right=len(places - wrong), wrong=len(places & wrong))
