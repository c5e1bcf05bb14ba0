"""A workbook from its file to the verdict: what is counted, what is left alone, and no traceback on odd ones."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from books import book_of, place
from openpyxl.worksheet.worksheet import Worksheet

from sheetgen.audit.audit import audit
from sheetgen.audit.beside.all import findings_beside
from sheetgen.audit.book import Place, Series
from sheetgen.audit.equations import equations_of
from sheetgen.audit.graph import Graph
from sheetgen.audit.outcome import Conclusion, Report, Tally
from sheetgen.audit.report.sentences import summary
from sheetgen.audit.structure import structure_of
from sheetgen.audit.told import NOTHING, Told

ROWS = range(2, 12)


def table(sheet: Worksheet, gradient: str = "=(D{0}-B{0})*A{0}", sign: str = "-") -> None:
    """Write ten steps of gradient descent with one weight."""
    sheet.append(["x", "t", "w", "a", "E", "∂E/∂w", "η"])
    for row in ROWS:
        weight = 0.3 if row == 2 else f"=C{row - 1}{sign}G{row - 1}*F{row - 1}"
        sheet.append([0.5, 1.0, weight, f"=C{row}*A{row}", f"=0.5*(B{row}-D{row})^2", gradient.format(row), 0.1])


def audited(path: Path, change: Callable[[openpyxl.Workbook], None], told: Told = NOTHING) -> Report:
    book = openpyxl.Workbook()
    change(book)
    book.save(path)
    return audit(path, told)


def test_a_negative_gradient_that_the_update_adds_trains_rightly(tmp_path: Path) -> None:
    report = audited(tmp_path / "w.xlsx", lambda book: table(book["Sheet"], "=(B{0}-D{0})*A{0}", "+"))
    assert (report.verdict, [finding.kind for finding in report.findings]) == (Conclusion.RIGHT, ["negative-gradient"])
    assert report.gradients == Tally(right=len(ROWS))
    assert summary(report)[0] == "All 10 gradients are right; all 9 updates are right."


def test_a_sheet_that_is_told_leaves_the_others_alone(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        table(book["Sheet"])
        table(book.create_sheet("Other"), "=(B{0}-D{0})*A{0}")
        book["Other"]["A5"] = 0.50000000001
        book["Other"]["J1"] = "=1/0"

    assert audited(tmp_path / "all.xlsx", change).verdict == Conclusion.WRONG
    one = audited(tmp_path / "one.xlsx", change, Told(sheet="Sheet"))
    assert (one.verdict, one.findings) == (Conclusion.RIGHT, ())


@pytest.mark.parametrize("heading", ["δ_", "delta_", "error term _"])
def test_a_heading_that_names_nothing_is_passed_over(tmp_path: Path, heading: str) -> None:
    def change(book: openpyxl.Workbook) -> None:
        table(book["Sheet"])
        book["Sheet"]["H1"] = heading
        for row in ROWS:
            book["Sheet"][f"H{row}"] = f"=F{row}*2"

    assert audited(tmp_path / "w.xlsx", change).gradients.right == len(ROWS)


def test_a_kept_value_that_no_number_can_hold_ends_nothing() -> None:
    """A file may say 1E+999 for a value."""
    book = book_of({"A1": 1, "B1": "=A1*2"})
    there = place("B1")
    kept = replace(book, cells={**book.cells, there: replace(book.cells[there], value=math.inf)})
    equations = equations_of(kept)
    assert findings_beside(kept, equations, structure_of(kept, equations), Graph(equations)) == []


def test_a_chart_of_typed_numbers_may_stand_on_an_empty_sheet() -> None:
    book = book_of({"A1": 1, "B1": "=A1*2"})
    typed = Series("Loss", "Charts", "", "", "", "", 20)
    with_chart = replace(book, sheets=("S", "Charts"), series=(typed,))
    equations = equations_of(with_chart)
    (found,) = findings_beside(with_chart, equations, structure_of(with_chart, equations), Graph(equations))
    assert (found.kind, found.first) == ("chart-of-pasted-numbers", Place("Charts", 1, 1))


def report(**changed: object) -> Report:
    return Report(Path("w.xlsx"), Conclusion.RIGHT, gradients=Tally(right=2), **changed)  # type: ignore[arg-type]


def test_the_second_opinion_says_what_was_done() -> None:
    measured = report(confirmed_by="IronCalc 0.9.1", measured=3)
    recalculated = report(confirmed_by="IronCalc 0.9.1")
    begins = "Second opinion:"
    assert summary(measured)[1] == f"{begins} central differences, the workbook recalculated by IronCalc 0.9.1."
    assert summary(recalculated)[1] == f"{begins} the workbook recalculated by IronCalc 0.9.1."
    assert len(summary(report())) == 1
