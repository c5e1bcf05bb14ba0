"""The report as text: a few lines that a person understands, then the findings from cause to consequence."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from sheetgen.audit.finding import Finding
from sheetgen.audit.outcome import Conclusion, Report
from sheetgen.audit.report.differing import Piece, differing
from sheetgen.audit.report.sentences import consequence, heading, notices_heading, summary, unread_by_reason, verdict
from sheetgen.audit.report.values import told_apart

WIDTH = 80
_LINES = 6
"""The lines of a formula that are shown; the rest is in the workbook and in the report as JSON."""
_REASONS = 8
"""The reasons for which formulas were not understood that are told."""
VERDICT_COLOURS = {Conclusion.RIGHT: "32", Conclusion.WRONG: "31", Conclusion.NOT_UNDERSTOOD: "33"}
_BOLD, _FAINT, _RED, _GREEN = "1", "2", "31", "32"


def lines(report: Report, width: int = WIDTH, colour: bool = False) -> Iterator[str]:
    """Yield the lines of a report, at most so many characters wide as far as words allow."""
    yield from _Text(width, colour).of(report)


class _Text:
    """Lines of a width, with colours or without."""

    def __init__(self, width: int, colour: bool) -> None:
        self._width, self._colour = max(width, 40), colour

    def of(self, report: Report) -> Iterator[str]:
        """Yield the lines of a report."""
        said = self.dressed(verdict(report).upper(), _BOLD, VERDICT_COLOURS[report.verdict])
        yield f"{self.dressed(report.path.name, _BOLD)}: {said}"
        for sentence in summary(report):
            yield from self._prose(sentence, "  ")
        number = 0
        for title, findings in (("", report.wrong), (notices_heading(report), report.notices)):
            if findings and title:
                yield ""
                yield self.dressed(title, _BOLD)
            for finding in findings:
                number += 1
                yield ""
                yield from self._finding(number, finding)
        yield from self._behind(report)

    def _behind(self, report: Report) -> Iterator[str]:
        """Yield what was looked for and seen, where that is what a person needs, and what was not read."""
        if report.seen and (report.verdict == Conclusion.NOT_UNDERSTOOD or not report.findings):
            yield ""
            yield self.dressed("Looked for and seen", _BOLD)
            for sentence in report.seen:
                yield from self._prose(sentence, "  - ", "    ")
        for sentence in report.remarks:
            yield ""
            yield from self._prose(sentence, "")
        if report.unread:
            yield ""
            what = "Taken as constants, for the formulas were not understood"
            yield self.dressed(what, _BOLD)
            unread = list(unread_by_reason(report))
            for sheet, cells, reason in unread[:_REASONS]:
                yield from self._prose(f"{cells} of {sheet!r}: {reason}", "  - ", "    ")
            if len(unread) > _REASONS:
                yield from self._prose(f"and {len(unread) - _REASONS} more, all of them in --json", "  - ", "    ")

    def _finding(self, number: int, finding: Finding) -> Iterator[str]:
        indent = " " * (len(str(number)) + 2)
        head, *rest = textwrap.wrap(heading(finding), self._width - len(indent))
        yield f"{self.dressed(str(number), _BOLD)}  {self.dressed(head, _BOLD)}"
        yield from (f"{indent}{self.dressed(line, _BOLD)}" for line in rest)
        yield from self._prose(finding.words, indent)
        yield from self._cell(finding, indent)
        yield from self._prose(consequence(finding), indent)

    def _cell(self, finding: Finding, indent: str) -> Iterator[str]:
        """Yield what stands in the first cell and what would be right there, what differs marked below."""
        value, right_value = told_apart(finding.value, finding.right_value)
        formula = f"={finding.formula}" if finding.formula is not None else ""
        right_formula = f"={finding.right_formula}" if finding.right_formula is not None else ""
        both = bool(formula and right_formula)
        marked = differing(formula, right_formula) if both else ([(formula, False)], [(right_formula, False)])
        width = max(len(finding.first.address), len("right"))
        for name, pieces, shown, colour in (
            (finding.first.address, marked[0], value, _RED),
            ("right", marked[1], right_value, _GREEN),
        ):
            content = [
                *self._formula(pieces, self._width - len(indent) - width - 6, colour),
                *([shown] if shown else []),
            ]
            for index, line in enumerate(content):
                title = self.dressed(name.ljust(width), _FAINT) if index == 0 else " " * width
                yield f"{indent}  {title}  {line}"

    def _formula(self, pieces: Sequence[Piece], width: int, colour: str) -> Iterator[str]:
        """Yield a formula in lines, below each a line that marks what differs in it."""
        characters = [(character, differs) for text, differs in pieces for character in text.replace("\n", " ")]
        shown = list(_broken(characters, width))
        for line in shown[:_LINES]:
            last = line is shown[_LINES - 1] if len(shown) > _LINES else False
            yield self._coloured(line, colour) + (" …" if last else "")
            marks = "".join("~" if differs else " " for _, differs in line).rstrip()
            if marks:
                yield self.dressed(marks, _FAINT)

    def _coloured(self, line: Sequence[Piece], colour: str) -> str:
        runs = [("".join(c for c, _ in run), differs) for differs, run in groupby(line, key=itemgetter(1))]
        return "".join(self.dressed(run, colour) if differs else run for run, differs in runs)

    def _prose(self, text: str, first: str, then: str | None = None) -> Iterator[str]:
        if text:
            then = first if then is None else then
            yield from textwrap.wrap(
                text, self._width, initial_indent=first, subsequent_indent=then, break_on_hyphens=False
            )

    def dressed(self, text: str, *codes: str) -> str:
        """Return a text in colours where there are any."""
        return dressed(text, *codes) if self._colour else text


def dressed(text: str, *codes: str) -> str:
    """Return a text in a terminal's colours and weights, given by their codes."""
    return f"\x1b[{';'.join(codes)}m{text}\x1b[0m"


def _broken(characters: Sequence[Piece], width: int) -> Iterator[Sequence[Piece]]:
    """Yield a formula in pieces that fit, broken behind operators and commas where there are some."""
    start = 0
    while start < len(characters):
        while start and start < len(characters) and characters[start][0] == " ":
            start += 1
        end = min(start + width, len(characters))
        if end < len(characters):
            breaks = [place for place in range(start + width // 2, end) if characters[place][0] in "+-*/,;)&"]
            end = breaks[-1] + 1 if breaks else end
        yield characters[start:end]
        start = end
