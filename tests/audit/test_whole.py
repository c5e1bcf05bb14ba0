"""A row a sample, with a loss for each and their mean below: derivatives by either are right, and no mixture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from openpyxl import Workbook

from sheetgen.audit.audit import audit
from sheetgen.audit.finding import Finding
from sheetgen.audit.outcome import Conclusion, Report

SAMPLES = [(0.5, -1, 0.3), (1, 0.2, -0.1), (-0.7, 0.9, 0.8), (0.1, 0.4, 0.2), (-1.2, -0.3, 0)]
PARAMETERS = {"w11": 0.5, "w21": -0.4, "b1": 0.1, "w12": -0.3, "w22": 0.8, "b2": 0.05, "u1": 0.7, "u2": -0.6}
PARAMETERS |= {"c": 0.2, "lr": 0.05}
ROW = {
    "D": "$A$4*A{r}+$B$4*B{r}+$C$4",
    "E": "$D$4*A{r}+$E$4*B{r}+$F$4",
    "F": "MAX(0,D{r})",
    "G": "MAX(0,E{r})",
    "H": "$G$4*F{r}+$H$4*G{r}+$I$4",
    "I": "(H{r}-C{r})^2",
    "J": "L{r}*$G$4*IF(D{r}>0,1,0)",
    "K": "L{r}*$H$4*IF(E{r}>0,1,0)",
    "L": "2*(H{r}-C{r})/5",
}
"""A network of two ReLUs, a sample a row; dy is by the mean of the losses."""
LABELS = ["x1", "x2", "t", "z1", "z2", "a1", "a2", "y", "loss", "dz1", "dz2", "dy"]
SUMS = {"dw11": "JA", "dw21": "JB", "db1": "J", "dw12": "KA", "dw22": "KB", "db2": "K", "du1": "LF", "du2": "LG"}
SUMS |= {"dc": "L"}
BY_THE_SAMPLE = {"L": "2*(H{r}-C{r})"}


def report_on(folder: Path, row: Mapping[str, str] = {}, over: str = "", last: Mapping[str, int] = {}) -> Report:
    """Audit the batch with other formulas in its rows, sums ``over`` something, and sums that end before the last."""
    book = Workbook()
    sheet = book.active
    for column, (name, value) in enumerate(PARAMETERS.items(), 1):
        sheet.cell(3, column, name)
        sheet.cell(4, column, value)
    for column, label in enumerate(LABELS, 1):
        sheet.cell(7, column, label)
    for number, sample in enumerate(SAMPLES):
        for column, value in enumerate(sample, 1):
            sheet.cell(8 + number, column, value)
        for letter, formula in {**ROW, **row}.items():
            sheet[f"{letter}{8 + number}"] = "=" + formula.format(r=8 + number)
    sheet["H14"], sheet["I14"] = "MSE", "=AVERAGE(I8:I12)"
    for column, (label, of) in enumerate(SUMS.items(), 1):
        end = last.get(label, 12)
        areas = ",".join(f"{letter}8:{letter}{end}" for letter in of)
        sheet.cell(17, column, label)
        sheet.cell(18, column, f"=SUMPRODUCT({areas}){over}")
        sheet.cell(20, column, label[1:] + " new")
        sheet.cell(21, column, f"={sheet.cell(4, column).coordinate}-$J$4*{sheet.cell(18, column).coordinate}")
    book.save(folder / "batch.xlsx")
    return audit(folder / "batch.xlsx")


def the_finding(report: Report) -> Finding:
    (found,) = report.findings
    return found


@pytest.mark.parametrize(("row", "over"), [({}, ""), (BY_THE_SAMPLE, "/5"), (BY_THE_SAMPLE, "/COUNT(C8:C12)")])
def test_derivatives_by_the_mean_and_by_the_sample_are_right(row: dict[str, str], over: str, tmp_path: Path) -> None:
    report = report_on(tmp_path, row, over)
    assert report.verdict == Conclusion.RIGHT
    assert (report.gradients.right, report.updates.right) == (3 * 5 + 9, 9)


def test_a_mean_that_is_taken_nowhere_is_one_mistake(tmp_path: Path) -> None:
    found = the_finding(report_on(tmp_path, BY_THE_SAMPLE))
    assert (found.kind, found.first.address, found.right_formula) == ("factor", "L8", "0.4*(H8-C8)")


def test_a_wrong_sign_of_the_first_derivative_is_found_there(tmp_path: Path) -> None:
    found = the_finding(report_on(tmp_path, {"L": "2*(C{r}-H{r})/5"}))
    assert (found.first.address, found.right_formula, found.follow) == ("L8", "2*(H8-C8)/5", 14)


def test_a_mask_left_out_is_found_where_it_matters(tmp_path: Path) -> None:
    found = the_finding(report_on(tmp_path, {"K": "L{r}*$H$4"}))
    assert (found.kind, found.first.address) == ("derivative-left-out", "K8")
    assert found.right_formula == "L8*$H$4*IF(G8>0,1,0)"


def test_a_sum_that_ends_before_the_last_sample_is_named(tmp_path: Path) -> None:
    found = the_finding(report_on(tmp_path, last={"dw12": 11}))
    assert (found.kind, found.right_formula) == ("wrong-rows", "SUMPRODUCT(K8:K12,A8:A12)")
