"""Verification: what is right passes with no deviation at all, and every seeded fault is found."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pytest
from faults import cached, change_cell, change_sheet, constant, formula, number, text
from networks import GOOD, line
from saving import kinds, resave

from sheetgen import Tolerance, WorkbookError, build, load, loads, override, verify
from sheetgen.network.study import Study
from sheetgen.proof.report import Kind, Report
from sheetgen.sheets.layout import Layout

# Columns of the seed's training sheets.
H1, A_H1, W5, D_W3 = "N", "P", "J", "AI"


def first(report: Report) -> str:
    return f"{report.diffs[0].sheet}!{report.diffs[0].cell}"


def test_the_seed_agrees_to_the_last_bit(seed_workbook: Path) -> None:
    report = verify(seed_workbook)
    assert report.ok
    assert (report.max_abs, report.max_rel) == (0.0, 0.0)
    assert report.training_cells == 6 * (101 * 40 - 1)  # all but the first iteration's number are formulas
    assert report.cells == report.training_cells + report.helper_cells > report.training_cells
    assert [sheet.name for sheet in report.sheets if sheet.status == "proven"] == [
        "lr 0.1", "lr 0.2", "lr 0.5", "lr 0.8", "lr 1.0", "lr 2.0",
    ]  # fmt: skip


def test_libreoffice_agrees_to_the_last_bit(seed_workbook: Path, soffice: str) -> None:
    report = verify(seed_workbook, "libreoffice", timeout=120)
    assert report.ok, report.diffs
    assert report.engine.startswith("LibreOffice")
    if "15 digits" not in " ".join(report.notes):
        assert report.max_abs == 0.0


@pytest.mark.parametrize(
    ("sheet", "cell", "fault", "kind"),
    [
        ("lr 0.5", f"{A_H1}8", formula("1/(1+EXP(-O8))"), Kind.FORMULA),
        ("lr 0.5", f"{W5}8", formula("K7-$B$2*AK7"), Kind.FORMULA),
        ("lr 0.5", f"{A_H1}8", cached("0.5069"), Kind.CACHED),
        ("lr 0.5", f"{A_H1}8", constant, Kind.CONSTANT),
        ("lr 0.5", "A5", number(1.0), Kind.LABEL),
        ("lr 0.5", f"{D_W3}3", text("∂E_total/∂w4"), Kind.LABEL),
        ("lr 0.5", f"{D_W3}4", text("∂E_total/∂w3 = ∂E_total/∂h2·i2"), Kind.LABEL),
        ("lr 0.5", "B2", formula("Inputs!$C$25"), Kind.FORMULA),
        ("lr 0.5", "B2", constant, Kind.CONSTANT),
        ("Inputs", "A6", text("i9"), Kind.LABEL),
        ("Inputs", "D6", number(0.06), Kind.LABEL),
        ("Error", "B7", constant, Kind.CONSTANT),
        ("Error", "C7", cached("0.2"), Kind.CACHED),
        ("Checks", "B3", constant, Kind.CONSTANT),
        ("Start", "B3", cached("OK: all is well"), Kind.CACHED),
        ("Source", "B5", text("9.9.9"), None),
    ],
)
def test_a_changed_cell_is_found(
    small_workbook: Path, tmp_path: Path, sheet: str, cell: str, fault: object, kind: Kind | None
) -> None:
    broken = change_cell(small_workbook, tmp_path / "broken.xlsx", sheet, cell, fault)  # type: ignore[arg-type]
    report = verify(broken)
    if kind is None:  # the version of the package that made a workbook is a fact, not a claim
        assert report.ok
    else:
        assert not report.ok
        assert first(report) == f"{sheet}!{cell}"
        assert report.diffs[0].kind == kind


def test_a_broken_formula_is_found_although_every_cached_value_is_right(seed_workbook: Path, tmp_path: Path) -> None:
    """The trap of engines that trust cached values: the numbers in the file are all as they should be."""
    broken = change_cell(seed_workbook, tmp_path / "b.xlsx", "lr 2.0", f"{H1}60", formula("F60*B60+G60*B60"))
    with_engine = verify(broken)
    assert {Kind.FORMULA, Kind.VALUE} <= kinds(with_engine)
    assert with_engine.mismatches > 100  # everything that depends on it recalculates to other numbers


def wrong_sigmoid(xml: str) -> str:
    """Use a_h1·(1 − a_h1) where a_h2·(1 − a_h2) belongs, in the whole column, as half of all hand-made ones do."""
    changed, count = re.subn(r"(<f[^>]*>AD\d+\*)Q(\d+)\*\(1-Q(\d+)\)", r"\g<1>P\2*(1-P\3)", xml)
    assert count == 2  # the first row's own formula and the shared one
    return changed


def test_the_mistake_of_hand_made_workbooks_is_found(seed_workbook: Path, tmp_path: Path) -> None:
    broken = change_sheet(seed_workbook, tmp_path / "broken.xlsx", "lr 0.1", wrong_sigmoid)
    report = verify(broken, max_diffs=1000)
    wrong = [d for d in report.diffs if d.kind == Kind.FORMULA]
    assert {d.quantity for d in wrong} == {"∂E_total/∂h2"}
    assert len(wrong) == 101
    assert wrong[0].expected_formula == "AD5*Q5*(1-Q5)"


def test_that_mistake_hides_from_the_loss_but_not_from_the_live_checks(
    seed_workbook: Path, tmp_path: Path, soffice: str
) -> None:
    """Saved by LibreOffice, every cached value fits the wrong formula; the loss moves by less than 1e-7."""
    broken = change_sheet(seed_workbook, tmp_path / "broken.xlsx", "lr 0.1", wrong_sigmoid)
    saved = resave(broken, tmp_path / "saved", soffice)
    report = verify(saved, max_diffs=10_000)
    losses = [d for d in report.diffs if d.quantity == "E_total" and d.kind == Kind.VALUE]
    assert losses
    assert all(abs(d.expected - d.found) < 1e-7 for d in losses)  # type: ignore[operator]
    assert {Kind.FORMULA, Kind.VALUE} <= kinds(report)
    values = openpyxl.load_workbook(saved, data_only=True)
    assert values["Checks"]["B3"].value.startswith("CHECK: ")
    assert values["Start"]["B3"].value == values["Checks"]["B3"].value


def test_a_workbook_saved_by_libreoffice_verifies(small_workbook: Path, tmp_path: Path, soffice: str) -> None:
    report = verify(resave(small_workbook, tmp_path / "saved", soffice))
    assert report.ok, report.diffs


@pytest.mark.parametrize(
    ("sheet", "cell", "shown", "ok"),
    [("lr 0.5", "A1", "Training with learning rate η = 0,5", True), ("Error", "B3", "η = 0,5", True),
     ("lr 0.5", "A1", "Training with learning rate η = 0,6", False), ("Error", "B3", "η = 05", False),
     ("Error", "B3", "η = 0,05", False), ("Error", "C3", "η = 0,5", False)],
)  # fmt: skip
def test_a_decimal_comma_in_a_cached_text_is_no_difference_and_another_number_is(
    small_workbook: Path, tmp_path: Path, sheet: str, cell: str, shown: str, ok: bool
) -> None:
    report = verify(change_cell(small_workbook, tmp_path / "german.xlsx", sheet, cell, cached(shown)))
    assert (report.ok, kinds(report)) == (ok, set() if ok else {Kind.CACHED})


def test_missing_cached_values_are_a_note(small_workbook: Path, tmp_path: Path) -> None:
    openpyxl.load_workbook(small_workbook).save(tmp_path / "saved.xlsx")
    report = verify(tmp_path / "saved.xlsx")
    assert report.ok, report.diffs
    assert any("no cached value" in note for note in report.notes)


def drop_row(xml: str) -> str:
    return re.sub(r'<row r="8">.*?</row>', "", xml, count=1)


def repeat_row(xml: str) -> str:
    """Put the last row in once more below itself, as filling down does."""
    xml = re.sub(r'(ref="[A-Z]+\d+:[A-Z]+)10"', r'\g<1>11"', xml)
    last = re.search(r'<row r="10">.*?</row>', xml)
    assert last
    return xml.replace(last[0], last[0] + re.sub(r'r="([A-Z]*)10"', r'r="\g<1>11"', last[0]), 1)


@pytest.mark.parametrize(("fault", "kind"), [(drop_row, Kind.MISSING), (repeat_row, Kind.EXTRA)])
def test_a_missing_or_repeated_row_is_found(small_workbook: Path, tmp_path: Path, fault: object, kind: Kind) -> None:
    broken = change_sheet(small_workbook, tmp_path / "broken.xlsx", "lr 2.0", fault)  # type: ignore[arg-type]
    report = verify(broken)
    assert kind in kinds(report)


def test_two_weights_swapped_everywhere_are_found(small_workbook: Path, tmp_path: Path) -> None:
    def swap(xml: str) -> str:
        return re.sub(r"(<f[^>]*>)(J)(\d+\*P\d+\+)(K)(\d+\*Q\d+</f>)", r"\g<1>K\g<3>J\g<5>", xml)

    broken = change_sheet(small_workbook, tmp_path / "broken.xlsx", "lr 0.5", swap)
    report = verify(broken)
    assert {d.quantity for d in report.diffs if d.kind == Kind.FORMULA} == {"o1"}


def test_a_removed_sheet_is_found(small_workbook: Path, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(small_workbook)
    del workbook["Start"]
    workbook.save(tmp_path / "less.xlsx")
    report = verify(tmp_path / "less.xlsx")
    assert [d.sheet for d in report.diffs] == ["Start"]


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "no .xlsx"), (b"hello", "no .xlsx"), (b"PK\x03\x04 and no more", "damaged"),
     (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "encrypted")],
)  # fmt: skip
def test_a_file_that_is_no_workbook(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "bad.xlsx").write_bytes(content)
    with pytest.raises(WorkbookError, match=message):
        verify(tmp_path / "bad.xlsx")


def test_a_truncated_workbook(small_workbook: Path, tmp_path: Path) -> None:
    whole = small_workbook.read_bytes()
    for share in (0.2, 0.5, 0.9, 0.999):
        (tmp_path / "cut.xlsx").write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(WorkbookError, match="damaged"):
            verify(tmp_path / "cut.xlsx")


def test_the_report_as_json(small_workbook: Path, tmp_path: Path) -> None:
    broken = change_cell(small_workbook, tmp_path / "b.xlsx", "lr 0.5", "N7", formula("LN(0)"))
    values = verify(broken, max_diffs=3).to_dict()
    keys = {"ok", "engine", "cells", "training_cells", "helper_cells", "mismatches", "max_abs", "max_rel", "edited"}
    assert keys | {"sheets", "diffs"} <= values.keys()
    assert len(values["diffs"]) == 3 < values["mismatches"]
    assert {"sheet", "cell", "kind", "quantity", "iteration", "rate", "expected", "found", "formula"} | {
        "expected_formula"
    } == values["diffs"][0].keys()
    assert values["diffs"][0] | {"expected": 0} == {
        "sheet": "lr 0.5", "cell": "N7", "kind": "formula", "quantity": "h1", "iteration": 2, "rate": 0.5,
        "expected": 0, "found": "#NUM!", "formula": "LN(0)", "expected_formula": "F7*B7+G7*C7",
    }  # fmt: skip
    json.dumps(values, allow_nan=False)


def test_a_cached_value_wrong_in_the_twelfth_digit_is_found(small_workbook: Path, tmp_path: Path) -> None:
    value = openpyxl.load_workbook(small_workbook, data_only=True)["lr 0.5"]["X7"].value
    for error, ok in ((3e-12, False), (3e-16, True)):
        near = change_cell(
            small_workbook, tmp_path / f"{error}.xlsx", "lr 0.5", "X7", cached(repr(value * (1 + error)))
        )
        assert verify(near).ok is ok
    assert verify(tmp_path / "3e-12.xlsx", tolerance=Tolerance(rtol=1e-11)).ok


@pytest.fixture(scope="module")
def converged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Training far past convergence, where differences of nearly equal numbers are all that is left."""
    path = tmp_path_factory.mktemp("converged") / "converged.xlsx"
    study = override(load(), rates=[5.0, 20.0], iterations=200, values={"t1": 0.3, "t2": 0.6})
    assert build(study, path).ok
    return path


def test_libreoffice_snaps_tiny_differences_and_still_agrees(converged: Path, soffice: str) -> None:
    """It takes numbers that differ in the last bits for equal; the tolerance knows what they were computed from."""
    report = verify(converged, "libreoffice", timeout=120)
    assert report.ok, report.diffs
    assert 0 < report.max_abs < 1e-13


@pytest.mark.parametrize("rate", [1e-05, 1e-07, 0.30000000000000004, 0.1234567890123456, 123456.789])
def test_any_rate_can_be_built(tmp_path: Path, rate: float) -> None:
    """Spreadsheet programs spell numbers inside a text in ways of their own: 1E-05, 0.00001."""
    built = build(override(load(), rates=[rate], iterations=2), tmp_path / "b.xlsx")
    assert built.ok, built.report


PERFECT = (
    GOOD.replace("x = 0.5", "x = 0.1")
    .replace("sigmoid(h)", "h")
    .replace("w*x", "w*x + b")
    .replace("w = 0.4", "w = 1\nb = 0.2")
)
"""0.1 + 0.2 is 0.30000000000000004, and the target 0.3."""


def fit(rows: str, batch: str, w: float) -> Study:
    """Return a straight line, with a metric that stands on an edge where the fit is perfect."""
    metric = "where(y > t, 1, 0)"
    return loads(line(rows, rates="0.5, 1", iterations=5, batch=batch, w=w, b=0.0, metric=metric))


def seed_with(**values: float) -> Study:
    return override(load(), rates=[0.5], iterations=2, values=values)


STARTS = {
    "perfect": loads(PERFECT, "perfect"),
    "saturated": seed_with(w1=700.0),
    "saturated below": seed_with(w1=-700.0),
    "an output at 0": seed_with(w5=-700.0),
    "all alike": seed_with(**dict.fromkeys((f"w{k}" for k in range(1, 9)), 0.0)),
    "a far target": seed_with(t1=1e6),
    "tanh at 1": loads(GOOD.replace("sigmoid(h)", "tanh(h)").replace("w = 0.4", "w = 36")),
    "a perfect line": fit("[1, 0.3], [2, 0.6], [3, 0.9]", "'full'", 0.3),
    "a perfect line by batches": fit("[1, 0.3], [2, 0.6], [3, 0.9]", "2", 0.3),
    "a line that comes to fit": fit("[1, 0.3], [1, 0.3]", "1", 0.1),
}


@pytest.mark.parametrize("start", STARTS)
def test_cells_that_link_to_a_perfect_or_saturated_start_carry_its_bound(
    start: str, tmp_path: Path, soffice: str
) -> None:
    """LibreOffice snaps 0.30000000000000004 − 0.3 to 0, and all that links to it, or is a product of it, follows."""
    built = build(STARTS[start], tmp_path / "start.xlsx", verify=False)
    assert built.verdict.startswith("OK: ")
    report = verify(tmp_path / "start.xlsx", "libreoffice", timeout=120)
    assert report.ok, report.diffs
    sheet, cell = STARTS[start].variants[0].sheet, f"{Layout(STARTS[start]).letter(STARTS[start].network.loss)}7"
    forged = change_cell(tmp_path / "start.xlsx", tmp_path / "forged.xlsx", sheet, cell, cached("0.75"))
    assert [(difference.sheet, difference.cell) for difference in verify(forged).diffs] == [(sheet, cell)]
