"""What a workbook says of itself: its template and version, and the numbers that a person typed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from faults import change_cell, change_parts, number, sheet_part
from networks import GOOD
from saving import kinds, resave

from sheetgen import WorkbookError, build, engines, load, loads, override, verify
from sheetgen.limits import MAX_COLUMNS
from sheetgen.network.study import CHECK_SETTINGS
from sheetgen.proof.recorded import _MOST_SOURCE_ROWS, numbers_recorded, study_recorded
from sheetgen.proof.report import Edit, Kind
from sheetgen.template.samples import MAX_SAMPLES
from sheetgen.template.write import effective_template
from sheetgen.version import __version__
from sheetgen.xlsx.reader import WorkbookFile


def test_the_study_and_the_version_of_a_fresh_workbook(small_workbook: Path) -> None:
    study, version = study_recorded(WorkbookFile(small_workbook))
    built = override(load(), rates=[0.5, 2.0], iterations=5)
    assert (study.equations, study.values, study.samples) == (built.equations, built.values, built.samples)
    assert (study.rates, study.iterations, version) == (built.rates, 5, __version__)


def test_the_numbers_of_a_fresh_workbook_and_of_an_edited_one(small_workbook: Path, tmp_path: Path) -> None:
    edited = change_cell(small_workbook, tmp_path / "edited.xlsx", "Inputs", "C14", number(0.2))
    for path, edits in ((small_workbook, []), (edited, [Edit("w1", 0.15, 0.2)])):
        file = WorkbookFile(path)
        built, _ = study_recorded(file)
        study, recorded_edits = numbers_recorded(file, engines.get("embedded").recalculate(path, 60), built)
        assert recorded_edits == edits
        assert study.values == built.values | {edit.name: edit.now for edit in edits}


def test_a_template_of_as_many_samples_as_there_may_be_fits_the_sheet_that_holds_it() -> None:
    study = load("linear-regression")
    names = (*study.network.inputs, *study.network.targets)
    most = replace(study, samples=dict.fromkeys(names, (0.5,) * MAX_SAMPLES), order=())
    lines = effective_template(most).count("\n")
    assert MAX_SAMPLES < lines < _MOST_SOURCE_ROWS - MAX_COLUMNS


def test_a_number_edited_and_saved_in_libreoffice_verifies_against_the_new_number(
    small_workbook: Path, tmp_path: Path, soffice: str
) -> None:
    edited = change_cell(small_workbook, tmp_path / "edited.xlsx", "Inputs", "C14", number(0.2))
    report = verify(resave(edited, tmp_path / "saved", soffice))
    assert report.ok, report.diffs
    assert [str(edit) for edit in report.edited] == ["w1 0.15 → 0.2"]


def test_an_edit_without_recalculation_leaves_wrong_cached_values(small_workbook: Path, tmp_path: Path) -> None:
    edited = change_cell(small_workbook, tmp_path / "edited.xlsx", "Inputs", "C14", number(0.2))
    report = verify(edited)
    assert not report.ok
    assert kinds(report) == {Kind.CACHED}
    assert [str(edit) for edit in report.edited] == ["w1 0.15 → 0.2"]


def test_an_edited_learning_rate_keeps_its_sheet(small_workbook: Path, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(small_workbook)
    row = next(r for r in range(1, 60) if workbook["Inputs"].cell(r, 1).value == "η lr 0.5")
    workbook["Inputs"].cell(row, 3).value = 0.7
    workbook.save(tmp_path / "edited.xlsx")
    report = verify(tmp_path / "edited.xlsx")
    assert report.ok, report.diffs
    assert [str(edit) for edit in report.edited] == ["η lr 0.5 0.5 → 0.7"]


def test_a_workbook_without_source(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(WorkbookError, match="no sheet 'Source'"):
        verify(tmp_path / "other.xlsx")


def test_a_layout_of_the_future(small_workbook: Path, tmp_path: Path) -> None:
    future = change_cell(small_workbook, tmp_path / "future.xlsx", "Source", "B4", number(4.0))
    with pytest.raises(WorkbookError, match="knows layout 3; build it again"):
        verify(future)


def test_a_damaged_template(small_workbook: Path, tmp_path: Path) -> None:
    def damage(xml: str) -> str:
        return xml.replace("sigmoid(h1)", "sigmoid(h9)")

    broken = change_parts(small_workbook, tmp_path / "b.xlsx", {sheet_part(small_workbook, "Source"): damage})
    with pytest.raises(WorkbookError, match="a_h1 uses 'h9'"):
        verify(broken)


def test_a_text_typed_into_inputs(small_workbook: Path, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(small_workbook)
    workbook["Inputs"]["C14"] = "a lot"
    workbook.save(tmp_path / "typed.xlsx")
    with pytest.raises(WorkbookError, match=r"Inputs!C14 holds 'a lot' as w1; type a number"):
        verify(tmp_path / "typed.xlsx")


def test_numbers_of_seventeen_digits_saved_with_fifteen(tmp_path: Path, soffice: str) -> None:
    """LibreOffice saves 15 digits, openpyxl 16, also of the column that says what a number was built with."""
    template = GOOD.replace("x = 0.5", "x = 0.12345678901234567").replace("0.5, 2", "0.30000000000000004")
    build(loads(template, "digits"), tmp_path / "book.xlsx", verify=False)
    saved = resave(tmp_path / "book.xlsx", tmp_path / "saved", soffice)
    openpyxl.load_workbook(tmp_path / "book.xlsx").save(tmp_path / "openpyxl.xlsx")
    for path in (saved, tmp_path / "openpyxl.xlsx"):
        report = verify(path)
        assert report.ok, report.diffs
        assert report.edited == []
    assert openpyxl.load_workbook(saved)["Inputs"]["C6"].value == 0.123456789012346


def test_a_number_that_was_changed_in_its_twelfth_digit_is_listed(tmp_path: Path) -> None:
    build(loads(GOOD, "digits"), tmp_path / "book.xlsx", verify=False)
    edited = change_cell(tmp_path / "book.xlsx", tmp_path / "edited.xlsx", "Inputs", "C6", number(0.500000000001))
    assert [str(edit) for edit in verify(edited).edited] == ["x 0.5 → 0.500000000001"]
    wrong = change_cell(tmp_path / "book.xlsx", tmp_path / "wrong.xlsx", "Inputs", "D6", number(0.500000000001))
    assert [(d.cell, d.kind) for d in verify(wrong).diffs][:1] == [("D6", Kind.LABEL)]


@pytest.mark.parametrize("setting", ["0.0", "-1E-9"])
def test_a_step_or_a_tolerance_that_is_not_above_0_is_refused(
    small_workbook: Path, tmp_path: Path, setting: str
) -> None:
    inputs = openpyxl.load_workbook(small_workbook)["Inputs"]
    rows = [row for row in range(1, 80) if inputs.cell(row, 1).value in CHECK_SETTINGS]
    assert len(rows) == len(CHECK_SETTINGS)
    for row in rows:
        changed = change_cell(small_workbook, tmp_path / "changed.xlsx", "Inputs", f"C{row}", number(float(setting)))
        with pytest.raises(WorkbookError, match="type a number greater than 0"):
            verify(changed)
