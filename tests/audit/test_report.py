"""The report in each of its forms: what is in it, that it fits, that nothing in a workbook gets out of its place."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from audit_reports import DRIFT, SHEET, SIGN, WRONG, right_report, wrong_report
from hypothesis import given
from hypothesis import strategies as st

from sheetgen.audit.adam import LEFT_OUT
from sheetgen.audit.book import Area
from sheetgen.audit.gradient_findings import NEGATIVE
from sheetgen.audit.outcome import Conclusion, Report, Tally, failed
from sheetgen.audit.report.as_json import as_dict
from sheetgen.audit.report.audit_page import audit_page
from sheetgen.audit.report.differing import differing
from sheetgen.audit.report.html import page
from sheetgen.audit.report.places import cells_words
from sheetgen.audit.report.sentences import counts, summary
from sheetgen.audit.report.table import Table
from sheetgen.audit.report.text import lines
from sheetgen.audit.report.values import told_apart
from sheetgen.audit.typed_again import KIND

BOOK = Path("folder/book.xlsx")
REPORT = wrong_report(BOOK)
ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "audit.md").read_text("utf-8")


def width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line)


@pytest.mark.parametrize(
    ("areas", "words"),
    [
        ([Area("S", 20, 16, 21, 19)], "P20:S21 (8 cells)"),
        ([Area("S", 5, 28, 104, 28)], "column AB, rows 5–104"),
        ([Area("S", 5, 28, 5, 28)], "AB5"),
        ([Area("S", 5, 28, 6, 28)], "AB5:AB6 (2 cells)"),
        ([Area("S", 1, 1, 1, 1), Area("S", 3, 1, 3, 1)], "A1 and A3"),
        ([Area("S", 1, 1, 2, 1), Area("T", 3, 1, 3, 1)], "A1:A2 and A3 of 'T' (3 cells)"),
        ([Area("S", row, 1, row, 1) for row in range(1, 20, 3)], "A1, A4, A7, A10 and 3 more areas (7 cells)"),
    ],
)
def test_cells_are_named_as_a_person_would(areas: list[Area], words: str) -> None:
    assert cells_words(areas) == words


def test_two_numbers_are_shown_with_the_digits_that_tell_them_apart() -> None:
    assert told_apart(0.05, 0.0500000000000003) == ("0.05", "0.0500000000000003")
    assert told_apart(0.1, -0.1) == ("0.1", "-0.1")
    assert told_apart(1 / 3, 1 / 3 + 1e-9) == ("0.33333333333", "0.33333333433")
    assert told_apart(1234567.0, True) == ("1234567", "TRUE")
    assert told_apart(1 / 3, 1 / 3) == ("0.333333", "0.333333")


@given(st.text("AB1()*+-'!,\" $", max_size=30), st.text("AB1()*+-'!,\" $", max_size=30))
def test_pieces_of_formulas_are_the_formulas(first: str, second: str) -> None:
    pieces, others = differing(first, second)
    assert "".join(text for text, _ in pieces) == first
    assert "".join(text for text, _ in others) == second
    assert "".join(t for t, differs in pieces if not differs) == "".join(t for t, differs in others if not differs)


def test_what_differs_is_what_was_changed() -> None:
    pieces, others = differing("=A1*K5*(1-K5)", "=A1*M5*(1-M5)")
    assert [text for text, differs in pieces if differs] == ["K5", "K5"]
    assert [text for text, differs in others if differs] == ["M5", "M5"]


def test_the_text_says_what_where_and_what_would_be_right() -> None:
    text = list(lines(REPORT))
    assert text[0] == "book.xlsx: WRONG"
    assert text[1] == "  408 of 1,624 gradients are wrong (300 only because of others); all 808 updates"
    assert '1  ∂E/∂w1 on "It\'s <a> table": column AB, rows 5–104' in text
    assert '2  dL/dW1 on "It\'s <a> table": P20:S21 (8 cells)' in text
    assert "3  i1 & <b> on \"It's <a> table\": D6:D104 and C3 of 'Other' (100 cells)" in text
    wrong, right = (next(line for line in text if f"{cell}  =" in line) for cell in ("AB5  ", "right"))
    marks = text[text.index(wrong) + 1], text[text.index(right) + 1]
    for line, mark, different in zip((wrong, right), marks, ("K5", "M5"), strict=True):
        assert [line[place.start() : place.end()] for place in re.finditer("~+", mark)] == [different] * 2
    joined = " ".join(" ".join(text).split())
    for words in (WRONG.words, SIGN.words, DRIFT.words, "300 more cells are wrong only because of it."):
        assert words in joined
    assert "Confirmed: central differences by IronCalc 0.9.1." in joined
    assert 'column AK, rows 5–49 of "It\'s <a> table": ROUND is no function' in joined
    assert (
        joined.index("∂E/∂w1")
        < joined.index("dL/dW1")
        < joined.index("though no gradient is wrong")
        < joined.index("i1 &")
    )


@pytest.mark.parametrize("columns", [60, 80, 100])
def test_the_text_fits_and_needs_no_colour(columns: int) -> None:
    long = replace(
        WRONG, formula="+".join(f"A{n}" for n in range(900)), right_formula="+".join(f"B{n}" for n in range(900))
    )
    plain = list(lines(replace(REPORT, findings=(long, SIGN, DRIFT)), columns))
    assert max(map(width, plain)) <= columns
    assert not any("\x1b" in line for line in plain)
    assert sum("A1" in line for line in plain) < 20
    coloured = list(lines(replace(REPORT, findings=(long, SIGN, DRIFT)), columns, colour=True))
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in coloured] == plain


def test_what_was_not_understood_says_what_was_looked_for() -> None:
    report = Report(BOOK, Conclusion.NOT_UNDERSTOOD, seen=("looked for a loss: E_total, Loss, Error",))
    text = "\n".join(lines(report))
    assert text.startswith("book.xlsx: NOT UNDERSTOOD")
    assert "looked for a loss: E_total, Loss, Error" in text


@pytest.mark.parametrize(
    ("gradients", "updates", "sentence"),
    [
        (Tally(8), Tally(), "All 8 gradients are right."),
        (Tally(1), Tally(1), "The one gradient is right; the one update is right."),
        (Tally(7, 1), Tally(8), "1 of 8 gradients is wrong; all 8 updates are right."),
        (Tally(5, 2, 1), Tally(), "3 of 8 gradients are wrong (1 only because of others)."),
        (Tally(6, unknown=2), Tally(), "6 of 8 gradients are right, 2 could not be judged."),
        (Tally(unknown=2), Tally(), "2 of 2 gradients could not be judged."),
    ],
)
def test_the_summary_counts(gradients: Tally, updates: Tally, sentence: str) -> None:
    assert summary(Report(BOOK, Conclusion.RIGHT, gradients=gradients, updates=updates))[0] == sentence


@pytest.mark.parametrize("tallies", [{"gradients": Tally(6, unknown=2)}, {"updates": Tally(6, unknown=2)}])
def test_what_is_right_in_part_is_not_said_to_be_right(tallies: dict[str, Tally]) -> None:
    report = replace(right_report(Path("one.xlsx")), **tallies)
    words = "right, as far as it could be judged"
    assert next(iter(lines(report))) == f"one.xlsx: {words.upper()}"
    assert f">{words}<" in page([report], "sheetgen")
    assert audit_page(report, "Audit").cells[2, 1].content == words.upper()
    assert "2 not judged" in Table([report.path]).line(report)
    assert as_dict(report)["verdict"] == "right"


def test_a_table_has_a_line_a_file() -> None:
    reports = [
        REPORT,
        right_report(Path("a/one.xlsx")),
        right_report(Path("b/one.xlsx")),
        failed(Path("c.xlsx"), "no zip"),
    ]
    table = Table([report.path for report in reports])
    text = [table.line(report) for report in reports]
    assert [line.split("  ")[0].strip() for line in text] == ["book.xlsx", "a/one.xlsx", "b/one.xlsx", "c.xlsx"]
    assert "∂E/∂w1, AB5 (+1)" in text[0]
    assert "no zip" in text[3]
    assert len({line.index(word) for line, word in zip(text, ("wrong", "right", "right", "not"), strict=True)}) == 1
    assert counts(reports) == "4 files: 2 right, 1 wrong and 1 not understood"


def test_json_has_the_promised_keys() -> None:
    found = json.loads(json.dumps(as_dict(REPORT), allow_nan=False))
    assert set(found) == {
        "file", "verdict", "error", "formulas", "gradients", "updates", "findings", "seen", "unread", "confirmed_by",
        "seconds", "repeated",
    }  # fmt: skip
    assert found["gradients"] == {"right": 1216, "wrong": 108, "follow": 300, "unknown": 0}
    first = found["findings"][0]
    assert set(first) == {
        "kind", "weight", "label", "words", "sheet", "cell", "areas", "cells", "formula", "value", "right_formula",
        "right_value", "follow", "confirmed",
    }  # fmt: skip
    assert (first["sheet"], first["cell"], first["cells"]) == (SHEET, "AB5", 100)
    assert first["areas"] == [{"sheet": SHEET, "cells": "AB5:AB104"}]
    assert found["unread"] == [
        {"sheet": SHEET, "cells": "AK5:AK49", "reason": "ROUND is no function that is differentiated"}
    ]
    infinite = as_dict(replace(REPORT, findings=(replace(SIGN, value=float("inf")),)))
    assert json.loads(json.dumps(infinite, allow_nan=False))["findings"][0]["value"] == "inf"


def test_the_keys_are_documented() -> None:
    text = DOCUMENT
    keys = {*as_dict(REPORT), *as_dict(REPORT)["findings"][0], *as_dict(REPORT)["gradients"]}
    assert [key for key in keys if f"`{key}`" not in text] == []


class Reader(HTMLParser):
    """Collects the elements of a page, and sees that each is closed."""

    VOID = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data if self.open[-1:] != ["style"] else ""


def test_the_page_is_whole_and_needs_nothing() -> None:
    evil = replace(
        DRIFT, label="<script>alert(1)</script>", words='"><img src=x onerror=alert(1)>', kind='a" onload="x'
    )
    reader = Reader()
    reader.feed(
        page([replace(REPORT, findings=(WRONG, SIGN, evil)), failed(Path("<i>.xlsx"), "<b>no</b>")], "sheetgen")
    )
    assert reader.open == []
    names = {tag for tag, _ in reader.tags}
    assert not names & {"script", "img", "link", "iframe", "object", "i", "b"}
    attributes = [item for _, attributes in reader.tags for item in attributes.items()]
    assert not [name for name, _ in attributes if name.startswith("on") or name == "src"]
    assert all(str(value).startswith("#file-") for name, value in attributes if name == "href")
    text = " ".join(reader.text.split())
    for words in (WRONG.words, "<script>alert(1)</script>", "column AB, rows 5–104", "0.00043856812", "2 files"):
        assert words in text
    assert [tag for tag, _ in reader.tags].count("ins") == 2


def test_what_is_for_a_person_to_know_only_is_documented() -> None:
    """The kinds that are said to leave the exit code as it is are those that the source gives that weight."""
    source = "".join(path.read_text("utf-8") for path in sorted((ROOT / "sheetgen" / "audit").rglob("*.py")))
    told = re.findall(r'finding\(book, "([a-z-]+)", Weight\.NOTICE', source)
    noticed = {*told, NEGATIVE, KIND, LEFT_OUT, "error-value"}
    paragraph = next(text for text in DOCUMENT.split("\n\n") if text.startswith("Beside gradients"))
    assert set(re.findall(r"`([a-z]+-[a-z-]+)`", paragraph)) == noticed
