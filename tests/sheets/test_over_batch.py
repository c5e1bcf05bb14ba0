"""A workbook whose rows meet: proven by both engines, checked live, and every overwritten number of a batch found."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults import Change, change_cell, constant, formula
from over_batches import all_functions, batch_norm, built_and_proven
from recalculated import Recalculated

from sheetgen import TemplateError, build, loads, verify
from sheetgen.network.study import Study
from sheetgen.page.cell_names import column_letter
from sheetgen.proof import in_blocks
from sheetgen.sheet_names import EPOCHS
from sheetgen.sheets.layout import FIRST_ROW, Layout
from sheetgen.sheets.notes import Notes
from sheetgen.show import equations
from sheetgen.xlsx.reader import WorkbookFile

SHEET = "lr 0.1"


@pytest.fixture(scope="module")
def study() -> Study:
    return loads(all_functions(iterations=6))


@pytest.fixture(scope="module")
def workbook(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_and_proven(study, tmp_path_factory.mktemp("batches") / "functions.xlsx")


@pytest.mark.parametrize(
    "text",
    [
        batch_norm(iterations=5),
        batch_norm("full", iterations=4),
        batch_norm(2, 4, 'shuffle = 5\noptimiser = "adam"\nschedule = { name = "cosine" }'),
        all_functions("full", iterations=4),
        all_functions(2, 4).replace('targets = ["t"]', 'targets = ["t"]\ntest = 0.34'),
    ],
)
def test_it_is_proven(text: str, tmp_path: Path) -> None:
    report = build(loads(text), tmp_path / "w.xlsx").report
    assert report is not None
    assert report.ok, report.diffs[:3]


@pytest.mark.usefixtures("soffice")
def test_libreoffice_proves_it_too(workbook: Path) -> None:
    report = verify(workbook, "libreoffice", timeout=120)
    assert report.ok, report.diffs[:3]


def test_its_formulas_are_those_of_a_textbook(workbook: Path, study: Study) -> None:
    """All rows of a batch have one formula; a weight moves in the first of them, and stays in the others."""
    letters = Layout(study).tables[0].letters
    rows = list(WorkbookFile(workbook).rows(SHEET))
    formulas = {f"{column_letter(cell.column)}{cell.row}": cell.formula for row in rows for cell in row}
    z, m, w, g = (letters[name] for name in ("z", "batch_mean(z)", "w", "mean ∂E/∂w"))
    for first in (FIRST_ROW, FIRST_ROW + 3, FIRST_ROW + 6):
        assert {formulas[f"{m}{first + k}"] for k in range(3)} == {f"AVERAGE({z}{first}:{z}{first + 2})"}
    assert formulas[f"{w}8"] == f"{w}7-$B$2*{g}7"
    assert (formulas[f"{w}9"], formulas[f"{w}10"]) == (f"{w}8", f"{w}9")


def test_any_overwritten_number_of_a_batch_turns_the_flag_and_is_named(workbook: Path, study: Study) -> None:
    open_book, layout = Recalculated(workbook), Layout(study)
    assert open_book.flag.startswith("OK: ")
    names = [quantity.name for quantity in study.network.over_batch]
    assert len(names) == 13
    for place, name in enumerate(names):
        row = FIRST_ROW + 4 + place % 2
        with open_book.moved(SHEET, row, layout.tables[0].index(name), 1e-6):
            assert open_book.where.startswith(f"sheet {SHEET}, quantity {name}, row {row}")
    with open_book.moved(SHEET, FIRST_ROW + 4, layout.tables[0].index("w"), 1e-6):
        assert open_book.where.startswith(f"sheet {SHEET}, quantity w, row {FIRST_ROW + 4}")
    assert open_book.flag.startswith("OK: ")


@pytest.mark.parametrize("change", [constant, formula("AVERAGE(V8:V9)"), formula("MAX(V8:V10)")])
@pytest.mark.parametrize("name", ["batch_var(y)", "batch_place(z)", "batch_sum(∂E/∂batch_mean(z))", "w"])
def test_verify_notices_what_stands_in_place_of_a_formula(
    workbook: Path, study: Study, tmp_path: Path, name: str, change: Change
) -> None:
    cell = f"{Layout(study).letter(name)}{FIRST_ROW + 4}"
    edited = change_cell(workbook, tmp_path / "edited.xlsx", SHEET, cell, change)
    report = verify(edited)
    assert not report.ok
    assert f"{SHEET}!{cell}" in "\n".join(map(str, report.diffs))


def test_a_large_one_is_recalculated_in_blocks_of_whole_batches(
    workbook: Path, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit, value in {"WIDE": 0, "MOST_LOOKS": 0, "BLOCK_CELLS": 5 * len(study.graph.names)}.items():
        monkeypatch.setattr(in_blocks, limit, value)
    report = verify(workbook)
    assert report.ok, report.diffs[:3]
    assert len(report.blocks) > 2
    assert all((block.first - FIRST_ROW) % 3 == 0 for block in report.blocks)


def test_epochs_has_the_numbers_of_all_samples(workbook: Path, study: Study) -> None:
    book = Recalculated(workbook)
    rows = list(WorkbookFile(workbook).rows(EPOCHS))
    labels = {cell.value: cell.column for cell in rows[2]}
    z, mean = labels["z"], labels["batch_mean(z)"]
    values = [book.evaluated(EPOCHS, FIRST_ROW + k, z) for k in range(6)]
    for k in range(6):
        assert book.evaluated(EPOCHS, FIRST_ROW + k, mean) == pytest.approx(sum(values) / 6, abs=1e-14)


def test_pictures_of_samples_by_themselves_are_refused() -> None:
    with pytest.raises(TemplateError, match="here the samples of a batch meet; choose another kind"):
        loads(all_functions() + '\n[[pictures]]\nkind = "regions"\n')


NOTES = {
    "batch_mean(z)": "Over the batch: one number of the samples of the batch, the same in all their rows.",
    "batch_sum(∂E/∂batch_mean(z))": "Over the batch: ∂E/∂batch_mean(z) of all its rows, added up.",
}


@pytest.mark.parametrize(("label", "words"), NOTES.items())
def test_a_note_says_what_a_column_is(study: Study, label: str, words: str) -> None:
    note = Notes(study, 0).note(study.graph.by_name[label], None)
    assert note.splitlines()[1].startswith(words)


def test_it_is_shown_as_text_latex_and_formulas() -> None:
    study = loads(batch_norm())
    text = equations(study, "text").splitlines()
    assert "  batch_mean(z1) = mean of z1 over the batch" in text
    assert "  batch_var(z1) = mean of (z1 − batch_mean(z1))² over the batch" in text
    assert "  n1 = (z1 − batch_mean(z1))/√(batch_var(z1) + 1e−05)" in text
    assert "  batch_sum(∂E/∂batch_mean(z1)) = sum of ∂E/∂batch_mean(z1) over the batch" in text
    latex = equations(study, "latex")
    assert r"\operatorname{mean}_{B}\left(z_{1}\right) &= \frac{1}{|B|}\sum_{B} z_{1}" in latex
    formulas = dict(line.strip().partition(": =")[::2] for line in equations(study, "excel").splitlines())
    assert formulas["S5  batch_mean(z1)"] == "AVERAGE(W5:W7)"
    assert formulas["T5  batch_var(z1)"] == "VARP(W5:W7)"
    assert formulas["H8  w11"] == "H7-$B$2*BF7"
