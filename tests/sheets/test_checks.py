"""The live checks: right workbooks pass, and every kind of check fails on a fault of its own kind, in both engines."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults import Change, change_cell, change_sheet, constant, formula
from networks import GOOD
from recalculated import Recalculated

from sheetgen import build, engines, load, loads, override, verify
from sheetgen.engines.base import Value
from sheetgen.network.study import Study
from sheetgen.sheet_names import CHECKS
from sheetgen.sheets.layout import FIRST_ROW, Layout

GALLERY = (
    "dead-relu", "diverging", "iris", "linear-regression", "logistic-regression", "mazur", "mlp-2-2-2", "perceptron",
    "ravine", "vanishing-gradients", "xor",
)  # fmt: skip
ISFORMULA = "no number in place of a formula"


def checks(engine: engines.Engine, path: Path) -> tuple[str, str, dict[str, Value]]:
    """Return the flag, where the first check fails, and the word of each check, recalculated."""
    grid = engine.recalculate(path, 120).grid(CHECKS, 80, 8)
    rows = {str(row[0]): row[3] for row in grid[12:] if row[3] in ("OK", "OK at a kink", "CHECK")}
    return str(grid[2][1]), str(grid[6][1] or ""), rows


def test_a_right_workbook_passes_every_check(engine: engines.Engine, small_workbook: Path) -> None:
    flag, where, words = checks(engine, small_workbook)
    assert flag == f"OK: all {2 * len(words)} checks pass"
    assert where == ""
    # no gap, no constant, the rate; a column each; a gradient each
    assert len(words) == 3 + len(load().graph.names) + len(load().network.weights)
    assert set(words.values()) == {"OK"}


def wrong_sigmoid(xml: str) -> str:
    return re.sub(r"(<f[^>]*>AD\d+\*)Q(\d+)\*\(1-Q(\d+)\)", r"\g<1>P\2*(1-P\3)", xml)


@pytest.mark.parametrize(
    ("cell", "fault", "failing", "where"),
    [
        ("AI7", lambda xml: "", {"no gap and no error", "∂E_total/∂w3"}, ""),  # a cell deleted: a gap
        ("A8", lambda xml: "", {"no gap and no error", "iteration"}, ""),
        ("N9", formula("1/0"), {"no gap and no error"}, ""),
        ("H8", formula("H7+$B$2*AI7"), {"w3"}, "sheet lr 0.5, quantity w3, row 8 (iteration 3)"),  # the wrong sign
        ("AI8", formula("AF8*C8"), {"∂E_total/∂w3"}, "sheet lr 0.5, quantity ∂E_total/∂w3, row 8 (iteration 3)"),
        ("AI5", formula("AF5*B5*1.0001"), {"∂E_total/∂w3", "∂E_total/∂w3 at iteration 0"}, "row 5 (iteration 0)"),
    ],
)
def test_a_fault_turns_its_checks_and_the_flag(
    engine: engines.Engine,
    small_workbook: Path,
    tmp_path: Path,
    cell: str,
    fault: Change,
    failing: set[str],
    where: str,
) -> None:
    broken = change_cell(small_workbook, tmp_path / "broken.xlsx", "lr 0.5", cell, fault)
    flag, found, words = checks(engine, broken)
    failed = {name for name, word in words.items() if word == "CHECK"}
    assert failing <= failed
    assert flag.startswith("CHECK: ")
    assert where in found
    assert found.startswith("sheet lr 0.5, quantity ")


def test_a_formula_replaced_by_its_value_is_seen_where_a_program_can_tell(
    engine: engines.Engine, small_workbook: Path, tmp_path: Path
) -> None:
    """The embedded engine cannot; `sheetgen verify` finds it with both."""
    broken = change_cell(small_workbook, tmp_path / "broken.xlsx", "lr 0.5", "H8", constant)
    flag, where, words = checks(engine, broken)
    sees = engine.name == "libreoffice"
    assert {name for name, word in words.items() if word == "CHECK"} == ({ISFORMULA} if sees else set())
    assert flag.startswith("CHECK: 1 of " if sees else "OK: ")
    assert where == (f"sheet lr 0.5, quantity {ISFORMULA}, row 8 (iteration 3)" if sees else "")


def test_the_wrong_gradient_of_hand_made_workbooks_fails_its_checks(
    engine: engines.Engine, small_workbook: Path, tmp_path: Path
) -> None:
    """It moves the loss by less than 1e-7; columns and central differences see it all the same."""
    broken = change_sheet(small_workbook, tmp_path / "broken.xlsx", "lr 0.5", wrong_sigmoid)
    _, _, words = checks(engine, broken)
    failed = {name for name, word in words.items() if word == "CHECK"}
    gradients = {f"∂E_total/∂{weight} at iteration 0" for weight in ("w3", "w4")}
    assert failed == {"∂E_total/∂h2", *gradients}


def small(name: str) -> Study:
    """Return a template with few iterations, and no more than it takes to come round to a sample again."""
    study = load(name)
    return override(study, iterations=min(study.iterations, 5))


def overwritten(study: Study, seed: int) -> Iterator[tuple[int, str, int]]:
    """Yield cells of the training tables: a variant, a quantity and a row."""
    chance = random.Random(seed)
    while True:
        variant = chance.randrange(len(study.variants))
        yield variant, chance.choice(study.graphs[variant].names), FIRST_ROW + chance.randrange(study.rows)


@pytest.mark.parametrize("name", GALLERY)
def test_any_overwritten_cell_turns_the_flag_and_is_named(name: str, tmp_path: Path) -> None:
    """Thirty cells of each template, six of iris, which is large, each moved by 1e-6: 306 in all."""
    study = small(name)
    path = tmp_path / "workbook.xlsx"
    build(study, path, verify=False)
    workbook = Recalculated(path)
    assert workbook.flag.startswith("OK: ")
    layout, cells = Layout(study), overwritten(study, 12)
    for number in range(6 if name == "iris" else 30):
        variant, quantity, row = next(cells)
        sheet, column = study.variants[variant].sheet, layout.tables[variant].index(quantity)
        with workbook.moved(sheet, row, column, (1e-6, -1e-6)[number % 2]):
            assert workbook.flag.startswith("CHECK: ")
            iteration = (row - FIRST_ROW) // study.batch
            assert workbook.where == f"sheet {sheet}, quantity {quantity}, row {row} (iteration {iteration})"
    assert workbook.flag.startswith("OK: ")


def test_the_learning_rate_above_the_columns_is_checked(tmp_path: Path) -> None:
    build(small("mazur"), tmp_path / "w.xlsx", verify=False)
    workbook = Recalculated(tmp_path / "w.xlsx")
    with workbook.moved("lr 0.5", 2, 2, 1e-6):
        assert workbook.where == "sheet lr 0.5, quantity η of the sheet"


def a_little_more(xml: str) -> str:
    """Replace a formula by its value and 1e-6."""
    value = float(re.findall("<v>(.*?)</v>", xml)[0])
    return re.sub(r"<f.*</v>", f"<v>{value + 1e-6!r}</v>", xml)


@pytest.mark.parametrize(("name", "quantity", "row"), [("xor", "a_h1", 9), ("perceptron", "sample", 7)])
def test_an_overwritten_cell_is_named_by_libreoffice_too(
    soffice: str, tmp_path: Path, name: str, quantity: str, row: int
) -> None:
    study = small(name)
    path, sheet = tmp_path / "right.xlsx", study.variants[0].sheet
    build(study, path, verify=False)
    cell = Layout(study).tables[0].cell(quantity, row)
    broken = change_cell(path, tmp_path / "broken.xlsx", sheet, cell, a_little_more)
    flag, where, _ = checks(engines.get("libreoffice"), broken)
    assert flag.startswith("CHECK: ")
    assert where.startswith(f"sheet {sheet}, quantity {quantity}, row {row} ")


@pytest.mark.parametrize(
    ("sheet", "cell", "text"),
    [("Error", "C9", "'lr 0.5'!Z9*2"), ("Checks", "E20", "0"), ("Start", "B3", '"OK: all is well"')],
)
def test_what_is_changed_beside_the_training_sheets_only_verify_sees(
    sheet: str, cell: str, text: str, small_workbook: Path, tmp_path: Path
) -> None:
    """As the table on the page of the workbook says."""
    changed = change_cell(small_workbook, tmp_path / "changed.xlsx", sheet, cell, formula(text))
    flag, where, _ = checks(engines.get("embedded"), changed)
    assert flag.startswith("OK: ")
    assert where == ""
    assert (sheet, cell) in {(difference.sheet, difference.cell) for difference in verify(changed).diffs}


def test_a_number_that_makes_others_impossible_is_named_itself(tmp_path: Path) -> None:
    """A mean square below 0 has no root: the weights that follow are errors, and not where the fault is."""
    study = override(loads(GOOD.replace("iterations = 3", 'iterations = 3\noptimiser = "rmsprop"')), rates=[0.5])
    build(study, tmp_path / "w.xlsx", verify=False)
    workbook = Recalculated(tmp_path / "w.xlsx")
    column = Layout(study).tables[0].index("v[w]")
    with workbook.moved(study.variants[0].sheet, FIRST_ROW, column, -1.0):
        assert workbook.flag.startswith("CHECK: ")
        assert workbook.where == f"sheet lr 0.5, quantity v[w], row {FIRST_ROW} (iteration 0)"
