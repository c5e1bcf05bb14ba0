"""The layout that people and other tools rely on, read with openpyxl as a stranger would."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from sheetgen.template.write import effective_template

SHEETS = ["Start", "Inputs", "lr 0.1", "lr 0.2", "lr 0.5", "lr 0.8", "lr 1.0", "lr 2.0", "Error", "Explorer",
          "Pictures", "Gradient check", "Equations", "Checks", "Source"]  # fmt: skip
WEIGHTS = [f"w{i}" for i in range(1, 9)]
LABELS = [
    "iteration", "i1", "i2", "t1", "t2", *WEIGHTS, "h1", "h2", "a_h1", "a_h2", "o1", "o2", "a_o1", "a_o2", "E1", "E2",
    "E_total", *(f"∂E_total/∂{q}" for q in ("a_o1", "a_o2", "o1", "o2", "a_h1", "a_h2", "h1", "h2", *WEIGHTS)),
]  # fmt: skip


@pytest.fixture(scope="module")
def formulas(seed_workbook: Path) -> Workbook:
    return openpyxl.load_workbook(seed_workbook)


@pytest.fixture(scope="module")
def values(seed_workbook: Path) -> Workbook:
    return openpyxl.load_workbook(seed_workbook, data_only=True)


def test_the_sheets(formulas: Workbook) -> None:
    assert formulas.sheetnames == SHEETS


@pytest.mark.parametrize("name", SHEETS[2:8])
def test_a_training_sheet(formulas: Workbook, values: Workbook, name: str) -> None:
    sheet, numbers = formulas[name], values[name]
    assert [cell.value for cell in sheet[3]] == LABELS
    assert len(LABELS) == 40
    assert (sheet.max_row, sheet.max_column) == (105, 40)
    assert numbers["B2"].value == float(name.removeprefix("lr "))
    assert numbers["A1"].value == f"Training with learning rate η = {numbers['B2'].value:g}"
    assert [row[0].value for row in numbers.iter_rows(min_row=5)] == list(range(101))
    assert sheet["B2"].value.startswith("='Inputs'!")
    assert sheet.freeze_panes == "C5"  # the title, η and the flag stay in sight
    assert numbers["A4"].value == "OK: all 306 checks pass"
    assert not sheet.protection.sheet


def test_textbook_spelling(formulas: Workbook) -> None:
    sheet = formulas["lr 0.5"]
    assert sheet["P5"].value == "=1/(1+EXP(-N5))"
    assert sheet["H6"].value == "=H5-$B$2*AI5"
    assert sheet["H105"].value == "=H104-$B$2*AI104"
    assert sheet["N40"].value == "=F40*B40+G40*C40"
    assert sheet["V5"].value == "=0.5*(D5-T5)^2"
    assert sheet["AC9"].value == "=AA9*J9+AB9*L9"


def test_row_four_is_the_equation(formulas: Workbook) -> None:
    sheet = formulas["lr 0.5"]
    assert sheet["N4"].value == "h1 = w1·i1 + w2·i2"
    assert sheet["V4"].value == "E1 = ½·(t1 − a_o1)²"
    assert sheet["F4"].value == "w1 := w1 − η·(∂E_total/∂w1)"
    assert sheet["AA4"].value == "∂E_total/∂o1 = (∂E_total/∂a_o1)·a_o1·(1\u00a0−\u00a0a_o1)"


def test_sections_are_named_and_fold(formulas: Workbook) -> None:
    sheet = formulas["lr 0.5"]
    bands = {cell.value: cell.column_letter for cell in sheet[2] if cell.value and cell.column > 2}
    assert bands == {"data": "C", "weights": "F", "forward": "N", "loss": "V", "backward": "Y", "gradients": "AG"}
    folded = {letter for letter, column in sheet.column_dimensions.items() if column.outlineLevel == 1}
    assert folded == {"C", "G", "O", "W", "Z", "AH"}  # each group begins after a section's first column


def test_a_training_sheet_is_printed_on_few_pages(formulas: Workbook) -> None:
    sheet = formulas["lr 0.5"]
    assert sheet.print_title_cols == "$A:$B"  # the title lies across both, and was cut where A alone was repeated
    assert sheet.print_title_rows == "$2:$4"  # η, labels and equations; not the links to other sheets, in row 1
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToWidth * sheet.page_setup.fitToHeight <= 4


def test_every_formula_carries_its_value(formulas: Workbook, values: Workbook) -> None:
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    cached = values[sheet.title][cell.coordinate].value
                    text = getattr(cell.value, "text", cell.value)
                    empty_text = text.endswith('"","changed")') or (
                        sheet.title in ("Checks", "Explorer") and ',""' in text
                    )
                    assert cached is not None or empty_text, f"{sheet.title}!{cell.coordinate}"


def test_inputs_hold_every_number_once_with_validation(formulas: Workbook) -> None:
    sheet = formulas["Inputs"]
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=5, max_col=5) if row[2].value is not None}
    assert list(rows) == [
        "i1", "i2", "t1", "t2", *WEIGHTS, *(f"η {name}" for name in SHEETS[2:8]), "ε", "tolerance",
    ]  # fmt: skip
    validated = {cell for v in sheet.data_validations.dataValidation for cell in str(v.sqref).split()}
    for row in rows.values():
        assert row[2].value == row[3].value
        assert row[2].font.color.rgb.endswith("0000FF")
        assert row[2].coordinate in validated


def test_the_numbers_of_the_source(values: Workbook) -> None:
    """The constants of the published network, and its error before any update."""
    sheet = values["lr 0.1"]
    assert [sheet.cell(5, column).value for column in range(2, 14)] == [
        0.05, 0.1, 0.01, 0.99, 0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5, 0.55,
    ]  # fmt: skip
    assert sheet["X5"].value == 0.24251985734837728


def test_the_error_sheet_is_live_and_sums_up(formulas: Workbook, values: Workbook) -> None:
    sheet, numbers = formulas["Error"], values["Error"]
    assert [sheet.cell(50, column).value for column in range(1, 8)] == [
        "='lr 0.1'!A50", *(f"='{name}'!X50" for name in SHEETS[2:8]),
    ]  # fmt: skip
    assert [numbers.cell(3, column).value for column in range(2, 8)] == [
        "η = 0.1", "η = 0.2", "η = 0.5", "η = 0.8", "η = 1", "η = 2",
    ]  # fmt: skip
    first, last = (values["lr 2.0"][cell].value for cell in ("X5", "X105"))
    assert [cell.value for cell in numbers[10][8:15]] == [2.0, first, last, last, 100, 0, "yes"]
    assert numbers["I12"].value == (
        "After 100 updates the error ends lowest with η = 2; "
        "at every rate it fell at every step, so none of them diverged."
    )


def test_charts_are_complete(seed_workbook: Path) -> None:
    """openpyxl leaves axes out of Excel unless told; each line needs its own colour, each chart a description."""
    import re
    import zipfile

    with zipfile.ZipFile(seed_workbook) as package:
        drawing = package.read("xl/drawings/drawing1.xml").decode()
        charts = [package.read(f"xl/charts/chart{n}.xml").decode() for n in (1, 2)]
    assert len(re.findall(r'descr="Chart: E_total against the iteration', drawing)) == 2
    assert ["logBase" in chart for chart in charts] == [False, True]
    for chart in charts:
        assert chart.count('<c:delete val="0"') == 2
        assert 'scatterStyle val="lineMarker"' in chart
        colours = re.findall(r'<c:ser>.*?srgbClr val="(\w+)"', chart)
        assert len(set(colours)) == len(colours) == 6
        assert len(re.findall(r"'?Error'?!\$[B-G]\$3<", chart)) == 6  # the legend follows the live label
        assert chart.count("<a:t>") >= 3  # a title, and one on each axis


def test_equations_show_the_chain_rule_with_live_numbers(formulas: Workbook, values: Workbook) -> None:
    sheet, numbers = formulas["Equations"], values["Equations"]
    rows = {row[0].value: row[0].row for row in sheet.iter_rows(max_col=1) if row[0].value}
    heads = [row for row in sheet.iter_rows(max_col=2) if str(row[1].value).startswith("= ∂")]
    chain = {row[0].value: (row[0].row, row[1].value) for row in heads}
    assert chain["∂E_total/∂w5"][1] == "= ∂E_total/∂a_o1 · ∂a_o1/∂o1 · ∂o1/∂w5"
    assert chain["∂E_total/∂w1"][1].count("+") == 1
    top = chain["∂E_total/∂w5"][0]
    assert [sheet.cell(top + 1, c).value for c in (3, 4, 5)] == ["∂E_total/∂a_o1", "· ∂a_o1/∂o1", "· ∂o1/∂w5"]
    assert [sheet.cell(top + 2, c).value for c in (3, 4, 5)] == ["= a_o1 − t1", "= a_o1·(1 − a_o1)", "= a_h1"]
    assert sheet.cell(top + 3, 4).value == "='lr 0.1'!$T$5*(1-'lr 0.1'!$T$5)"
    assert numbers.cell(top + 3, 2).value == pytest.approx(values["lr 0.1"]["AK5"].value, rel=1e-14)
    agree = [row[4].value for row in numbers.iter_rows() if row[4].value in ("agrees", "DIFFERS")]
    assert agree == ["agrees"] * 8
    assert {"h1", "E_total", "∂E_total/∂h2", "w8"} <= rows.keys()


def test_source_holds_the_effective_template(tmp_path: Path) -> None:
    from sheetgen import build, load, override

    study = override(load(), values={"w1": 0.2}, rates=[0.3], iterations=3)
    build(study, tmp_path / "s.xlsx", verify=False)
    sheet = openpyxl.load_workbook(tmp_path / "s.xlsx")["Source"]
    lines = "\n".join(row[1].value or "" for row in sheet.iter_rows(min_row=9, max_col=2))
    assert lines == effective_template(study)
    assert "w1 = 0.2\n" in lines
    assert "rates = [0.3]" in lines
    facts = {row[0].value: row[1].value for row in sheet.iter_rows(min_row=4, max_row=8, max_col=2)}
    assert facts["layout"] == 3
    assert facts["verify with"].startswith("sheetgen verify")
