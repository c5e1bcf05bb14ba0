"""Inputs changed by a program that calculates nothing: one sentence, and what is wrong besides is still listed."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from faults import cached, change_cell, formula, number
from gallery import small_workbook_of
from saving import kinds

from sheetgen import build, load, override, verify
from sheetgen.proof.report import Kind


@pytest.fixture
def edited(small_workbook: Path, tmp_path: Path) -> Path:
    return change_cell(small_workbook, tmp_path / "edited.xlsx", "Inputs", "C14", number(0.2))


def test_values_from_before_an_edit_are_told_in_one_sentence(edited: Path) -> None:
    report = verify(edited)
    assert not report.ok
    assert report.stale == report.mismatches > 100
    lines = list(report.lines())
    assert lines[0] == (
        f"DIFFERENT: {report.stale:,} cached values are from before the last edit, all else agrees: "
        "open and save the workbook in a spreadsheet, or pass --ignore-cache"
    )
    assert "edited: w1 0.15 → 0.2" in lines
    assert not any("the file shows" in line for line in lines)


def test_without_the_cache_it_is_right_and_that_is_said(edited: Path, tmp_path: Path) -> None:
    report = verify(edited, ignore_cache=True)
    assert report.ok
    assert report.to_dict()["ignore_cache"] is True
    assert "cached values were not judged (--ignore-cache)" in report.lines()
    broken = change_cell(edited, tmp_path / "broken.xlsx", "lr 0.5", "N7", formula("F7*B7+G7*B7"))
    assert Kind.FORMULA in kinds(verify(broken, ignore_cache=True))


def test_one_forged_value_is_listed_with_an_edit_and_without(
    small_workbook: Path, edited: Path, tmp_path: Path
) -> None:
    for source in (small_workbook, edited):
        forged = change_cell(source, tmp_path / "forged.xlsx", "lr 0.5", "N7", cached("0.5"))
        report = verify(forged)
        assert (report.diffs[0].cell, report.diffs[0].kind, report.mismatches - report.stale) == ("N7", Kind.CACHED, 1)
        assert sum("the file shows" in line for line in report.lines()) == 1
    link = change_cell(small_workbook, tmp_path / "link.xlsx", "lr 0.5", "F5", cached("0.5"))
    assert (verify(link).stale, verify(link).mismatches) == (0, 1)


def test_many_forged_values_without_an_edit_are_not_stale(small_workbook: Path, tmp_path: Path) -> None:
    forged = small_workbook
    for row in range(5, 10):
        forged = change_cell(forged, tmp_path / f"{row}.xlsx", "lr 0.5", f"N{row}", cached("0.5"))
    assert (verify(forged).stale, verify(forged).mismatches) == (0, 5)


def test_a_rate_and_an_earlier_edit_too(small_workbook: Path, tmp_path: Path) -> None:
    """The values of a workbook that was edited and saved, then edited back without calculating."""
    build(override(load(), rates=[0.5, 2.0], iterations=5, values={"w1": 0.2}), tmp_path / "w.xlsx", verify=False)
    report = verify(change_cell(tmp_path / "w.xlsx", tmp_path / "back.xlsx", "Inputs", "C14", number(0.15)))
    assert report.stale == report.mismatches > 100
    row = next(r for r in range(20, 40) if label_at(small_workbook, r) == "η lr 0.5")
    report = verify(change_cell(small_workbook, tmp_path / "rate.xlsx", "Inputs", f"C{row}", number(0.7)))
    assert report.stale == report.mismatches > 100


@pytest.mark.parametrize(
    ("sheet", "cell", "value"),
    [("Inputs", "ε", 1e-4), ("Explorer", "D5", 3.0), ("Gradient check", "B5", 3.0), ("Gradient check", "B7", 1e-3)],
)
def test_an_epsilon_or_a_pick_that_no_training_sheet_shows(
    small_workbook: Path, tmp_path: Path, sheet: str, cell: str, value: float
) -> None:
    if cell == "ε":
        cell = f"C{next(row for row in range(20, 50) if label_at(small_workbook, row) == cell)}"
    report = verify(change_cell(small_workbook, tmp_path / "edited.xlsx", sheet, cell, number(value)))
    assert report.stale == report.mismatches > 10


def label_at(path: Path, row: int) -> object:
    return openpyxl.load_workbook(path)["Inputs"].cell(row, 1).value


@pytest.mark.parametrize(("label", "value"), [("start(a_h1)", 0.25), ("w11", 0.3)])
def test_an_edit_of_a_network_that_goes_on_from_row_to_row(label: str, value: float, tmp_path: Path) -> None:
    """A start has no column of its own: it is what the first row goes on from."""
    path = small_workbook_of("char-rnn", tmp_path)
    cells = [cell for row in openpyxl.load_workbook(path)["Inputs"].iter_rows() for cell in row]
    (beside,) = [cell for cell in cells if cell.value == label]
    where = beside.offset(0, 2).coordinate
    report = verify(change_cell(path, tmp_path / "edited.xlsx", "Inputs", where, number(value)))
    assert report.stale == report.mismatches > 100
    assert any(line.startswith(f"edited: {label} ") for line in report.lines())
