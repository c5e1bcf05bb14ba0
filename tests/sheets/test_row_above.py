"""A workbook whose rows go on from one another: proven by both engines, checked live, and read as it was meant."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from faults import change_cell, number
from picking import pick, verdict
from recalculated import Recalculated
from states import SAMPLES, elman, lstm

from sheetgen import TemplateError, build, engines, loads, verify
from sheetgen.network.study import Study
from sheetgen.proof import in_blocks
from sheetgen.sheet_names import EPOCHS
from sheetgen.sheets.layout import FIRST_ROW, Layout
from sheetgen.sheets.notes import Notes
from sheetgen.sheets.picks import CHECK_ITERATION
from sheetgen.show import equations

SHEET = "lr 0.2"


@pytest.fixture(scope="module")
def study() -> Study:
    return loads(lstm())


@pytest.fixture(scope="module")
def workbook(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "lstm.xlsx"
    report = build(study, path).report
    assert report is not None
    assert report.ok
    return path


@pytest.mark.usefixtures("soffice")
def test_libreoffice_proves_it_too(workbook: Path) -> None:
    report = verify(workbook, "libreoffice", timeout=120)
    assert report.ok, report.diffs[:3]
    assert report.max_abs == 0


def test_any_overwritten_cell_of_the_row_above_turns_the_flag_and_is_named(workbook: Path, study: Study) -> None:
    chance, layout, open_book = random.Random(5), Layout(study), Recalculated(workbook)
    assert open_book.flag.startswith("OK: ")
    names = [name for name in study.graph.names if any(word in name for word in ("previous", "above", "two-row"))]
    assert len(names) > 30
    for name in chance.sample(names, 12):
        row = FIRST_ROW + chance.randrange(study.rows)
        with open_book.moved(SHEET, row, layout.tables[0].index(name), 1e-6):
            assert open_book.where == f"sheet {SHEET}, quantity {name}, row {row} (iteration {row - FIRST_ROW})"
    assert open_book.flag.startswith("OK: ")


@pytest.mark.parametrize("iteration", [0, 7, 17])
def test_the_gradient_check_holds_what_a_row_goes_on_from(workbook: Path, tmp_path: Path, iteration: int) -> None:
    path = pick(workbook, tmp_path / "picked.xlsx", CHECK_ITERATION, iteration)
    word, sentence = verdict(engines.get("embedded").recalculate(path, 120))
    assert word == "OK"
    assert str(sentence).startswith("OK: all 13 gradients of this step")


def test_a_start_is_a_number_of_inputs_that_the_whole_workbook_follows(workbook: Path, study: Study) -> None:
    book, layout = Recalculated(workbook), Layout(study)
    row = layout.input_rows["start(h)"]
    assert book.evaluated("Inputs", row, 3) == -0.1
    with book.moved("Inputs", row, 3, 0.5):
        column = layout.tables[0].index("previous(h)")
        begins = [book.evaluated(SHEET, FIRST_ROW + k * len(SAMPLES), column) for k in range(4)]
        assert begins == [pytest.approx(0.4)] * 4
        assert book.flag.startswith("OK: ")


def test_epochs_begin_with_the_start_at_every_point(tmp_path: Path) -> None:
    """Also where the state never begins anew in training: an evaluation is of all samples, from the first on."""
    study = loads(elman("never", "one step"))
    path = tmp_path / "w.xlsx"
    report = build(study, path).report
    assert report is not None
    assert report.ok
    book = Recalculated(path)
    assert book.evaluated(EPOCHS, FIRST_ROW + len(SAMPLES), 5) == 0.2


def test_a_start_that_was_edited_is_the_one_that_is_proven(workbook: Path, study: Study, tmp_path: Path) -> None:
    cell = f"C{Layout(study).input_rows['start(c)']}"
    edited = change_cell(workbook, tmp_path / "edited.xlsx", "Inputs", cell, number(0.8))
    report = verify(edited, ignore_cache=True)
    assert report.ok, report.diffs[:3]
    assert list(map(str, report.edited)) == ["start(c) 0.3 → 0.8"]


def test_a_large_one_is_recalculated_in_blocks(
    workbook: Path, study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A block goes on from the last row of the one before it, as the engine calculated that."""
    for limit, value in {"WIDE": 0, "MOST_LOOKS": 0, "BLOCK_CELLS": 5 * len(study.graph.names)}.items():
        monkeypatch.setattr(in_blocks, limit, value)
    report = verify(workbook)
    assert report.ok, report.diffs[:3]
    assert len(report.blocks) > 2


def test_pictures_of_samples_by_themselves_are_refused() -> None:
    text = elman() + '\n[[pictures]]\nkind = "line"\n'
    with pytest.raises(TemplateError, match="here a sample goes on from the one before it; choose another kind"):
        loads(text)


NOTES = {
    "previous(h)": "h of the row above; in the first row of every epoch its start, from the sheet Inputs.",
    "h": "Computed on the way to the loss; enters y.",
    "∂E/∂above(ui)": "Derivative of this row's loss E with respect to the weight ui of the row above",
    "∂E/∂above(c)": "Derivative of this row's loss E with respect to the quantity c of the row above",
    "two-row ∂E/∂ui": "What the update takes: the gradient by the weight of this row and",
}


@pytest.mark.parametrize(("label", "words"), NOTES.items())
def test_a_note_says_what_a_column_is(study: Study, label: str, words: str) -> None:
    note = Notes(study, 0).note(study.graph.by_name[label], None)
    assert note.splitlines()[1].startswith(words)


def test_it_is_shown_as_text_latex_and_formulas() -> None:
    study = loads(elman("epoch", "one step"))
    text = equations(study, "text").splitlines()
    assert "  previous(h) = where(sample = 1, start(h), above(h))" in text
    assert "  ∂E/∂above(h) = where(sample = 1, 0, ∂E/∂previous(h))" in text
    assert "  ∂E/∂above(u) = ∂E/∂above(z)·above(previous(h))" in text
    assert "  two-row ∂E/∂w = ∂E/∂w + ∂E/∂above(w)" in text
    assert "  w := w − η·two-row ∂E/∂w" in text
    latex = equations(study, "latex")
    assert r"z &= w \cdot x + u \cdot {h}^{\mathrm{prev}} + b" in latex
    assert r"\left(1 - {\left({h}^{\uparrow}\right)}^{2}\right)" in latex
    formulas = dict(line.strip().partition(": =")[::2] for line in equations(study, "excel").splitlines())
    assert formulas["K6  previous(h)"] == "IF(B6=1,'Inputs'!$C$6,M5)"
