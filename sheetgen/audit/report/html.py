"""The report as a page: one file that needs no other, runs nothing and can be printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.outcome import Conclusion, Report
from sheetgen.audit.report.differing import Piece, differing
from sheetgen.audit.report.places import cells_words
from sheetgen.audit.report.sentences import (
    consequence,
    counts,
    notices_heading,
    short_label,
    summary,
    unread_by_reason,
    verdict,
)
from sheetgen.audit.report.values import told_apart
from sheetgen.page.style import BAD, BAD_FILL, GOOD, GOOD_FILL, GREY, INK

_CLASSES = {Conclusion.RIGHT: "right", Conclusion.WRONG: "wrong", Conclusion.NOT_UNDERSTOOD: "unknown"}
_STYLE = f"""
:root {{ color: #{INK}; background: #fff; font: 16px/1.5 system-ui, sans-serif }}
body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem }}
h1 {{ font-size: 1.6rem; margin: 0 0 .5rem; overflow-wrap: anywhere }}
h2 {{ font-size: 1.2rem; margin: 2rem 0 .5rem }}
h3 {{ font-size: 1rem; margin: 0 0 .3rem; overflow-wrap: anywhere }}
.verdict {{ padding: .1rem .6rem; border-radius: .3rem; font-size: 1rem; vertical-align: middle; white-space: nowrap }}
.right {{ color: #{GOOD}; background: #{GOOD_FILL} }} .wrong {{ color: #{BAD}; background: #{BAD_FILL} }}
.unknown {{ color: #7a4f01; background: #fff4d6 }}
section {{ margin-bottom: 3rem }}
article {{ border: 1px solid #d0d5dd; border-left: .35rem solid #{BAD}; border-radius: .3rem; padding: .8rem 1rem;
  margin: 1rem 0; break-inside: avoid }}
article.notice {{ border-left-color: #b7791f }}
article p {{ margin: .3rem 0 }}
table {{ border-collapse: collapse; margin: .5rem 0; width: 100% }}
th, td {{ text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0 }}
th {{ font-weight: 600; color: #{GREY}; white-space: nowrap; width: 1% }}
.files td, .files th {{ border-bottom: 1px solid #d0d5dd }} .files th {{ width: auto }}
code {{ font: .9rem/1.5 ui-monospace, Consolas, monospace; overflow-wrap: anywhere }}
del, ins {{ text-decoration: none; border-radius: .2rem; padding: 0 .1rem }}
del {{ color: #{BAD}; background: #{BAD_FILL} }} ins {{ color: #{GOOD}; background: #{GOOD_FILL} }}
footer, .quiet {{ color: #{GREY} }}
a {{ color: #175cd3 }}
@media print {{ body {{ margin: 0; max-width: none }} details > * {{ display: block }} }}
"""


def page(reports: Sequence[Report], by: str) -> str:
    """Return the page of one report or several; ``by`` is the program that made it."""
    title = f"Audit of {reports[0].path.name}" if len(reports) == 1 else f"Audit of {len(reports)} workbooks"
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>",
        *(_overview(reports) if len(reports) > 1 else ()),
        *(_section(number, report) for number, report in enumerate(reports, start=1)),
        f"<footer>{escape(by)}</footer>\n</body>\n</html>\n",
    ]
    return "\n".join(parts)


def _overview(reports: Sequence[Report]) -> Iterator[str]:
    yield f'<h1>{escape(counts(reports))}</h1>\n<table class="files">'
    for number, report in enumerate(reports, start=1):
        link = f'<a href="#file-{number}">{escape(str(report.path))}</a>'
        yield f"<tr><td>{link}</td><td>{_verdict(report)}</td></tr>"
    yield "</table>"


def _verdict(report: Report) -> str:
    return f'<span class="verdict {_CLASSES[report.verdict]}">{escape(verdict(report))}</span>'


def _section(number: int, report: Report) -> str:
    pieces = [f'<section id="file-{number}">', f"<h1>{escape(report.path.name)} {_verdict(report)}</h1>"]
    pieces += [f"<p>{escape(sentence)}</p>" for sentence in summary(report)]
    count = 0
    for heading, findings in (("", report.wrong), (notices_heading(report), report.notices)):
        if findings and heading:
            pieces.append(f"<h2>{escape(heading)}</h2>")
        for finding in findings:
            count += 1
            pieces.append(_article(count, finding))
    pieces += _list("Looked for and seen", [escape(sentence) for sentence in (*report.seen, *report.remarks)])
    unread = [
        f"{escape(cells)} of {escape(repr(sheet))}: {escape(reason)}"
        for sheet, cells, reason in unread_by_reason(report)
    ]
    pieces += _list("Taken as constants, for the formulas were not understood", unread)
    return "\n".join([*pieces, "</section>"])


def _list(heading: str, items: Sequence[str]) -> list[str]:
    if not items:
        return []
    return [f"<h2>{heading}</h2>\n<ul>", *(f"<li>{item}</li>" for item in items), "</ul>"]


def _article(number: int, finding: Finding) -> str:
    kind = "notice" if finding.weight == Weight.NOTICE else "cause"
    label = f"{short_label(finding)} · " if finding.label else ""
    where = f"{finding.first.sheet}: {cells_words(finding.areas)}"
    after = consequence(finding)
    return "\n".join(
        [
            f'<article class="{kind}" data-kind="{escape(finding.kind)}">',
            f"<h3>{number}. {escape(label)}{escape(where)}</h3>",
            f"<p>{escape(finding.words)}</p>",
            *_cells(finding),
            *([f'<p class="quiet">{escape(after)}</p>'] if after else []),
            "</article>",
        ]
    )


def _cells(finding: Finding) -> Iterator[str]:
    """Yield the table of what stands in the first cell and what would be right there."""
    value, right_value = told_apart(finding.value, finding.right_value)
    formula = f"={finding.formula}" if finding.formula is not None else ""
    right_formula = f"={finding.right_formula}" if finding.right_formula is not None else ""
    both = differing(formula, right_formula) if formula and right_formula else None
    pieces, right_pieces = both or ([(formula, False)], [(right_formula, False)])
    yield "<table>"
    yield from _row(finding.first.address, _marked(pieces, "del"), value)
    yield from _row("right", _marked(right_pieces, "ins"), right_value)
    yield "</table>"


def _row(name: str, formula: str, value: str) -> Iterator[str]:
    content = "<br>".join(f"<code>{part}</code>" for part in (formula, escape(value)) if part)
    if content:
        yield f"<tr><th>{escape(name)}</th><td>{content}</td></tr>"


def _marked(pieces: Sequence[Piece], tag: str) -> str:
    return "".join(f"<{tag}>{escape(text)}</{tag}>" if differs else escape(text) for text, differs in pieces)
