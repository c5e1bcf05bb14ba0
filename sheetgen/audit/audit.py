"""The audit of a workbook, from its file to the verdict."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from sheetgen.audit.beside.all import findings_beside
from sheetgen.audit.confirm import PATIENCE, confirm
from sheetgen.audit.equations import equations_of
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.forward_only import is_forward_only
from sheetgen.audit.gradient_findings import NEGATIVE, gradient_findings
from sheetgen.audit.judge import Judged, Verdict
from sheetgen.audit.mended import with_followers
from sheetgen.audit.merged import merged
from sheetgen.audit.outcome import Conclusion, Report, Tally
from sheetgen.audit.read import read_book
from sheetgen.audit.repeated import rows_left_out, without_copies
from sheetgen.audit.structure import structure_of
from sheetgen.audit.told import NOTHING, Told
from sheetgen.audit.typed_again import typed_again
from sheetgen.audit.uncollected import without_collection
from sheetgen.audit.updates import judge_updates
from sheetgen.audit.whole import read_as_meant


@without_collection()
def audit(path: Path, told: Told = NOTHING, *, thorough: bool = False, patience: float = PATIENCE) -> Report:
    """Audit a workbook. ``thorough`` asks an engine about every claim, not only about what is found wrong.

    ``patience`` are the seconds that an engine may take.

    Raises WorkbookError for a file that cannot be read and UsageError for what is told of it and cannot be.
    """
    start = time.monotonic()
    book = without_copies(read_book(path))
    equations = equations_of(book)
    structure, graph, judgement = read_as_meant(structure_of(book, equations, told), equations)
    updates = judge_updates(structure, equations, graph, book)
    beside = [*typed_again(structure.claims, equations), *findings_beside(book, equations, structure, graph)]
    judgement, beside = with_followers(judgement, beside, structure, graph)
    mathematical = [*gradient_findings(judgement, structure, graph), *updates.findings]
    found = merged(mathematical, beside)
    if told.sheet:
        found = [finding for finding in found if finding.first.sheet == told.sheet]
    judged = {entry.claim.cell: entry for entry in judgement.entries}
    confirmed = confirm(found, judged, graph, thorough=thorough, patience=patience)
    gradients = _tally(judgement.entries, confirmed.findings)
    forward = told == NOTHING and is_forward_only(book, equations, structure)
    repeated = tuple(rows_left_out(book))
    return Report(
        path=path,
        verdict=_conclusion(confirmed.findings, gradients, forward),
        findings=confirmed.findings,
        gradients=gradients,
        updates=updates.tally,
        seen=structure.seen,
        unread=equations.unread,
        confirmed_by=confirmed.engine,
        measured=confirmed.measured,
        remarks=confirmed.remarks,
        formulas=len(equations.exprs) + len(equations.unread) + sum(rows.formulas for rows in repeated),
        repeated=repeated,
        seconds=time.monotonic() - start,
    )


def _conclusion(findings: Iterable[Finding], gradients: Tally, forward: bool) -> Conclusion:
    """Return the verdict in a word: right only where a gradient was held against its exact value, or none can be."""
    if any(finding.weight == Weight.WRONG for finding in findings):
        return Conclusion.WRONG
    return Conclusion.RIGHT if gradients.right or forward else Conclusion.NOT_UNDERSTOOD


def _tally(entries: Iterable[Judged], findings: Iterable[Finding]) -> Tally:
    """Count the claims by verdict. One that the update makes good is right, one that is in doubt is not judged."""
    meant = {
        place: Verdict.RIGHT if finding.kind == NEGATIVE else Verdict.UNKNOWN
        for finding in findings
        if finding.weight == Weight.NOTICE
        for area in finding.areas
        for place in area.places()
    }
    counts = dict.fromkeys(Verdict, 0)
    for entry in entries:
        wrong = entry.verdict == Verdict.WRONG
        counts[meant.get(entry.claim.cell, entry.verdict) if wrong else entry.verdict] += 1
    return Tally(counts[Verdict.RIGHT], counts[Verdict.WRONG], counts[Verdict.FOLLOWS], counts[Verdict.UNKNOWN])
