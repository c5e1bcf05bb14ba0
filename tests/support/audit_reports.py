"""Reports of audits and the workbooks that they are about, for tests of what becomes of a report."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from openpyxl import Workbook
from openpyxl.chart import LineChart, Reference
from openpyxl.comments import Comment

from sheetgen.audit.book import Area, Place
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.many import Order
from sheetgen.audit.outcome import Conclusion, Report, Tally, failed
from sheetgen.errors import WorkbookError

SHEET = "It's <a> table"
WRONG = Finding(
    kind="other-unit-derivative",
    weight=Weight.WRONG,
    words="The derivative of the activation is that of a_h2 where that of a_h1 is needed.",
    first=Place(SHEET, 5, 28),
    areas=(Area(SHEET, 5, 28, 104, 28),),
    label="∂E/∂w1",
    formula="((O5-B5)*O5*(1-O5)*U5+(P5-C5)*P5*(1-P5)*W5)*K5*(1-K5)*D5",
    value=0.000438567,
    right_formula="((O5-B5)*O5*(1-O5)*U5+(P5-C5)*P5*(1-P5)*W5)*M5*(1-M5)*D5",
    right_value=0.000438568123,
    follow=300,
    confirmed="central differences by IronCalc 0.9.1",
)
SIGN = Finding(
    kind="sign",
    weight=Weight.WRONG,
    words="The sign is the other one.",
    first=Place(SHEET, 20, 16),
    areas=(Area(SHEET, 20, 16, 21, 19),),
    label="dL/dW1",
    value=0.5,
    right_value=-0.5,
)
DRIFT = Finding(
    kind="drifting-input",
    weight=Weight.NOTICE,
    words="An input drifts by autofill.",
    first=Place(SHEET, 6, 4),
    areas=(Area(SHEET, 6, 4, 104, 4), Area("Other", 3, 3, 3, 3)),
    label="i1 & <b>",
    value=0.0500000000000003,
    right_value=0.05,
)


def wrong_report(path: Path) -> Report:
    """Return the report on a workbook with three findings."""
    return Report(
        path,
        Conclusion.WRONG,
        (WRONG, SIGN, DRIFT),
        gradients=Tally(right=1216, wrong=108, follow=300),
        updates=Tally(right=808),
        seen=("a table of 101 rows",),
        unread={f"{SHEET}!AK{row}": "ROUND is no function that is differentiated" for row in range(5, 50)},
        confirmed_by="IronCalc 0.9.1",
        measured=2,
        formulas=4258,
        seconds=1.23456,
    )


def right_report(path: Path) -> Report:
    """Return the report on a workbook without a finding."""
    return Report(path, Conclusion.RIGHT, gradients=Tally(right=8), updates=Tally(right=8), formulas=50)


def commented_workbook(path: Path) -> Path:
    """Write a workbook with a chart, and with comments on two cells, one of which has a finding."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    for row in range(1, 110):
        for column in range(1, 30):
            sheet.cell(row, column, f"={row}*{column}" if column > 5 else row * 0.1)
    sheet["AB5"].comment = Comment("a teacher's own words", "teacher")
    sheet["A2"].comment = Comment("another", "teacher")
    chart = LineChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=100))
    sheet.add_chart(chart, "AF3")
    other = book.create_sheet("Other")
    other["C3"] = 3.0
    other.print_title_rows = "1:1"
    book.active = 1
    other.sheet_view.tabSelected = True
    book.save(path)
    return path


def as_asked(order: Order) -> Report:
    """Do with a file what its name says."""
    name = order.path.stem
    if name == "sleeps":
        time.sleep(60)
    if name == "vanishes":
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "refused":
        raise WorkbookError(f"{order.path} is damaged")
    if name == "broken":
        raise ZeroDivisionError("a mistake of our own")
    if name == "eats":
        from sheetgen.audit.many import limit_memory

        limit_memory(1 << 30)
        return failed(order.path, str(len(bytearray(2 << 30))))
    return wrong_report(order.path) if name.startswith("wrong") else right_report(order.path)
