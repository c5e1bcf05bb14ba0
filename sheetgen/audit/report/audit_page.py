"""The sheet that lists the findings in a copy of the workbook, each with a link to its first cell.

A finding has two rows: what stands there, and below it what would be right.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.outcome import Conclusion, Report
from sheetgen.audit.report.places import cells_words
from sheetgen.audit.report.sentences import consequence, notices_heading, short_label, summary, verdict
from sheetgen.audit.report.values import told_apart
from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import Page, quoted
from sheetgen.page.printing import fit_width, landscape
from sheetgen.page.style import (
    BAD,
    BAD_FILL,
    GOOD,
    GOOD_FILL,
    GREY,
    LABEL,
    LINK_TEXT,
    NOTE,
    PROSE,
    TITLE,
    Style,
)

_COLUMNS = (
    ("", 5.0),
    ("what", 14.0),
    ("cells", 38.0),
    ("in words", 50.0),
    ("", 8.0),
    ("formula", 62.0),
    ("value", 21.0),
)
_VERDICTS = {
    Conclusion.RIGHT: Style(bold=True, size=13, colour=GOOD, fill=GOOD_FILL),
    Conclusion.WRONG: Style(bold=True, size=13, colour=BAD, fill=BAD_FILL),
    Conclusion.NOT_UNDERSTOOD: Style(bold=True, size=13, fill="FFF4D6"),
}
_THERE = {Weight.WRONG: BAD, Weight.NOTICE: GREY}
_LINK = Style(colour=LINK_TEXT.colour, underline=True, wrap=True, top=True)
_LINE, _HIGHEST, _WIDER = 16.0, 400.0, 1.15
"""The height of a line and of the highest row in points, and how much wider a text may be than its characters."""
_LONGEST = 1_000
"""The characters of a formula that are shown: no row has room for more."""


def audit_page(report: Report, name: str) -> Page:
    """Return the sheet, under a name that is free in the workbook."""
    page = Page(name, tab_colour=BAD if report.wrong else GOOD)
    page.widths.update({column: width for column, (_, width) in enumerate(_COLUMNS, start=1)})
    page.widths[3] = max([_COLUMNS[2][1], *(_WIDER * len(_cells(finding)) for finding in report.findings)])
    page.put("A1", f"Audit of {report.path.name}", TITLE)
    page.row(2, [verdict(report).upper(), None], _VERDICTS[report.verdict])
    page.heights |= {1: 28, 2: 20}
    row = 3
    for sentence in summary(report):
        page.put(f"A{row}", sentence)
        row += 1
    number = 0
    for title, findings in (("", report.wrong), (notices_heading(report), report.notices)):
        if not findings:
            continue
        row = page.heading("A", row + 1, title) if title else row + 1
        page.row(row, [name for name, _ in _COLUMNS], LABEL)
        for finding in findings:
            number += 1
            page.jumps[f"C{row + 1}"] = f"{quoted(finding.first.sheet)}!{finding.first.address}"
            _put_finding(page, row + 1, number, finding)
            row += 2
        row += 1
    for sentence in (*report.seen, *report.remarks):
        row += 1
        page.put(f"A{row}", sentence, NOTE)
    page.decorate += [landscape, fit_width]
    return page


def _put_finding(page: Page, row: int, number: int, finding: Finding) -> None:
    value, right_value = told_apart(finding.value, finding.right_value)
    cells = _cells(finding)
    words = "\n".join(filter(None, (finding.words, consequence(finding))))
    for column, (text, look) in enumerate(
        ((str(number), PROSE), (short_label(finding), PROSE), (cells, _LINK), (words, PROSE)), start=1
    ):
        page.put(f"{column_letter(column)}{row}", text, look)
        page.merges.append(f"{column_letter(column)}{row}:{column_letter(column)}{row + 1}")
    there = (finding.first.address, _formula(finding.formula), value)
    right = ("right", _formula(finding.right_formula), right_value)
    _put_line(page, row, there, _THERE[finding.weight])
    _put_line(page, row + 1, right if any(right[1:]) else ("", "", ""), GOOD)
    heights = [_LINE * _lines((line[1],), (5,)) + 2 for line in (there, right)]
    short = _LINE * _lines((short_label(finding), cells, words), (1, 2, 3)) + 4 - sum(heights)
    page.heights |= {row: min(heights[0], _HIGHEST), row + 1: min(heights[1] + max(0.0, short), _HIGHEST)}


def _cells(finding: Finding) -> str:
    """Return the cells of a finding, which a link leads to: programs do not wrap the text of a link."""
    return f"{cells_words(finding.areas)} of {finding.first.sheet!r}"


def _put_line(page: Page, row: int, texts: Sequence[str], colour: str) -> None:
    looks = (Style(colour=colour, top=True), Style(colour=colour, mono=True, size=10, wrap=True, top=True))
    for letter, text, look in zip("EFG", texts, (looks[0], looks[1], looks[1]), strict=True):
        page.put(f"{letter}{row}", text, look)


def _lines(texts: Sequence[str], columns: Sequence[int]) -> int:
    """Return the lines that the longest of some texts takes in its column, counted from 0."""
    widths = [_COLUMNS[column][1] for column in columns]
    return max(
        sum(max(1, math.ceil(_WIDER * len(line) / width)) for line in text.split("\n"))
        for text, width in zip(texts, widths, strict=True)
    )


def _formula(text: str | None) -> str:
    if text is None:
        return ""
    return f"={text}" if len(text) <= _LONGEST else f"={text[:_LONGEST]}…"
