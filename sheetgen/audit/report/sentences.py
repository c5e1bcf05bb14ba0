"""What a report says in sentences, whatever its form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from sheetgen.audit.areas import areas_of
from sheetgen.audit.finding import Finding
from sheetgen.audit.outcome import Conclusion, Repeated, Report, Tally
from sheetgen.audit.references import place_of
from sheetgen.audit.report.places import cells_words, counted, listed


def verdict(report: Report) -> str:
    """Return the verdict in words: what is right in part is not said to be right as a whole."""
    is_in_part = report.verdict == Conclusion.RIGHT and _unjudged(report)
    return f"{report.verdict}, as far as it could be judged" if is_in_part else str(report.verdict)


def _unjudged(report: Report) -> int:
    return report.gradients.unknown + report.updates.unknown


def summary(report: Report) -> list[str]:
    """Return the sentences that say what the report comes to."""
    if report.error:
        return [report.error]
    said = []
    if report.gradients.all or report.updates.all:
        said.append(_judged(report))
    elif report.verdict == Conclusion.RIGHT:
        said.append(
            "Nothing in it claims to be a gradient, and nothing names a loss: it runs a network forward. Its "
            f"{counted(report.formulas - len(report.unread), 'formula')} that are understood keep the values they give."
        )
    if report.repeated:
        said.append(_repeated(report.repeated))
    if report.verdict == Conclusion.NOT_UNDERSTOOD:
        said.append("What it says of its gradients was not understood, so nothing is said of them.")
    if report.confirmed_by:
        measured = "central differences, " if report.measured else ""
        said.append(f"Second opinion: {measured}the workbook recalculated by {report.confirmed_by}.")
    elif report.wrong:
        said.append("Not confirmed by an engine.")
    return said


def _repeated(rows: Sequence[Repeated]) -> str:
    """Return which rows were not judged one by one, and why that is enough."""
    sheets: dict[str, list[Repeated]] = defaultdict(list)
    for run in rows:
        sheets[run.sheet].append(run)
    where = [
        f"rows {listed(f'{run.first:,}–{run.last:,}' for run in runs)} of {sheet!r}" for sheet, runs in sheets.items()
    ]
    return (
        f"Not counted there: {listed(where)} ({counted(sum(run.formulas for run in rows), 'formula')}) repeat the rows "
        "above them, formula by formula, and each keeps the value that its formula gives."
    )


def _judged(report: Report) -> str:
    kinds = [(report.gradients, "gradient"), (report.updates, "update")]
    sentence = "; ".join(_tally(tally, what) for tally, what in kinds if tally.all)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _tally(tally: Tally, what: str) -> str:
    wrong = tally.wrong + tally.follow
    if not wrong and not tally.unknown:
        return f"all {tally.all:,} {what}s are right" if tally.all > 1 else f"the one {what} is right"
    parts = []
    if wrong:
        follow = f" ({tally.follow:,} only because of others)" if tally.follow else ""
        parts.append(f"{wrong:,} of {counted(tally.all, what)} {'is' if wrong == 1 else 'are'} wrong{follow}")
    elif tally.right:
        parts.append(f"{tally.right:,} of {counted(tally.all, what)} {'is' if tally.right == 1 else 'are'} right")
    if tally.unknown:
        of = "" if parts else f" of {counted(tally.all, what)}"
        parts.append(f"{tally.unknown:,}{of} could not be judged")
    return ", ".join(parts)


_LONG_LABEL = 30
"""The characters from which on a label that holds an equation is named by its left side."""


def short_label(finding: Finding) -> str:
    """Return what the sheet calls the first cell; of a long equation the left side."""
    left, equals, _ = finding.label.partition("=")
    return left.strip() if equals and left.strip() and len(finding.label) > _LONG_LABEL else finding.label


def heading(finding: Finding) -> str:
    """Return what a finding is about: the label, the sheet, the cells."""
    label = f"{short_label(finding)} on " if finding.label else ""
    return f"{label}{finding.first.sheet!r}: {cells_words(finding.areas)}"


def notices_heading(report: Report) -> str:
    """Return the heading of what makes no gradient wrong."""
    return "Also, though no gradient is wrong by it" if report.wrong else "To know, though no gradient is wrong by it"


def consequence(finding: Finding) -> str:
    """Return what follows from a finding, and who confirms it."""
    said = []
    if finding.follow:
        is_one = finding.follow == 1
        said.append(f"{counted(finding.follow, 'more cell')} {'is' if is_one else 'are'} wrong only because of it.")
    if finding.confirmed:
        said.append(f"Confirmed: {finding.confirmed}.")
    return " ".join(said)


def unread_by_reason(report: Report) -> Iterator[tuple[str, str, str]]:
    """Yield the cells that were taken as constants, by sheet and reason: the sheet, the cells in words, the reason."""
    cells = defaultdict(list)
    for name, reason in report.unread.items():
        place = place_of(name)
        cells[place.sheet, reason].append(place)
    for (sheet, reason), places in cells.items():
        yield sheet, cells_words(areas_of(places)), reason


def counts(reports: Iterable[Report]) -> str:
    """Return how many files came to each verdict, in words."""
    verdicts = [report.verdict for report in reports]
    found = [f"{verdicts.count(kind):,} {kind}" for kind in Conclusion if kind in verdicts]
    return f"{counted(len(verdicts), 'file')}: {listed(found)}"


def in_short(report: Report) -> str:
    """Return what a report comes to, in a few words for a table."""
    if report.error:
        return report.error.removeprefix(str(report.path)).lstrip(": ").removeprefix("is ")
    if report.verdict == Conclusion.WRONG and report.wrong:
        first = report.wrong[0]
        more = f" (+{len(report.wrong) - 1})" if len(report.wrong) > 1 else ""
        return f"{short_label(first) or first.kind}, {first.first.address}{more}"
    if report.verdict == Conclusion.NOT_UNDERSTOOD:
        return "no gradients were found to judge"
    if report.verdict == Conclusion.RIGHT and not report.gradients.all:
        return "no gradients: it runs a network forward"
    noticed = f", {counted(len(report.notices), 'notice')}" if report.notices else ""
    unjudged = f", {_unjudged(report):,} not judged" if _unjudged(report) else ""
    return f"{report.gradients.right:,} gradients, {report.updates.right:,} updates{unjudged}{noticed}"
