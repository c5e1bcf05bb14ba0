"""The homework of docs/audit.md: the seed's network as a student types it, with a mistake that the loss hides."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from openpyxl.chart import LineChart, Reference
from openpyxl.styles import Font

_O1, _O2 = "(S{row}-D{row})*S{row}*(1-S{row})", "(U{row}-E{row})*U{row}*(1-U{row})"
COLUMNS = {
    "step": ("0", "A{before}+1"),
    "i1": ("0.05", "0.05"),
    "i2": ("0.1", "0.1"),
    "t1": ("0.01", "0.01"),
    "t2": ("0.99", "0.99"),
    **{
        f"w{n}": (str(value), f"{column}{{before}}-$AB$1*{gradient}{{before}}")
        for n, value, column, gradient in zip(
            range(1, 9),
            (0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5, 0.55),
            "FGHIJKLM",
            ("Y", "Z", "AA", "AB", "AC", "AD", "AE", "AF"),
            strict=True,
        )
    },
    "h1": ("F{row}*B{row}+G{row}*C{row}",) * 2,
    "out_h1": ("1/(1+EXP(-N{row}))",) * 2,
    "h2": ("H{row}*B{row}+I{row}*C{row}",) * 2,
    "out_h2": ("1/(1+EXP(-P{row}))",) * 2,
    "o1": ("J{row}*O{row}+K{row}*Q{row}",) * 2,
    "out_o1": ("1/(1+EXP(-R{row}))",) * 2,
    "o2": ("L{row}*O{row}+M{row}*Q{row}",) * 2,
    "out_o2": ("1/(1+EXP(-T{row}))",) * 2,
    "E1": ("0.5*(D{row}-S{row})^2",) * 2,
    "E2": ("0.5*(E{row}-U{row})^2",) * 2,
    "E_total": ("V{row}+W{row}",) * 2,
    "dE/dw1": (f"({_O1}*J{{row}}+{_O2}*L{{row}})*O{{row}}*(1-O{{row}})*B{{row}}",) * 2,
    "dE/dw2": (f"({_O1}*J{{row}}+{_O2}*L{{row}})*O{{row}}*(1-O{{row}})*C{{row}}",) * 2,
    "dE/dw3": (f"({_O1}*K{{row}}+{_O2}*M{{row}})*O{{row}}*(1-O{{row}})*B{{row}}",) * 2,
    "dE/dw4": (f"({_O1}*K{{row}}+{_O2}*M{{row}})*Q{{row}}*(1-Q{{row}})*C{{row}}",) * 2,
    "dE/dw5": (f"{_O1}*O{{row}}",) * 2,
    "dE/dw6": (f"{_O1}*Q{{row}}",) * 2,
    "dE/dw7": (f"{_O2}*O{{row}}",) * 2,
    "dE/dw8": (f"{_O2}*Q{{row}}",) * 2,
}
"""The label of each column, with the formula of its first row and of the others; that of dE/dw3 takes h1's derivative.

It differs from the right one by less than a thousandth, and the loss falls.
"""

LABEL_ROW, STEPS = 3, 100


def write_homework(path: Path) -> Path:
    """Write the workbook."""
    book = openpyxl.Workbook()
    sheet = book["Sheet"]
    sheet.title = "Homework"
    sheet["A1"], sheet["B1"], sheet["AA1"], sheet["AB1"] = "Backpropagation, 2-2-2", None, "learning rate", 0.5
    sheet["A1"].font = Font(bold=True, size=14)
    for column, (label, (first, rest)) in enumerate(COLUMNS.items(), start=1):
        sheet.cell(LABEL_ROW, column, label).font = Font(bold=True)
        for row in range(LABEL_ROW + 1, LABEL_ROW + 2 + STEPS):
            text = (first if row == LABEL_ROW + 1 else rest).format(row=row, before=row - 1)
            is_number = text.replace(".", "", 1).isdigit()
            sheet.cell(row, column, float(text) if is_number else f"={text}")
    chart = LineChart()
    chart.title = "E_total"
    chart.add_data(
        Reference(sheet, min_col=24, min_row=LABEL_ROW, max_row=LABEL_ROW + 1 + STEPS), titles_from_data=True
    )
    sheet.add_chart(chart, "AH3")
    book.save(path)
    return path
